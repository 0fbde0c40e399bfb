// The report for programs.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cow/lesson/chart.h"
#include "cow/report/report.h"

namespace cow {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Axis, label, symbol, unit)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Curve, name, formula, measured)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Chart, title, subtitle, x, y_unit, curves)

namespace {

using Json = nlohmann::ordered_json;

// A figure that could not be read has no entry, rather than 0.
template <typename Value>
void put(Json& object, const char* key, const Reading<Value>& reading) {
  if (!reading) return;
  if constexpr (std::is_same_v<Value, Bytes>) {
    object[key] = reading->count();
  } else {
    object[key] = *reading;
  }
}

Json to_json(const Environment& environment) {
  Json json = {{"kernel", environment.kernel},
               {"machine", environment.machine},
               {"page_size", environment.page_size.count()},
               {"zero_page", environment.zero_page}};
  put(json, "thp", environment.huge_pages);
  put(json, "memory", environment.memory);
  put(json, "available", environment.available);
  put(json, "swap", environment.swap);
  return json;
}

Json to_json(const Process& process, const char* role) {
  Json json = {{"role", role},
               {"pid", process.pid},
               {"command", process.command},
               {"rss", process.usage.rss.count()},
               {"pss", process.usage.pss.count()},
               {"uss", process.usage.uss().count()},
               {"swap", process.usage.swap.count()},
               {"anonymous", process.usage.anonymous.count()}};
  if (process.usage.pss_file) {
    json["pss_file"] = process.usage.pss_file->count();
  }
  put(json, "peak_rss", process.peak_rss);
  put(json, "page_tables", process.page_tables);
  json["minor_faults"] = process.minor_faults;
  return json;
}

Json transfer_json(const Moment& moment) {
  Json json = {{"batches", moment.batches},
               {"to_workers", moment.to_workers.count()},
               {"from_workers", moment.from_workers.count()},
               {"right_results", moment.right_results},
               {"seconds", moment.seconds}};
  if (moment.nodes != 0) json["nodes"] = moment.nodes;
  return json;
}

Json to_json(const Moment& moment) {
  Json json = {{"name", moment.name}, {"processes", Json::array()}};
  json["processes"].push_back(to_json(moment.parent, "parent"));
  for (const Process& worker : moment.workers) {
    json["processes"].push_back(to_json(worker, "worker"));
  }
  if (moment.server) {
    json["processes"].push_back(to_json(*moment.server, "fork server"));
  }
  json["transfer"] = transfer_json(moment);
  return json;
}

// The pages as runs of one kind: [kind, how many].
Json to_json(const PageRow& row) {
  Json runs = Json::array();
  for (const std::uint8_t kind : row.pages) {
    if (runs.empty() || runs.back()[0] != kind) runs.push_back({kind, 0});
    runs.back()[1] = runs.back()[1].get<std::int64_t>() + 1;
  }
  Json json = {{"label", row.label}, {"runs", std::move(runs)}};
  if (!row.group.empty()) json["group"] = row.group;
  return json;
}

Json to_json(const PagePicture& picture) {
  Json json = {{"title", picture.title},
               {"kinds", Json::array()},
               {"rows", Json::array()}};
  for (const PageKind& kind : picture.kinds) {
    Json shown = {
        {"name", kind.name}, {"sign", kind.sign}, {"color", kind.color}};
    if (!kind.dark.empty()) shown["dark"] = kind.dark;
    json["kinds"].push_back(std::move(shown));
  }
  for (const PageRow& row : picture.rows) json["rows"].push_back(to_json(row));
  if (!picture.note.empty()) json["note"] = picture.note;
  return json;
}

Json symbols_json(const Formula& formula) {
  Json symbols = Json::object();
  for (const Symbol& symbol : formula.symbols()) {
    if (symbol.unit == Unit::kShare) {
      symbols[symbol.name] = symbol.value;
    } else {
      symbols[symbol.name] = static_cast<std::int64_t>(symbol.value);
    }
  }
  return symbols;
}

Json figure_json(const Figure& figure) {
  Json json = {{"moment", figure.moment},
               {"what", figure.what},
               {"values", figure.values}};
  if (figure.base) json["base"] = figure.base->value();
  return json;
}

Json to_json(const Claim& claim) {
  const Formula& formula = claim.expected.formula;
  Json json = {{"name", claim.says},
               {"formula", formula.text()},
               {"symbols", symbols_json(formula)},
               {"unit", formula.unit() == Unit::kBytes ? "bytes" : "count"},
               {"predicted", formula.value()},
               {"low", claim.expected.low},
               {"high", claim.expected.high},
               {"measured", claim.deciding_value()},
               {"holds", claim.holds()},
               {"figure", figure_json(claim.measured)}};
  if (!claim.hint.empty()) json["likely"] = claim.hint;
  return json;
}

}  // namespace

std::string to_json(const Result& result) {
  Json json;
  json["lesson"] = result.about.name;
  json["parameters"] = {{"data", result.flags.data.count()},
                        {"workers", result.flags.workers},
                        {"items", result.flags.items},
                        {"chunk_size", result.chunk_size},
                        {"start_method", result.about.options.start_method}};
  if (result.flags.nodes != 0) json["parameters"]["nodes"] = result.flags.nodes;
  json["environment"] = to_json(result.environment);
  json["moments"] = Json::array();
  for (const Moment& moment : result.moments) {
    json["moments"].push_back(to_json(moment));
  }
  if (!result.moments.empty()) {
    json["transfer"] = transfer_json(result.moments.back());
  }
  json["claims"] = Json::array();
  for (const Claim& claim : result.claims) {
    json["claims"].push_back(to_json(claim));
  }
  if (result.picture) json["pictures"] = {to_json(*result.picture)};
  if (result.chart) json["charts"] = {nlohmann::json(*result.chart)};
  // The name of a process can be any 15 bytes. Those that are not UTF-8 become
  // U+FFFD.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cow
