// Exercise 04: four workers read one large array. Each of them gets a copy of
// it. Change this file so that the array is there once.
#include <memory>
#include <utility>
#include <vector>

#include "check_in.h"
#include "cow/pool/pool.h"

namespace {

using Data = std::vector<double>;

#if SOLUTION
const Data* data = nullptr;  // a forked worker inherits it

double analyze(int item) { return check_in::work(*data, item); }

std::vector<double> exercise(const check_in::Parameters& given) {
  const Data built_before_the_fork = check_in::make_data(given.data);
  data = &built_before_the_fork;

  cow::Pool pool({.workers = given.workers});
  return pool.map(analyze, check_in::items(given.workers));
}
#elif ALTERNATIVE
const Data* data = nullptr;  // each worker sets its own

void remember(const Data* inherited) { data = inherited; }

double analyze(int item) { return check_in::work(*data, item); }

std::vector<double> exercise(const check_in::Parameters& given) {
  const Data built = check_in::make_data(given.data);

  cow::Pool pool({.workers = given.workers, .initializer = {remember, &built}});
  return pool.map(analyze, check_in::items(given.workers));
}
#elif MISTAKE_POOL_FIRST
const Data* data = nullptr;

double analyze(int item) { return check_in::work(*data, item); }

std::vector<double> exercise(const check_in::Parameters& given) {
  cow::Pool pool({.workers = given.workers});
  const Data built_too_late = check_in::make_data(given.data);
  data = &built_too_late;

  return pool.map(analyze, check_in::items(given.workers));
}
#elif MISTAKE_WRITES
Data* data = nullptr;

double analyze(int item) {
  for (double& number : *data) number = number + 1 - 1;  // the same values
  return check_in::work(*data, item);
}

std::vector<double> exercise(const check_in::Parameters& given) {
  Data built_before_the_fork = check_in::make_data(given.data);
  data = &built_before_the_fork;

  cow::Pool pool({.workers = given.workers});
  return pool.map(analyze, check_in::items(given.workers));
}
#elif MISTAKE_REBUILDS
std::size_t bytes = 0;

double analyze(int item) {
  return check_in::work(check_in::make_data(bytes), item);
}

std::vector<double> exercise(const check_in::Parameters& given) {
  bytes = given.data;

  cow::Pool pool({.workers = given.workers});
  return pool.map(analyze, check_in::items(given.workers));
}
#else
using Item = std::pair<std::shared_ptr<const Data>, int>;

// TODO: what must an item carry, and what can a worker find by itself?
double analyze(const Item& item) {
  const auto& [data, number] = item;
  return check_in::work(*data, number);
}

std::vector<double> exercise(const check_in::Parameters& given) {
  const auto data =
      std::make_shared<const Data>(check_in::make_data(given.data));
  std::vector<Item> items;
  for (const int number : check_in::items(given.workers)) {
    items.emplace_back(data, number);
  }

  cow::Pool pool({.workers = given.workers});
  return pool.map(analyze, items);
}
#endif

}  // namespace

int main() { return check_in::run(exercise); }
