// A table of data for scores.cc.
#pragma once

#include <cstddef>
#include <vector>

struct Table {
  std::vector<double> numbers;
  double score(int row) const {
    return 2 * numbers.at(static_cast<std::size_t>(row));
  }
};

inline Table load() { return {{1, 2, 3}}; }
inline const std::vector<int> rows = {0, 1, 2};
