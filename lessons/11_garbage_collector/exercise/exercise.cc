// Exercise 11: four workers inherit rows and change none. But each of them
// collects garbage, and that copies all rows. Change this file so that the rows
// stay shared.
#include <array>
#include <cstdint>
#include <vector>

#include "check_in.h"
#include "cow/pool/pool.h"

namespace {

#if SOLUTION || MISTAKE_TABLE_OF_NUMBERS
struct Row {
  std::array<double, 8> values;
  std::int64_t next;  // the row to which this one leads; -1: to none
};
#else
struct Row {
  std::array<double, 8> values;
  std::int32_t next;  // the row to which this one leads; -1: to none
  bool marked;
};
#endif

std::vector<Row> rows;  // built before the fork: every worker inherits it

#if SOLUTION
// How many rows cannot be reached from the first one.
int collect() {
  std::vector<bool> marked(rows.size());  // a bit for each row
  for (auto i = std::int64_t{0}; i != -1; i = rows[i].next) marked[i] = true;
  int garbage = 0;
  for (const bool mark : marked) garbage += mark ? 0 : 1;
  return garbage;
}
#elif MISTAKE_TABLE_OF_NUMBERS
// How many rows cannot be reached from the first one.
int collect() {
  static std::vector<std::array<std::int64_t, 4>> marked;
  marked.assign(rows.size(), {});
  for (auto i = std::int64_t{0}; i != -1; i = rows[i].next) marked[i][0] = 1;
  int garbage = 0;
  for (const auto& mark : marked) garbage += mark[0] == 1 ? 0 : 1;
  return garbage;
}
#elif MISTAKE_MARKS_A_COPY
// How many rows cannot be reached from the first one.
int collect() {
  static std::vector<Row> mine;
  mine = rows;
  for (std::int32_t i = 0; i != -1; i = mine[i].next) mine[i].marked = true;
  int garbage = 0;
  for (const Row& row : mine) garbage += row.marked ? 0 : 1;
  return garbage;
}
#else
// How many rows cannot be reached from the first one.
int collect() {
#if ALTERNATIVE
#else
  // TODO: this changes no value. What does it write?
#endif
  for (Row& row : rows) row.marked = false;
  for (std::int32_t i = 0; i != -1; i = rows[i].next) rows[i].marked = true;
  int garbage = 0;
  for (const Row& row : rows) garbage += row.marked ? 0 : 1;
  return garbage;
}
#endif

#if ALTERNATIVE
int garbage = 0;

double analyze(int item) {
  check_in::meet();
  return static_cast<double>(rows.size()) * (item + 1) + garbage;
}
#else
double analyze(int item) {
  const int garbage = collect();  // none: all rows are in use
  check_in::meet();               // here the worker is measured
  return static_cast<double>(rows.size()) * (item + 1) + garbage;
}
#endif

void build(const std::vector<double>& data) {
  rows.resize(data.size() / 8);
  for (std::size_t k = 0; k < data.size(); ++k) {
    rows[k / 8].values[k % 8] = data[k];
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].next = i + 1 < rows.size() ? static_cast<int>(i + 1) : -1;
  }
}

std::vector<double> exercise(const check_in::Parameters& given) {
  build(check_in::make_data(given.data));
#if ALTERNATIVE
  garbage = collect();  // once, before the fork
#endif
  cow::Pool pool({.workers = given.workers});
  return pool.map(analyze, check_in::items(given.workers));
}

}  // namespace

int main() { return check_in::run(exercise); }
