#include "book/reports.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace book::testing {
namespace {

using Json = nlohmann::json;

Json report(const std::string& lesson, std::int64_t data, int workers) {
  return {{"lesson", lesson},
          {"parameters",
           {{"data", data}, {"workers", workers}, {"items", 3 * workers}}},
          {"environment", {{"page_size", 4096}}},
          {"moments", Json::array()},
          {"claims",
           {{{"name", "the results are right"},
             {"holds", true},
             {"figure", {{"moment", "?"}, {"what", "results"}}}}}}};
}

constexpr const char* kHeld = "every worker holds its task";

Json pass_self(int workers) {
  Json json = report("01_pass_self", 64 * kMiB, workers);
  json["moments"] = {moment("the same pool over nothing", figures_of(4, 1, .5),
                            figures_of(2, .5, .1), workers),
                     moment(kHeld, figures_of(68, 13, .5),
                            figures_of(130, 77, 64.25), workers)};
  return json;
}

Json global(int workers) {
  Json json = report("04_global", 64 * kMiB, workers);
  json["moments"] = {moment(kHeld, figures_of(68, 14, .5),
                            figures_of(66, 13, .0625), workers)};
  return json;
}

Json read_the_meter() {
  Json json = report("02_read_the_meter", 64 * kMiB, 4);
  json["moments"] = {moment("filled before the fork: inherited",
                            figures_of(68, 14, .5), figures_of(66, 13, .1), 4),
                     moment("reserved, then passed by value",
                            figures_of(4, 2, .5), figures_of(66, 65, 64), 4)};
  return json;
}

Json start_methods(int workers) {
  Json json = report("07_start_methods", 64 * kMiB, workers);
  json["moments"] = {
      moment("fork", figures_of(68, 14, .5), figures_of(66, 13, .1), workers),
      moment("spawn", figures_of(68, 65, 64.5), figures_of(68, 64.5, 64.25),
             workers),
      moment("forkserver", figures_of(5, 1, .5), figures_of(66, 13, .125),
             workers)};
  Json server = figures_of(67, 13.5, .125);
  server["role"] = "fork server";
  json["moments"][2]["processes"].push_back(server);
  return json;
}

Json shared_memory(int workers) {
  Json json = report("13_shared_memory", 64 * kMiB, workers);
  for (const char* kind : {"memfd", "POSIX shm", "file"}) {
    json["moments"].push_back(
        moment(kind, figures_of(68, 14, .5), figures_of(66, 13, .25), workers));
  }
  return json;
}

Json many_machines(int nodes) {
  constexpr int kRanks = 8;
  constexpr std::int64_t kBase = 35 * kMiB;
  Json json = report("16_many_machines", 32 * kMiB, kRanks);
  json["parameters"]["nodes"] = nodes;
  const auto add = [&](const char* name, std::int64_t mib) {
    json["claims"].push_back(
        {{"name", name},
         {"holds", true},
         {"measured", kBase + mib * kMiB},
         {"figure",
          {{"moment", name}, {"what", "total pss"}, {"base", kBase}}}});
  };
  add("a copy in each rank", 32 * kRanks);
  add("a window on each node", 32 * nodes);
  return json;
}

Json bound_method() {
  const std::int64_t D = 64 * kMiB;
  Json json = report("03_bound_method", D, 4);
  const auto add = [&](const char* name, const Json& parts,
                       std::int64_t bytes) {
    Json sent = moment(name, figures_of(1, 1, 1), figures_of(1, 1, 1), 4);
    sent["transfer"] = {{"to_workers", 4 * bytes}, {"batches", 4}};
    json["moments"].push_back(sent);
    Json symbols = parts;
    symbols.update({{"T", 4}, {"n", 12}, {"i", 4}, {"header", 48}});
    json["claims"].push_back(
        {{"name", name},
         {"holds", true},
         {"symbols", symbols},
         {"figure", {{"moment", name}, {"what", "to_workers"}}}});
  };
  add("a function", {{"function", 8}}, 68);
  add("a handle to the object", Json::object(), 68);
  add("a bound method", {{"o", 20}, {"D", D}}, 80 + D);
  return json;
}

Json picture() {
  return {{"title", "What is written is copied"},
          {"note", "Grey: shared."},
          {"kinds",
           {{{"name", "shared"},
             {"sign", "."},
             {"color", "#D9D9D9"},
             {"dark", "#3A424B"}},
            {{"name", "copied"}, {"sign", "#"}, {"color", "#E69F00"}}}},
          {"rows",
           {{{"group", "Before: nothing"},
             {"label", "parent"},
             {"runs", {{0, 1024}}}},
            {{"group", "Before: nothing"},
             {"label", "worker 1"},
             {"runs", {{0, 1024}}}},
            {{"group", "After: something"},
             {"label", "parent"},
             {"runs", {{0, 1024}}}},
            {{"group", "After: something"},
             {"label", "worker 1"},
             {"runs", {{0, 100}, {1, 24}, {0, 900}}}}}}};
}

Json with_page_maps(const std::string& lesson) {
  Json json = report(lesson, 64 * kMiB, 4);
  json["pictures"] = {picture()};
  const std::vector<std::pair<const char*, std::int64_t>> parts = {
      {"0", 0}, {"1/R", 1}, {"1/16", 1024}, {"1/4", 4096}, {"1", 16384}};
  for (const auto& [f, pages] : parts) {
    const std::string name = std::string("the same pages, f = ") + f;
    const double written = static_cast<double>(pages) / 256;
    json["moments"].push_back(moment(name, figures_of(68, 14, written + .5),
                                     figures_of(66, 13 + written * .8, written),
                                     4));
    json["claims"].push_back(
        {{"name", name},
         {"holds", true},
         {"measured", pages},
         {"figure", {{"moment", name}, {"what", "pages of workers"}}}});
  }
  return json;
}

Json with_chart(const std::string& lesson, const std::string& share) {
  Json json = report(lesson, 64 * kMiB, 4);
  Json chart = {{"title", "One object is enough to copy its page"},
                {"subtitle", "Copied pages: points and curves."},
                {"y_unit", "%"},
                {"x", {{"label", "q"}, {"symbol", "q"}, {"unit", "%"}}},
                {"curves", Json::array()}};
  for (const double slope : {1, 8}) {
    chart["curves"].push_back(
        {{"name", "s = 4096 bytes"},
         {"formula", {{0, 0}, {5, 5 * slope}}},
         {"measured", {{100 * std::stod(share), slope * std::stod(share)}}}});
  }
  json["charts"] = {chart};
  return json;
}

}  // namespace

Json figures_of(double rss, double pss, double uss) {
  const auto bytes = [](double mib) {
    return static_cast<std::int64_t>(mib * static_cast<double>(kMiB));
  };
  return {{"rss", bytes(rss)}, {"pss", bytes(pss)}, {"uss", bytes(uss)}};
}

Json moment(const std::string& name, const Json& parent, const Json& worker,
            int workers) {
  Json processes = Json::array({parent});
  processes[0]["role"] = "parent";
  for (int i = 0; i < workers; ++i) {
    processes.push_back(worker);
    processes.back()["role"] = "worker";
  }
  return {{"name", name}, {"processes", processes}};
}

std::vector<Json> reports_for(const std::string& name) {
  std::vector<Json> reports;
  for (const Run& run : figure(name).runs) {
    const bool given = run.flags.size() == 2 && run.flags[0] == "--workers";
    const int workers = given ? std::stoi(run.flags[1]) : 4;
    if (run.program == "01_pass_self") reports.push_back(pass_self(workers));
    if (run.program == "02_read_the_meter") reports.push_back(read_the_meter());
    if (run.program == "03_bound_method") reports.push_back(bound_method());
    if (run.program == "04_global") reports.push_back(global(workers));
    if (run.program == "07_start_methods") {
      reports.push_back(start_methods(workers));
    }
    if (run.program == "10_density") {
      reports.push_back(with_chart(run.program, run.flags[3]));
    }
    if (run.program == "14_fork_cost" || run.program == "15_in_production") {
      reports.push_back(with_chart(run.program, "0.01"));
    }
    if (run.program == "08_page_map" || run.program == "09_refcounts" ||
        run.program == "11_garbage_collector" || run.program == "12_cures") {
      reports.push_back(with_page_maps(run.program));
    }
    if (run.program == "13_shared_memory") {
      reports.push_back(shared_memory(workers));
    }
    if (run.program == "16_many_machines") {
      reports.push_back(many_machines(std::stoi(run.flags[5])));
    }
  }
  return reports;
}

const Figure& figure(const std::string& name) {
  for (const Figure& figure : figures()) {
    if (figure.name == name) return figure;
  }
  throw std::out_of_range("no picture is called " + name);
}

std::string refusal(const std::string& name, const std::vector<Json>& reports) {
  try {
    figure(name).draw(reports);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

}  // namespace book::testing
