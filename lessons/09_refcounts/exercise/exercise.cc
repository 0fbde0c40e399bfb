// Exercise 09: four workers add up numbers that they inherited. They write
// nothing, and yet each of them copies all numbers. Change this file so that
// reading copies nothing.
#include <memory>
#include <vector>

#include "check_in.h"
#include "cow/pool/pool.h"

namespace {

#if SOLUTION
using Numbers = std::vector<double>;  // one object, and no count in it

Numbers numbers;

double analyze(int item) { return check_in::work(numbers, item); }

Numbers build(std::size_t bytes) { return check_in::make_data(bytes); }
#else
using Number = std::shared_ptr<const double>;
using Numbers = std::vector<Number>;

Numbers numbers;  // built before the fork: every worker inherits it

#if ALTERNATIVE
double analyze(int item) {
  double sum = 0;
  for (const Number& number : numbers) sum += *number;  // no further owner
  check_in::meet();  // here the worker is measured
  return sum * (item + 1);
}
#elif MISTAKE_PASSES_BY_VALUE
double value(Number number) { return *number; }

double analyze(int item) {
  double sum = 0;
  for (const Number& number : numbers) sum += value(number);
  check_in::meet();
  return sum * (item + 1);
}
#elif MISTAKE_FLAT_IN_THE_WORKER
double analyze(int item) {
  std::vector<double> flat;
  flat.reserve(numbers.size());
  for (const Number& number : numbers) flat.push_back(*number);
  return check_in::work(flat, item);
}
#elif MISTAKE_COPIES_THE_POINTERS
double analyze(int item) {
  const Numbers mine = numbers;
  double sum = 0;
  for (const Number& number : mine) sum += *number;
  check_in::meet();
  return sum * (item + 1);
}
#else
double analyze(int item) {
  double sum = 0;
  // TODO: this only reads. What does it write?
  for (auto number : numbers) sum += *number;
  check_in::meet();  // here the worker is measured
  return sum * (item + 1);
}
#endif

Numbers build(std::size_t bytes) {
  Numbers built;
  for (const double value : check_in::make_data(bytes)) {
    built.push_back(std::make_shared<const double>(value));
  }
  return built;
}
#endif

std::vector<double> exercise(const check_in::Parameters& given) {
  numbers = build(given.data);
  cow::Pool pool({.workers = given.workers});
  return pool.map(analyze, check_in::items(given.workers));
}

}  // namespace

int main() { return check_in::run(exercise); }
