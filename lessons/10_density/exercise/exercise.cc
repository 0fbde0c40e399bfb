// Exercise 10: the parent has 64 groups of numbers, and each of four workers
// adds up one group. It reads a sixty-fourth of the numbers, and copies all of
// them. Change this file so that it copies little more than it reads.
#include <algorithm>
#include <memory>
#include <vector>

#include "check_in.h"
#include "cow/pool/pool.h"

namespace {

constexpr std::size_t kGroups = 64;

using Number = std::shared_ptr<const double>;
using Group = std::vector<Number>;

std::vector<Group> groups;  // built before the fork: every worker inherits it

#if ALTERNATIVE
double analyze(int item) {
  double sum = 0;
  for (const Number& number : groups[item]) sum += *number;  // no further owner
  check_in::meet();
  return sum * (item + 1);
}
#elif MISTAKE_GATHERS_IN_THE_WORKER
double analyze(int item) {
  std::vector<double> mine;
  for (auto number : groups[item]) mine.push_back(*number);
  return check_in::work(mine, item);
}
#else
double analyze(int item) {
  double sum = 0;
  for (auto number : groups[item]) sum += *number;
  check_in::meet();  // here the worker is measured
  return sum * (item + 1);
}
#endif

#if SOLUTION
void build(std::size_t bytes) {
  for (std::size_t g = 0; g < kGroups; ++g) {
    Group& group = groups.emplace_back();
    group.reserve(bytes / kGroups / 8);
    for (const double value : check_in::make_data(bytes / kGroups, g)) {
      group.push_back(std::make_shared<const double>(value));
    }
  }
}
#else
void build(std::size_t bytes) {
  const std::size_t rows = bytes / kGroups / 8;
  std::vector<std::vector<double>> values;
  for (std::size_t g = 0; g < kGroups; ++g) {
    values.push_back(check_in::make_data(bytes / kGroups, g));
    groups.emplace_back().reserve(rows);
  }
  // TODO: a row has one number of each group. Where does a group's memory lie?
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t g = 0; g < kGroups; ++g) {
      groups[g].push_back(std::make_shared<const double>(values[g][row]));
    }
  }
#if MISTAKE_SORTS_THE_POINTERS
  for (Group& group : groups) std::sort(group.begin(), group.end());
#endif
}
#endif

std::vector<double> exercise(const check_in::Parameters& given) {
  build(given.data);
  cow::Pool pool({.workers = given.workers});
  return pool.map(analyze, check_in::items(given.workers));
}

}  // namespace

int main() { return check_in::run(exercise); }
