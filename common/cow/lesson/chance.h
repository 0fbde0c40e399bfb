// What chance does to counts of pages.
#pragma once

#include <algorithm>
#include <cmath>

#include "cow/lesson/formula.h"

namespace cow {

/// There are R pages with k objects each. Each of N workers has read a share q
/// of the objects, its own draw, and no object twice. Returns the standard
/// deviation of the number of pages that all N workers have read. If the pages
/// were independent, it would be the root of R·p^N·(1 − p^N), where
/// p = 1 − (1 − q)^k. It is less, because a draw takes no object twice.
inline double deviation_of_pages(const Formula& pages, double k,
                                 const Formula& share,
                                 const Formula& workers = 1) {
  const double R = pages.before_rounding();
  const double q = share.before_rounding();
  const double N = workers.before_rounding();
  const double e = std::pow(1 - q, k);
  const double all = std::pow(1 - e, N);
  const double less = N * std::pow(1 - e, 2 * N - 2) * e * e * k * q / (1 - q);
  return std::sqrt(R * std::max(0., all * (1 - all) - less));
}

}  // namespace cow
