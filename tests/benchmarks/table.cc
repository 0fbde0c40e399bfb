#include "benchmarks/table.h"

#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <optional>

#include "cow/report/table.h"

namespace cow::bench {
namespace {

using Run = benchmark::BenchmarkReporter::Run;
using Align = Table::Align;

constexpr std::size_t kCallsColumn = 8;

std::optional<double> counter(const Run& run, const std::string& name) {
  const auto found = run.counters.find(name);
  if (found == run.counters.end()) return std::nullopt;
  return found->second.value;
}

// Three digits, as many as such a ratio is worth.
std::string digits(double ratio) {
  if (ratio < 0.0995) return fmt::format("{:.2g}", ratio);
  if (ratio < 9.995) return fmt::format("{:.2f}", ratio);
  if (ratio < 99.95) return fmt::format("{:.1f}", ratio);
  return fmt::format("{:.0f}", ratio);
}

// A ratio, its spread over the rounds, and whether its target was reached.
void add_ratio(const Run& run, const std::string& name, const char* sign,
               std::vector<std::string>& row) {
  const auto ratio = counter(run, name);
  if (!ratio) {
    row.insert(row.end(), {"–", "", ""});
    return;
  }
  row.push_back(digits(*ratio));
  row.push_back(fmt::format("{} to {}", digits(*counter(run, name + "_min")),
                            digits(*counter(run, name + "_max"))));
  const auto target = counter(run, name + "_target");
  if (!target) {
    row.emplace_back();
    return;
  }
  const bool reached = *counter(run, name + "_reached") != 0;
  row.push_back(fmt::format("{} {:g} {}", sign, *target,
                            reached ? "reached" : "NOT REACHED"));
}

// "grow_n/100" is the family grow_n at 100; others do not grow.
std::optional<std::pair<std::string, double>> growth_of(const Run& run) {
  const std::string name = run.run_name.function_name;
  if (!name.starts_with("grow_")) return std::nullopt;
  const std::size_t slash = name.find('/');
  return {{name.substr(0, slash), std::stod(name.substr(slash + 1))}};
}

}  // namespace

bool TableReporter::ReportContext(const Context&) { return true; }

void TableReporter::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (run.error_occurred) {
      fmt::print(stderr, "bench: {}: {}\n", run.benchmark_name(),
                 run.error_message);
    }
    if (run.run_type == Run::RT_Iteration) runs_.push_back(run);
  }
}

void TableReporter::Finalize() {
  Table table({Align::kLeft, Align::kRight, Align::kLeft, Align::kLeft,
               Align::kRight, Align::kLeft, Align::kLeft, Align::kRight,
               Align::kRight});
  table.row({"", "ours / limit", "spread", "target", "CPython / ours", "spread",
             "target", "grows", "calls"});
  std::map<std::string, double> first;  // what the first of each family took
  for (const Run& run : runs_) {
    std::vector<std::string> row{run.report_label};
    add_ratio(run, "to_limit", "≤", row);
    add_ratio(run, "to_cpython", "≥", row);
    if (const auto growth = growth_of(run)) {
      const auto& [family, at] = *growth;
      // More items are meant to take longer; the cost of one is of interest.
      const double cost = *counter(run, "ours") / (family == "grow_n" ? at : 1);
      row.push_back(
          digits(cost / first.try_emplace(family, cost).first->second));
    }
    const auto calls = counter(run, "calls");
    row.resize(kCallsColumn);
    if (calls) row.push_back(digits(*calls));
    table.row(std::move(row));
  }
  fmt::print(
      "\nEvery figure is a ratio within this run: the median of the rounds' "
      "ratios, and\ntheir least and largest. ours / limit: 1 is what the "
      "system "
      "calls alone take.\nCPython / ours: how many times less the pool takes. "
      "grows: the cost of an item (n),\nof a map (N) or of a start (D), where "
      "the first of its kind is 1. calls: reads and\nwrites of the pool and "
      "its "
      "workers for one item.\n\n{}",
      table.to_string());
}

}  // namespace cow::bench
