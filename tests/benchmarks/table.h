// The report for a person: all comparisons in one table of ratios.
#pragma once

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace cow::bench {

/// Shows no time in seconds: they say more about the machine and its other
/// programs than about the pool. They stand in the JSON (--json).
class TableReporter : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;

 private:
  std::vector<Run> runs_;
};

}  // namespace cow::bench
