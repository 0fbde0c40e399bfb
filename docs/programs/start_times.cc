// Chapter 07: how long each start method takes to its first result, beside
// fork. The clock begins when there are no data yet. A method starts some pools
// in a row, of which the median counts, because the first finds the machine as
// another method has left it; and then it is the turn of the next method.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "cow/pickle/pickle.h"
#include "cow/pool/pool.h"

using cow::StartMethod;
using Numbers = std::shared_ptr<const std::vector<double>>;

Numbers numbers;

void set(const Numbers& sent) { numbers = sent; }
void build(std::size_t count) {
  numbers = std::make_shared<const std::vector<double>>(count, 1);
}

double last(int /*i*/) { return numbers->back(); }

// The data where the workers get at them, as in the lesson.
cow::PoolOptions pool_over(std::size_t count, StartMethod method) {
  cow::PoolOptions options{.workers = 4, .start_method = method};
  numbers = nullptr;
  if (method == StartMethod::kForkServer) {
    options.preload = {build, count};
  } else {
    build(count);
    if (method == StartMethod::kSpawn) options.initializer = {set, numbers};
  }
  return options;
}

template <std::size_t kCount>
double median(std::array<double, kCount> values) {
  std::nth_element(values.begin(), values.begin() + kCount / 2, values.end());
  return values[kCount / 2];
}

double seconds_of(StartMethod method, std::size_t count) {
  std::array<double, 5> all{};
  for (double& seconds : all) {
    const auto begin = std::chrono::steady_clock::now();
    cow::Pool pool(pool_over(count, method));
    if (pool.apply(last, 0) != 1) std::printf("the data are not there\n");
    const std::chrono::duration<double> taken =
        std::chrono::steady_clock::now() - begin;
    seconds = taken.count();
  }
  return median(all);
}

double beside_fork(StartMethod method, std::size_t count) {
  std::array<double, 3> ratios{};
  for (double& ratio : ratios) {
    const double fork = seconds_of(StartMethod::kFork, count);
    ratio = seconds_of(method, count) / fork;
  }
  return median(ratios);
}

int main() {
  cow::serve_if_spawned();
  std::printf("%-12s%12s%14s\n", "beside fork", "no data", "64 MiB");
  for (const auto method : {StartMethod::kSpawn, StartMethod::kForkServer}) {
    std::printf("%-12s%6.1f times%8.1f times\n",
                std::string(to_string(method)).c_str(), beside_fork(method, 1),
                beside_fork(method, std::size_t{8} << 20));
  }
}
