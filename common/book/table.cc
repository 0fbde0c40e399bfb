#include "book/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "cow/lesson/formula.h"

namespace book {
namespace {

using nlohmann::json;
using Rows = std::vector<std::vector<std::string>>;

// The last moment of a report: the pool over the data.
const json& last_moment(const json& report) {
  return report.at("moments").back();
}

std::int64_t sum(const json& report, const char* figure) {
  std::int64_t total = 0;
  for (const json& process : last_moment(report).at("processes")) {
    total += process.at(figure).get<std::int64_t>();
  }
  return total;
}

// The largest figure of the workers.
std::int64_t worker(const json& report, const char* figure) {
  std::int64_t most = 0;
  for (const json& process : last_moment(report).at("processes")) {
    if (process.at("role") != "worker") continue;
    most = std::max(most, process.at(figure).get<std::int64_t>());
  }
  return most;
}

std::string bytes(std::int64_t count) {
  return cow::to_string(count, cow::Unit::kBytes);
}

std::string strong(const std::string& text) { return "**" + text + "**"; }

// README: the disease and the cure in three figures.
Rows question(const std::vector<json>& reports) {
  Rows rows = {
      {"", "a worker's RSS, as `top` shows it:",
       "a worker's USS, what it owns:", "ΣPSS, what the machine spends:"}};
  const std::vector<std::string> names = {
      "[01](docs/01_pass_self.md) the items carry the object",
      "[04](docs/04_global.md) built before the fork, found through a global"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const json& report = reports.at(i);
    rows.push_back({names[i], bytes(worker(report, "rss")),
                    bytes(worker(report, "uss")),
                    strong(bytes(sum(report, "pss")))});
  }
  return rows;
}

// Chapter 04: compared with lesson 01, at full scale.
Rows disease_and_cure(const std::vector<json>& reports) {
  Rows rows = {{"", "lesson 01:", "lesson 04:"}};
  const auto add = [&](const std::string& name, const auto& figure) {
    rows.push_back({name, figure(reports.at(0)), figure(reports.at(1))});
  };
  for (const char* figure : {"rss", "pss", "uss"}) {
    std::string name = figure;
    std::transform(name.begin(), name.end(), name.begin(), ::toupper);
    add(name + " of a worker",
        [figure](const json& report) { return bytes(worker(report, figure)); });
  }
  add("ΣPSS", [](const json& report) { return bytes(sum(report, "pss")); });
  add("bytes to the workers", [](const json& report) {
    return cow::all_digits(last_moment(report).at("transfer").at("to_workers"),
                           cow::Unit::kCount);
  });
  return rows;
}

// Chapter 03: the size of a batch of three items, in CPython and here.
Rows bytes_of_a_task(const std::vector<json>& reports) {
  const auto shown = [](const json& report, const char* task) -> std::string {
    if (!report.contains(task)) return "–";
    const json& bytes = report.at(task);
    if (bytes.is_string()) return fmt::format("`{}`", std::string(bytes));
    return cow::all_digits(bytes, cow::Unit::kCount);
  };
  Rows rows = {{"task", "CPython:", "C++:"}};
  for (const auto& [name, task] :
       {std::pair("a function of a module", "function"),
        std::pair("a static method", "static method"),
        std::pair("a class method", "class method"),
        std::pair("a lambda without captures", "lambda"),
        std::pair("a handle to an object of 1,000,000 bytes", "handle"),
        std::pair("a bound method of that object", "bound method"),
        std::pair("a callable that holds it", "callable"),
        std::pair("a function, and three items that share it", "items")}) {
    rows.push_back(
        {name, shown(reports.at(0), task), shown(reports.at(1), task)});
  }
  return rows;
}

}  // namespace

const std::vector<TableOf>& tables() {
  static const std::vector<Run> at_full_scale = {
      {"01_pass_self", {"--full-scale"}}, {"04_global", {"--full-scale"}}};
  static const std::vector<TableOf> all = {
      {"question", at_full_scale, question},
      {"bytes_of_a_task",
       {{"python3", {"docs/programs/batch_bytes.py"}},
        {"docs/batch_bytes", {}}},
       bytes_of_a_task},
      {"disease_and_cure", at_full_scale, disease_and_cure},
  };
  return all;
}

std::vector<std::string> as_markdown(const Rows& rows) {
  std::vector<std::string> lines;
  std::string rule = "|";
  std::string heading = "|";
  for (std::string_view cell : rows.at(0)) {
    const bool right = cell.ends_with(':');
    if (right) cell.remove_suffix(1);
    heading += fmt::format(" {} |", cell);
    rule += right ? "---:|" : "---|";
  }
  lines = {heading, rule};
  for (std::size_t i = 1; i < rows.size(); ++i) {
    std::string line = "|";
    for (const std::string& cell : rows[i]) line += fmt::format(" {} |", cell);
    lines.push_back(line);
  }
  return lines;
}

}  // namespace book
