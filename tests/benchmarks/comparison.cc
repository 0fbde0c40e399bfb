#include "benchmarks/comparison.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace cow::bench {
namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  if (values.size() % 2 == 1) return values[half];
  return (values[half - 1] + values[half]) / 2;
}

// What one side takes in one round.
double measure(const Measure& side, int repeats) {
  std::vector<double> taken;
  for (int i = 0; i < repeats; ++i) taken.push_back(side());
  return median(std::move(taken));
}

void keep_ratio(benchmark::State& state, const std::string& name,
                const std::vector<double>& ratios, double target,
                bool reached) {
  const auto [least, most] = std::minmax_element(ratios.begin(), ratios.end());
  state.counters[name] = median(ratios);
  state.counters[name + "_min"] = *least;
  state.counters[name + "_max"] = *most;
  if (target == 0) return;
  state.counters[name + "_target"] = target;
  state.counters[name + "_reached"] = reached ? 1 : 0;
}

}  // namespace

void compare(benchmark::State& state, const Comparison& comparison) {
  std::vector<double> ours;
  std::vector<double> limit;
  std::vector<double> cpython;
  std::vector<double> to_limit;
  std::vector<double> to_cpython;
  for ([[maybe_unused]] auto _ : state) {
    ours.push_back(measure(comparison.ours, comparison.repeats));
    if (comparison.limit) {
      limit.push_back(measure(comparison.limit, comparison.repeats));
      to_limit.push_back(ours.back() / limit.back());
    }
    if (comparison.cpython) {
      cpython.push_back(measure(comparison.cpython, comparison.repeats));
      to_cpython.push_back(cpython.back() / ours.back());
    }
    state.SetIterationTime(ours.back());
  }
  state.SetLabel(comparison.what);
  state.counters["ours"] = median(ours);
  if (comparison.calls) state.counters["calls"] = comparison.calls();
  if (comparison.limit) {
    const double target = comparison.most_of_limit;
    state.counters["limit"] = median(limit);
    keep_ratio(state, "to_limit", to_limit, target, median(to_limit) <= target);
  }
  if (comparison.cpython) {
    const double target = comparison.least_of_cpython;
    state.counters["cpython"] = median(cpython);
    keep_ratio(state, "to_cpython", to_cpython, target,
               median(to_cpython) >= target);
  }
}

}  // namespace cow::bench
