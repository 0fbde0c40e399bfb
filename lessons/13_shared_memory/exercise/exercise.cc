// Exercise 13: four spawned workers are each sent a large array. Change this
// file so that the array is there once. The workers are to stay spawned.
#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "check_in.h"
#include "cow/pool/pool.h"
#include "cow/shared/segment.h"

namespace {

using Data = std::vector<double>;

#if SOLUTION || ALTERNATIVE || MISTAKE_KEEPS_BOTH || MISTAKE_COPIES
#if MISTAKE_COPIES
Data data;
#else
cow::Segment data;  // each worker maps it
#endif

#if SOLUTION || MISTAKE_KEEPS_BOTH || MISTAKE_COPIES
cow::Backing where() { return cow::Backing::memfd(); }
#else
cow::Backing where() {
  return cow::Backing::posix_shm("cow-exercise-" + std::to_string(::getpid()));
}
#endif

std::span<double> numbers_in(const cow::Segment& segment) {
  return {reinterpret_cast<double*>(segment.data()),
          segment.size().size() / sizeof(double)};
}

// The segment stays; the vector from which it is filled does not.
cow::Segment build(const Data& numbers) {
  cow::Segment segment(cow::Bytes(numbers.size() * sizeof(double)), where());
  std::copy(numbers.begin(), numbers.end(), numbers_in(segment).begin());
  return segment;
}

void set(const cow::SegmentHandle& handle) {
#if MISTAKE_COPIES
  const cow::Segment segment = cow::Segment::attach(handle);
  const std::span<double> numbers = numbers_in(segment);
  data.assign(numbers.begin(), numbers.end());
#else
  data = cow::Segment::attach(handle);
#endif
}

double analyze(int item) {
#if MISTAKE_COPIES
  return check_in::work(data, item);
#else
  return check_in::work(numbers_in(data), item);
#endif
}

std::vector<double> exercise(const check_in::Parameters& given) {
#if MISTAKE_KEEPS_BOTH
  const Data numbers = check_in::make_data(given.data);
  const cow::Segment segment = build(numbers);
#else
  cow::Segment segment = build(check_in::make_data(given.data));
#endif
#if SOLUTION
  segment.seal();  // nobody can change it by mistake
#endif
  cow::Pool pool({
      .workers = given.workers,
      .start_method = cow::StartMethod::kSpawn,
      .initializer = {set, segment.handle()},
  });
  return pool.map(analyze, check_in::items(given.workers));
}
#elif MISTAKE_EACH_BUILDS
cow::Segment data;

void build(std::size_t bytes) {
  const Data numbers = check_in::make_data(bytes);
  data = cow::Segment(cow::Bytes(numbers.size() * sizeof(double)));
  std::copy(numbers.begin(), numbers.end(),
            reinterpret_cast<double*>(data.data()));
}

double analyze(int item) {
  return check_in::work({reinterpret_cast<const double*>(data.data()),
                         data.size().size() / sizeof(double)},
                        item);
}

std::vector<double> exercise(const check_in::Parameters& given) {
  cow::Pool pool({
      .workers = given.workers,
      .start_method = cow::StartMethod::kSpawn,
      .initializer = {build, given.data},  // a segment in each worker
  });
  return pool.map(analyze, check_in::items(given.workers));
}
#else
using Shared = std::shared_ptr<const Data>;

Shared data;

void set(const Shared& sent) { data = sent; }

double analyze(int item) { return check_in::work(*data, item); }

std::vector<double> exercise(const check_in::Parameters& given) {
  // TODO: where can the numbers lie, so that a spawned worker can map them?
  // What does it have to be sent then?
  const auto built =
      std::make_shared<const Data>(check_in::make_data(given.data));

  cow::Pool pool({
      .workers = given.workers,
      .start_method = cow::StartMethod::kSpawn,
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
