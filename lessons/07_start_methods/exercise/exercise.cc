// Exercise 07: four workers are begun anew, and each of them is sent the data.
// Change this file so that the data are there once.
#include <memory>
#include <vector>

#include "check_in.h"
#include "cow/pool/pool.h"

namespace {

using cow::StartMethod;
using Data = std::vector<double>;
using Shared = std::shared_ptr<const Data>;

Shared data;  // what the task reads; who sets it, and in which process?

double analyze(int item) { return check_in::work(*data, item); }

#if SOLUTION
std::vector<double> exercise(const check_in::Parameters& given) {
  data = std::make_shared<const Data>(check_in::make_data(given.data));

  cow::Pool pool({
      .workers = given.workers,
      .start_method = StartMethod::kFork,  // a worker inherits what is there
  });
  return pool.map(analyze, check_in::items(given.workers));
}
#elif ALTERNATIVE || MISTAKE_PARENT_AS_WELL
void build(std::size_t bytes) {
  data = std::make_shared<const Data>(check_in::make_data(bytes));
}

std::vector<double> exercise(const check_in::Parameters& given) {
#if MISTAKE_PARENT_AS_WELL
  build(given.data);
#endif
  cow::Pool pool({
      .workers = given.workers,
      .start_method = StartMethod::kForkServer,
      .preload = {build, given.data},  // in the server, before it forks
  });
  return pool.map(analyze, check_in::items(given.workers));
}
#elif MISTAKE_NO_PRELOAD
void set(const Shared& sent) { data = sent; }

std::vector<double> exercise(const check_in::Parameters& given) {
  const auto built =
      std::make_shared<const Data>(check_in::make_data(given.data));

  cow::Pool pool({
      .workers = given.workers,
      .start_method = StartMethod::kForkServer,
      .initializer = {set, Shared(built)},  // runs in each worker
  });
  return pool.map(analyze, check_in::items(given.workers));
}
#elif MISTAKE_EACH_BUILDS
void build(std::size_t bytes) {
  data = std::make_shared<const Data>(check_in::make_data(bytes));
}

std::vector<double> exercise(const check_in::Parameters& given) {
  cow::Pool pool({
      .workers = given.workers,
      .start_method = StartMethod::kSpawn,
      .initializer = {build, given.data},  // nothing is sent but a number
  });
  return pool.map(analyze, check_in::items(given.workers));
}
#elif MISTAKE_POOL_FIRST
std::vector<double> exercise(const check_in::Parameters& given) {
  cow::Pool pool({
      .workers = given.workers,
      .start_method = StartMethod::kFork,
  });
  data = std::make_shared<const Data>(check_in::make_data(given.data));
  return pool.map(analyze, check_in::items(given.workers));
}
#else
void set(const Shared& sent) { data = sent; }

std::vector<double> exercise(const check_in::Parameters& given) {
  const auto built =
      std::make_shared<const Data>(check_in::make_data(given.data));

  // TODO: how does a worker come into being, and what does it have then?
  cow::Pool pool({
      .workers = given.workers,
      .start_method = StartMethod::kSpawn,
      .initializer = {set, Shared(built)},
  });
  return pool.map(analyze, check_in::items(given.workers));
}
#endif

}  // namespace

int main() {
  cow::serve_if_spawned();  // a spawned copy of this program is a worker
  return check_in::run(exercise);
}
