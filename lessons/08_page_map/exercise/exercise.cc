// Exercise 08: four workers add up groups of numbers that they inherited, and
// each writes its sums beside the numbers. Change this file so that the workers
// copy a few pages instead of all.
#include <array>
#include <vector>

#include "check_in.h"
#include "cow/pool/pool.h"

namespace {

struct Group {
  std::array<double, 511> numbers;
  double sum;  // a place for the result, 8 bytes
};

using Groups = std::vector<Group>;

Groups groups;  // built before the fork: every worker inherits it

double sum_of(const Group& group) {
  double sum = 0;
  for (const double number : group.numbers) sum += number;
  return sum;
}

#if SOLUTION
double analyze(int item) {
  std::vector<double> sums;  // the worker's own: D/512
  sums.reserve(groups.size());
  for (const Group& group : groups) sums.push_back(sum_of(group));
  check_in::meet();  // here the worker is measured

  double total = 0;
  for (const double sum : sums) total += sum;
  return total * (item + 1);
}
#elif ALTERNATIVE
std::vector<double> sums;  // built before the fork as well

double analyze(int item) {
  for (std::size_t i = 0; i < groups.size(); ++i) sums[i] = sum_of(groups[i]);
  check_in::meet();

  double total = 0;
  for (const double sum : sums) total += sum;
  return total * (item + 1);
}
#elif MISTAKE_CLEARS
double analyze(int item) {
  std::vector<double> sums;
  for (Group& group : groups) {
    group.sum = 0;  // it was 0 before
    sums.push_back(sum_of(group));
  }
  check_in::meet();

  double total = 0;
  for (const double sum : sums) total += sum;
  return total * (item + 1);
}
#elif MISTAKE_LATER
double analyze(int item) {
  check_in::meet();
  double total = 0;
  for (Group& group : groups) {
    group.sum = sum_of(group);
    total += group.sum;
  }
  return total * (item + 1);
}
#elif MISTAKE_COPIES
double analyze(int item) {
  Groups mine = groups;
  for (Group& group : mine) group.sum = sum_of(group);
  check_in::meet();

  double total = 0;
  for (const Group& group : mine) total += group.sum;
  return total * (item + 1);
}
#elif MISTAKE_COPIES_EACH
double analyze(int item) {
  std::vector<Group> done;
  for (Group group : groups) {  // a copy: so nothing inherited is written to
    group.sum = sum_of(group);
    done.push_back(group);
  }
  check_in::meet();

  double total = 0;
  for (const Group& group : done) total += group.sum;
  return total * (item + 1);
}
#else
double analyze(int item) {
  // TODO: which pages does this write to?
  for (Group& group : groups) group.sum = sum_of(group);
  check_in::meet();  // here the worker is measured

  double total = 0;
  for (const Group& group : groups) total += group.sum;
  return total * (item + 1);
}
#endif

void build(std::size_t bytes) {
  const std::vector<double> numbers = check_in::make_data(bytes);
  groups.resize((numbers.size() + 510) / 511);  // all zeros
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    groups[i / 511].numbers[i % 511] = numbers[i];
  }
}

std::vector<double> exercise(const check_in::Parameters& given) {
  build(given.data);
#if ALTERNATIVE
  sums.resize(groups.size());
#endif
  cow::Pool pool({.workers = given.workers});
  return pool.map(analyze, check_in::items(given.workers));
}

}  // namespace

int main() { return check_in::run(exercise); }
