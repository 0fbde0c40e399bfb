// Exercise 14: the parent has a table of counters. Four workers save it, as it
// was at the fork, and the parent goes on counting. Change this file so that it
// does not copy the table by that.
#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "check_in.h"
#include "cow/pool/pool.h"

namespace {

std::vector<double> counters;  // the table; workers inherit it

double save(int item) { return check_in::work(counters, item); }

// Which counter request k is for. They are all over the table: one a page.
std::size_t requested(std::size_t k) { return k * 512 + k * 7 % 512; }

#if SOLUTION || MISTAKE_EARLY || MISTAKE_FORGETS
std::unordered_map<std::size_t, double> changed;  // since the fork

// Adds 1 to counter i, and returns what it is then.
double count(std::size_t i) {
  const auto place = changed.try_emplace(i, counters[i]).first;
  return place->second += 1;
}

void finish() {
  for (const auto& [i, value] : changed) counters[i] = value;
}
#elif ALTERNATIVE
std::vector<std::pair<std::size_t, double>>
    changed;  // in the order of requests

double count(std::size_t i) {
  if (changed.empty() || changed.back().first != i) {
    changed.emplace_back(i, counters[i]);
  }
  return changed.back().second += 1;
}

void finish() {
  for (const auto& [i, value] : changed) counters[i] = value;
}
#elif MISTAKE_COPIES
std::vector<double> copy;

double count(std::size_t i) {
  if (copy.empty()) copy = counters;
  return copy[i] += 1;
}

void finish() { counters = copy; }
#else
// Adds 1 to counter i, and returns what it is then.
double count(std::size_t i) {
  // TODO: what does this write to while the workers save?
  return counters[i] += 1;
}

// Is called when the table has been saved.
void finish() {}
#endif

// Two requests for a counter of each page. Returns how many of the second have
// got 1 more than the first: all of them, if the parent answers rightly.
double serve() {
  double right = 0;
  for (std::size_t k = 0; k < counters.size() / 512; ++k) {
    const double first = count(requested(k));
    if (count(requested(k)) == first + 1) ++right;
  }
  return right;
}

std::vector<double> exercise(const check_in::Parameters& given) {
  counters = check_in::make_data(given.data);
#if MISTAKE_BEFORE
  const double right = serve();
  cow::Pool pool({.workers = given.workers});
#else
  cow::Pool pool({.workers = given.workers});  // the fork
  const double right = serve();
#endif
#if MISTAKE_EARLY
  finish();
  std::vector<double> results = pool.map(save, check_in::items(given.workers));
#elif MISTAKE_FORGETS
  std::vector<double> results = pool.map(save, check_in::items(given.workers));
#else
  std::vector<double> results = pool.map(save, check_in::items(given.workers));
  finish();
#endif

  double sum = right;  // of the counters as they are now
  for (const double counter : counters) sum += counter;
  for (double& result : results) result += sum;
  return results;
}

}  // namespace

int main() { return check_in::run(exercise); }
