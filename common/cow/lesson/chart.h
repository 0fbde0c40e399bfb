// A chart of a lesson: what its formulas predict, as curves, and what was
// measured, as points. The lesson writes it into its JSON; the documents draw
// it (common/book/charts.py).
#pragma once

#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace cow {

/// x and y, in the units of the axes.
using ChartPoint = std::pair<double, double>;

/// A formula and what was measured of it.
struct Curve {
  std::string name;                 ///< stands at the right end of the curve
  std::vector<ChartPoint> formula;  ///< from left to right, two at least
  std::vector<ChartPoint> measured;
};

/// The average of what the workers counted, for a point. There is at least one.
inline double average(const std::vector<std::int64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), 0.) /
         static_cast<double>(counts.size());
}

/// The curve of y(x) for x from 0 to `last`, with one point measured on it.
template <typename Function>
Curve curve_of(std::string name, double last, Function y, ChartPoint measured) {
  Curve curve{std::move(name), {}, {measured}};
  constexpr int kSteps = 100;
  for (int i = 0; i <= kSteps; ++i) {
    curve.formula.emplace_back(last * i / kSteps, y(last * i / kSteps));
  }
  return curve;
}

/// What an axis shows, from 0 on.
struct Axis {
  std::string label;   ///< "q, share of the objects that are read"
  std::string symbol;  ///< "q"
  std::string unit;    ///< "%", "MiB", "µs"; may be empty
};

/// Up to four curves.
struct Chart {
  std::string title;
  std::string subtitle;
  std::string y_unit;  ///< what y is, the title says
  Axis x;
  std::vector<Curve> curves = {};
};

}  // namespace cow
