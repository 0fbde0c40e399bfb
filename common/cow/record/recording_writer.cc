#include "cow/record/recording_writer.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "cow/record/drawn_regions.h"
#include "cow/record/recording_words.h"

namespace cow {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The pages that differ, as runs; counts what has happened to them. As text,
// since there may be a million runs.
std::string runs_of(const std::string& before, const std::string& now,
                    std::uint64_t step, PageEvents::mapped_type& counts) {
  std::string runs;
  for (std::size_t i = 0; i < now.size();) {
    if (now[i] == before[i]) {
      ++i;
      continue;
    }
    const std::size_t first = i;
    for (; i < now.size() && now[i] == now[first] && now[i] != before[i]; ++i) {
      const PageEvent event = page_event(before[i], now[i]);
      counts[static_cast<std::size_t>(event)] += step;
    }
    fmt::format_to(std::back_inserter(runs), R"({}[{},{},"{}"])",
                   runs.empty() ? "" : ",", first, i - first, now[first]);
  }
  return runs;
}

class Writer {
 public:
  explicit Writer(const Recording& recording)
      : it_(recording), words_(recording), regions_(recording) {}

  // Of each region, every page whose number is a multiple of `thinner` times
  // its step. None if the pages take more bytes than `longest`.
  std::optional<std::string> write(const std::string& report,
                                   std::uint64_t thinner,
                                   std::size_t longest) const {
    const auto events = events_text(thinner, longest);
    if (!events) return std::nullopt;
    std::string text = "{\"format\":\"cowpool recording\",\"version\":1,";
    text += fmt::format("\"program\":{},\"page_size\":{},\n",
                        dump(Json(it_.program())), page_size().count());
    text += "\"processes\":" + dump(processes_json()) + ",\n";
    text += "\"regions\":" + dump(regions_json(thinner)) + ",\n";
    text += "\"events\":[" + *events + "\n]";
    if (!report.empty()) text += ",\n\"report\":" + dump(Json::parse(report));
    return text + "}\n";
  }

 private:
  std::optional<std::string> events_text(std::uint64_t thinner,
                                         std::size_t longest) const {
    // Of each process and region, at the look before.
    std::map<std::pair<std::size_t, std::size_t>, std::string> states;
    std::string events;
    std::size_t pages_written = 0;  // bytes
    std::size_t drawn = 0;          // pages, of all processes
    const Tree none;
    const Tree* before = &none;  // the look of the event before
    for (std::size_t i = 0; i < it_.looks().size(); ++i) {
      const RecordedLook& look = it_.looks()[i];
      std::string pages;
      PageEvents changes;
      for (const LookedAt& process : look.tree) {
        const std::size_t number = words_.number_of(process.id);
        for (std::size_t r = 0; r < regions_.all().size(); ++r) {
          const DrawnRegion& region = regions_.all()[r];
          const std::uint64_t step = region.step * thinner;
          std::string now = region.states(process, i, step);
          const bool is_new = !states.contains({number, r});
          if (is_new &&
              (states.size() == Recording::kMostMaps ||
               drawn + now.size() > Recording::kMostPages ||
               now.find_first_not_of(kNotInMemory) == std::string::npos)) {
            continue;
          }
          if (is_new) drawn += now.size();
          std::string& old = states[{number, r}];
          old.resize(now.size(), kNotInMemory);
          const std::string runs = runs_of(old, now, step, changes[process.id]);
          old = std::move(now);
          if (runs.empty()) continue;
          pages += fmt::format(R"({}{{"process":{},"region":{},"runs":[{}]}})",
                               pages.empty() ? "" : ",", number, r, runs);
        }
      }
      Json messages = messages_json(look, *before);
      if (!look.is_kept && i > 0 && pages.empty() && messages.empty() &&
          words_.of_processes(look.tree, *before).empty()) {
        continue;
      }
      Json event;
      event["time"] = std::round(look.time * 1e4) / 1e4;
      event["what"] = words_.of(look, *before, changes);
      if (!look.moment.empty()) event["moment"] = look.moment;
      if (look.running) event["running"] = true;
      if (!messages.empty()) event["messages"] = std::move(messages);
      event["figures"] = figures_json(look.tree);
      std::string line = dump(event);
      line.pop_back();  // the brace, behind the pages instead
      events += fmt::format("{}\n{},\"pages\":[{}]}}",
                            events.empty() ? "" : ",", line, pages);
      pages_written += pages.size();
      if (pages_written > longest) return std::nullopt;
      before = &look.tree;
    }
    return events;
  }

  Json messages_json(const RecordedLook& look, const Tree& before) const {
    Json messages = Json::array();
    const auto number = [&](pid_t pid) {
      const auto now = words_.number_of(pid, look.tree);
      return now ? now : words_.number_of(pid, before);
    };
    for (const PipeMessages& message : look.messages) {
      const auto from = number(message.from);
      const auto to = number(message.to);
      if (!from || !to) continue;
      messages.push_back({{"from", *from},
                          {"to", *to},
                          {"bytes", message.bytes.count()},
                          {"count", message.count}});
    }
    return messages;
  }

  Json figures_json(const Tree& tree) const {
    Json figures = Json::array();
    for (const LookedAt& process : tree) {
      figures.push_back({{"process", words_.number_of(process.id)},
                         {"rss", process.rss.count()},
                         {"pss", process.pss.count()},
                         {"uss", process.uss.count()}});
    }
    return figures;
  }

  Json processes_json() const {
    Json processes = Json::array();
    for (const RecordingWords::Named& named : words_.processes()) {
      Json process = {{"role", named.role}, {"pid", named.id.pid}};
      if (named.parent) process["parent"] = *named.parent;
      processes.push_back(std::move(process));
    }
    return processes;
  }

  Json regions_json(std::uint64_t thinner) const {
    Json regions = Json::array();
    for (const DrawnRegion& region : regions_.all()) {
      const std::uint64_t step = region.step * thinner;
      Json drawn = {{"name", region.name}, {"pages", region.drawn_pages(step)}};
      if (step > 1) drawn["every"] = step;
      regions.push_back(std::move(drawn));
    }
    return regions;
  }

  const Recording& it_;
  RecordingWords words_;
  DrawnRegions regions_;
};

}  // namespace

std::string write_recording(const Recording& recording,
                            const std::string& report) {
  constexpr std::uint64_t kThinnest = 64;
  const Writer writer(recording);
  for (std::uint64_t thinner = 1; thinner < kThinnest; thinner *= 2) {
    auto text = writer.write(report, thinner, Recording::kMostBytes);
    if (text) return *std::move(text);
  }
  return *writer.write(report, kThinnest, std::string::npos);
}

}  // namespace cow
