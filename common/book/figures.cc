// All pictures of the documents: the data of each, what it says, and the checks
// that this is true.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "book/charts.h"
#include "book/copies.h"
#include "book/figure.h"
#include "book/figure_data.h"
#include "book/message_bars.h"
#include "book/process_bars.h"
#include "cow/report/page_drawing.h"

namespace book {
namespace {

using Json = nlohmann::json;
using Reports = std::vector<Json>;

constexpr const char* kHeld = "every worker holds its task";

SumBars sum_of_pss() {
  return {"What the machine spends: ΣPSS", "ΣPSS", &ProcessFigures::pss};
}

std::string setting(const Json& report) {
  return fmt::format("{} of data, {} workers, while every worker holds a task.",
                     size(parameter(report, "data")),
                     number(parameter(report, "workers")));
}

// Checks what a picture's title says.
void require(bool is_so, const std::string& what) {
  if (!is_so) throw FigureError("the figures do not show that " + what);
}

Drawing draw_course(const Reports& reports) {
  const Processes passed = processes(reports[0], kHeld);
  const Processes inherited = processes(reports[1], kHeld);
  const std::int64_t cost = passed.sum(&ProcessFigures::pss);
  const std::int64_t cure = inherited.sum(&ProcessFigures::pss);
  require(cost > 2 * cure, "a global costs less than pass_self");
  return draw_copies(
      fmt::format("Data sent: the machine spends {}. Inherited: {}", size(cost),
                  size(cure)),
      setting(reports[0]),
      {{"01 pass_self", "sent: each worker builds a copy", passed},
       {"04 global", "inherited: one original for all", inherited}});
}

Drawing draw_inversion(const Reports& reports) {
  const Processes passed =
      processes(reports[0], "reserved, then passed by value");
  const Processes shared =
      processes(reports[0], "filled before the fork: inherited");
  const auto rss = &ProcessFigures::rss;
  const auto pss = &ProcessFigures::pss;
  require(
      passed.sum(rss) < shared.sum(rss) && passed.sum(pss) > shared.sum(pss),
      "sharing looks worse by RSS and is better by PSS");
  return draw_bars(
      {.title = fmt::format("By RSS, sharing looks worse; by PSS it costs "
                            "{:.1f} times less",
                            static_cast<double>(passed.sum(pss)) /
                                static_cast<double>(shared.sum(pss))),
       .subtitle = setting(reports[0]),
       .pools = {{"passed by value", "a copy in each worker", passed},
                 {"inherited", "one, shared by all", shared}},
       .sums = {{"What top adds up: ΣRSS", "ΣRSS", rss}, sum_of_pss()},
       .each_process = false});
}

Drawing draw_start_methods(const Reports& reports) {
  const Processes fork = processes(reports[0], "fork");
  const Processes spawn = processes(reports[0], "spawn");
  const Processes server = processes(reports[0], "forkserver");
  const auto pss = &ProcessFigures::pss;
  require(spawn.sum(pss) > fork.sum(pss) && spawn.sum(pss) > server.sum(pss),
          "spawned workers cost more than forked ones");
  return draw_bars(
      {.title = "A worker that does not inherit does not share",
       .subtitle = setting(reports[0]),
       .pools = {{"fork", "the parent has the data", fork},
                 {"spawn", "each worker was sent it", spawn},
                 {"fork server", "the server has loaded it", server}},
       .sums = {sum_of_pss()},
       .each_process = true});
}

Drawing draw_shared_memory(const Reports& reports) {
  const auto pool = [&](const Json& report, const char* kind,
                        const char* what) {
    return PoolBars{kind, what, processes(report, kind)};
  };
  const std::vector<PoolBars> pools{
      pool(reports[0], "spawn", "a copy for each worker"),
      pool(reports[1], "memfd", "memory without a name"),
      pool(reports[1], "POSIX shm", "a name in /dev/shm"),
      pool(reports[1], "file", "a file")};
  const auto pss = &ProcessFigures::pss;
  for (const PoolBars& shared : pools) {
    require(&shared == &pools[0] ||
                2 * shared.processes.sum(pss) < pools[0].processes.sum(pss),
            "sharing costs less than sending");
  }
  return draw_bars({.title = "Spawned workers share what they are told to map",
                    .subtitle = setting(reports[1]),
                    .pools = pools,
                    .sums = {sum_of_pss()},
                    .each_process = false});
}

Drawing draw_message(const Reports& reports) {
  return draw_messages(reports[0]);
}

Drawing draw_writing(const Reports& reports) {
  return draw_cost_of_writing(reports[0]);
}

Drawing draw_pages(const Reports& reports) {
  const cow::PagePicture picture = page_picture(reports[0]);
  return {cow::to_svg(picture), cow::to_words(picture)};
}

// Adds the picture's name to errors. Draws only if all claims of its reports
// hold.
Figure checked(Figure figure) {
  figure.draw = [name = figure.name, runs = figure.runs,
                 draw = figure.draw](const Reports& reports) {
    try {
      if (reports.size() != runs.size()) {
        throw FigureError(fmt::format("it is drawn from {} reports, not {}",
                                      runs.size(), reports.size()));
      }
      for (const Json& report : reports) require_claims(report);
      return draw(reports);
    } catch (const std::exception& error) {
      throw FigureError(fmt::format("the picture {}: {}", name, error.what()));
    }
  };
  return figure;
}

std::vector<Run> runs_with_more_workers() {
  std::vector<Run> runs;
  for (int workers = 1; workers <= 10; ++workers) {
    for (const char* lesson :
         {"01_pass_self", "04_global", "07_start_methods"}) {
      runs.push_back({lesson, {"--workers", std::to_string(workers)}});
    }
    if (workers % 3 == 1) {  // enough for a line that is flat
      runs.push_back(
          {"13_shared_memory", {"--workers", std::to_string(workers)}});
    }
  }
  return runs;
}

std::vector<Run> runs_with_shares() {
  std::vector<Run> runs;
  for (const char* q : {"0.001", "0.003", "0.01", "0.02", "0.03", "0.05"}) {
    runs.push_back({"10_density", {"--data", "16MiB", "--share", q}});
  }
  return runs;
}

std::vector<Run> runs_with_more_nodes() {
  std::vector<Run> runs;
  for (const char* nodes : {"1", "2", "4", "8"}) {
    runs.push_back({"16_many_machines",
                    {"--data", "32MiB", "--workers", "8", "--nodes", nodes}});
  }
  return runs;
}

std::vector<Figure> all() {
  const std::vector<std::string> small = {"--data", "4MiB"};
  std::vector<Figure> figures = {
      {"course",
       {{"01_pass_self", {"--full-scale"}}, {"04_global", {"--full-scale"}}},
       draw_course},
      {"inversion", {{"02_read_the_meter", {}}}, draw_inversion},
      {"messages", {{"03_bound_method", {}}}, draw_message},
      {"start_methods", {{"07_start_methods", {}}}, draw_start_methods},
      {"shared_memory",
       {{"07_start_methods", {}}, {"13_shared_memory", {}}},
       draw_shared_memory},
      {"workers", runs_with_more_workers(), draw_cost_of_workers},
      {"writing", {{"08_page_map", {}}}, draw_writing},
      {"page_map", {{"08_page_map", small}}, draw_pages},
      {"refcounts", {{"09_refcounts", small}}, draw_pages},
      {"density", runs_with_shares(), draw_chart},
      {"garbage_collector", {{"11_garbage_collector", small}}, draw_pages},
      {"cures", {{"12_cures", small}}, draw_pages},
      {"fork_times", {{"14_fork_cost", {"--data", "256MiB"}}}, draw_chart},
      {"in_production", {{"15_in_production", {}}}, draw_chart},
      {"nodes", runs_with_more_nodes(), draw_cost_of_nodes},
  };
  for (Figure& figure : figures) figure = checked(std::move(figure));
  return figures;
}

}  // namespace

const std::vector<Figure>& figures() {
  static const std::vector<Figure> kFigures = all();
  return kFigures;
}

}  // namespace book
