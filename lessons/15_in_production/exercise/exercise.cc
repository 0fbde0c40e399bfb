// Exercise 15: a worker answers sixteen requests, each of which reads a
// sixteenth of the numbers. In the end it has copied all of them. Change this
// file so that it never has more than a quarter for itself.
#include <memory>
#include <numeric>
#include <vector>

#include "check_in.h"
#include "cow/pool/pool.h"

namespace {

constexpr int kRequests = 16;

using Number = std::shared_ptr<const double>;

std::vector<Number> numbers;  // built before the fork: the worker inherits it

// Adds up the sixteenth that `request` asks for.
double answer(int request) {
  const std::size_t part = (numbers.size() + kRequests - 1) / kRequests;
  const std::size_t first = part * static_cast<std::size_t>(request);
  double sum = 0;
  for (std::size_t i = first; i < first + part && i < numbers.size(); ++i) {
#if ALTERNATIVE
    const Number& number = numbers[i];
#else
    const Number number = numbers[i];  // one owner more
#endif
    sum += *number;
  }
  if (request == kRequests - 1) check_in::meet();  // here it is measured
  return sum;
}

std::vector<double> exercise(const check_in::Parameters& given) {
  for (const double value : check_in::make_data(given.data)) {
    numbers.push_back(std::make_shared<const double>(value));
  }
  const std::vector<int> requests = check_in::items(kRequests);
#if SOLUTION
  cow::Pool pool({.workers = given.workers, .max_tasks_per_child = 1});
  const std::vector<double> sums = pool.map(answer, requests);
#elif MISTAKE_COUNTS_REQUESTS
  cow::Pool pool({.workers = given.workers, .max_tasks_per_child = 4});
  const std::vector<double> sums = pool.map(answer, requests);
#elif MISTAKE_ONE_BATCH
  cow::Pool pool({.workers = given.workers, .max_tasks_per_child = 1});
  const std::vector<double> sums = pool.map(answer, requests, kRequests);
#elif MISTAKE_HALFWAY
  cow::Pool pool({.workers = given.workers, .max_tasks_per_child = 2});
  const std::vector<double> sums = pool.map(answer, requests);
#else
  // TODO: how long should a worker live?
  cow::Pool pool({.workers = given.workers});
  const std::vector<double> sums = pool.map(answer, requests);
#endif
  return {std::accumulate(sums.begin(), sums.end(), 0.0)};
}

}  // namespace

int main() { return check_in::run(exercise); }
