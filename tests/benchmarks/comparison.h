// One row of the table: the same work done by the pool, by the limit and by
// CPython, in turn, several times over.
#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <string>

namespace cow::bench {

/// Does the work once and returns what it took: seconds, or bytes.
using Measure = std::function<double()>;

/// What is compared. A side that is empty is left out.
struct Comparison {
  std::string what;  ///< the row's first cell
  Measure ours;
  Measure limit = {};
  Measure cpython = {};
  double most_of_limit = 0;  ///< target: at most so many times the limit; 0: no
  double least_of_cpython = 0;  ///< target: so many times less than CPython
  /// How often a side does the work in a round, of which the median counts:
  /// more than once where that takes less than some milliseconds, which a
  /// single interruption would double.
  int repeats = 1;
  /// Does the work once more and returns how many reads and writes it took.
  Measure calls = {};
};

/// Runs `comparison` in all rounds of `state` and leaves the figures in its
/// counters, from which the table is made and which go into the JSON:
///   ours, limit, cpython        medians, in seconds or bytes
///   to_limit, to_cpython        ours / limit and cpython / ours: medians of
///                               the rounds' ratios; with _min and _max
///   calls                       reads and writes, of a task
///   to_limit_target, to_cpython_target, to_limit_reached, to_cpython_reached
///
/// A machine is never quiet. What disturbs it (another program, a lower clock)
/// lasts longer than one measurement, so the sides are measured right after
/// each other, and a ratio is taken of two figures of one round, never of two
/// medians. The median of these ratios then ignores the round in which one side
/// alone was disturbed, and their spread says how far to trust it.
void compare(benchmark::State& state, const Comparison& comparison);

}  // namespace cow::bench
