// How long something takes, in microseconds. Reports show times, and no claim
// is made about them: they differ from run to run and from machine to machine.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "cow/lesson/chart.h"
#include "cow/lesson/recorder_link.h"
#include "cow/memory/region.h"
#include "cow/os/bytes.h"
#include "cow/os/child.h"

namespace cow {

template <typename Action>
double time_of(Action action) {
  const auto begin = std::chrono::steady_clock::now();
  action();
  const std::chrono::duration<double, std::micro> taken =
      std::chrono::steady_clock::now() - begin;
  return taken.count();
}

/// The least that `time` returns in so many rounds. It is that of the round
/// that other processes have disturbed the least.
template <typename Time>
double least_of(int rounds, Time time) {
  double least = time();
  for (int i = 1; i < rounds; ++i) least = std::min<double>(least, time());
  return least;
}

/// The time until `start` has returned a Child. Throws what `start` throws.
template <typename Start>
double time_to_start(Start start) {
  return least_of(7, [&] {
    Child child;
    const double time = time_of([&] { child = start(); });
    child.wait();
    return time;
  });
}

/// The time to fork this process, or to start another program by
/// posix_spawn(3).
inline double time_to_fork() {
  return time_to_start([] { return Child::fork([] { return 0; }); });
}
inline double time_to_spawn() {
  return time_to_start([] {
    return Child::spawn("/bin/sh", {"sh", "-c", ":"}, {}, {});
  });
}

/// The straight line that lies nearest to the points (least squares): where it
/// is at the first and at the last of them, whose x must differ.
inline std::vector<ChartPoint> straight_line(
    const std::vector<ChartPoint>& points) {
  const auto count = static_cast<double>(points.size());
  ChartPoint sum{0, 0};
  double xx = 0;
  double xy = 0;
  for (const auto& [x, y] : points) {
    sum = {sum.first + x, sum.second + y};
    xx += x * x;
    xy += x * y;
  }
  const double slope = (count * xy - sum.first * sum.second) /
                       (count * xx - sum.first * sum.first);
  const auto at = [&](double x) {
    return ChartPoint{x,
                      (sum.second + slope * (count * x - sum.first)) / count};
  };
  return {at(points.front().first), at(points.back().first)};
}

/// A curve of `time` beside D/16, D/4, D/2 and D of data.
inline Curve time_beside(Bytes D, PageSize page_size, const std::string& name,
                         double (*time)()) {
  const NotRecorded stops_would_take_time;
  Curve curve{name, {}, {}};
  for (const int part : {16, 4, 2, 1}) {
    const Region data(to_pages(D / part), page_size);
    const auto size = static_cast<double>(data.size().count());
    curve.measured.push_back({size / (1 << 20), time()});
  }
  curve.formula = straight_line(curve.measured);
  return curve;
}

}  // namespace cow
