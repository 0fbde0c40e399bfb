// The objects that a program holds: moved, assigned, asked once more.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "pool/support.h"

namespace cow::testing {
namespace {

TEST(PendingResults, AreHandedOverOnce) {
  Pool pool({.workers = 1});
  auto many = pool.map_async(same, numbers(3));
  EXPECT_EQ(many.get(), numbers(3));
  EXPECT_THROW(many.get(), std::logic_error);
  auto one = pool.apply_async(same, 7);
  EXPECT_EQ(one.get(), 7);
  EXPECT_THROW(one.get(), std::logic_error);
}

TEST(PendingResults, ThrowTheirFailureEachTime) {
  Pool pool({.workers = 1});
  auto failed = pool.apply_async([] { throw std::runtime_error("no"); });
  for (int i = 0; i < 2; ++i) EXPECT_THROW(failed.get(), TaskError);
}

TEST(AssignedPool, EndsItsFormerWorkers) {
  Pool first({.workers = 2});
  Pool second({.workers = 1});
  const auto ended = watch(first.workers());
  const auto kept = second.workers();
  first = std::move(second);
  EXPECT_TRUE(all_end(ended));
  EXPECT_EQ(first.workers(), kept);
  EXPECT_TRUE(works(first));
}

TEST(AssignedImap, DropsTheFormerImap) {
  Gate gate;
  Counters counters(10);
  const auto begin = [](int number) {
    Counters::add(number);
    Gate::stop();
    return number;
  };
  Pool pool({.workers = 1});
  auto first = pool.imap(begin, numbers(10));
  ASSERT_TRUE(gate.arrived(1));
  auto second = pool.imap(begin, numbers(0));
  first = std::move(second);
  gate.let_go(10);
  EXPECT_EQ(first.next(), std::nullopt);
  pool.close();
  pool.join();
  EXPECT_EQ(counters.all(), (std::vector{1, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(MoveOnlyItems, CanBeGivenToMapAndImap) {
  Pool pool({.workers = 2});
  const auto pointers = [] {
    std::vector<std::unique_ptr<int>> items;
    for (int i = 0; i < 5; ++i) items.push_back(std::make_unique<int>(i));
    return items;
  };
  const auto task = [](const std::unique_ptr<int>& item) { return *item; };
  EXPECT_EQ(pool.map(task, pointers()), numbers(5));
  auto results = pool.imap(task, pointers(), 2);
  EXPECT_EQ(rest_of(results), numbers(5));
}

// What counts down to 0, and ends in something that is no iterator.
struct Countdown {
  struct End {};
  struct Iterator {
    using value_type = int;
    using reference = int;
    using pointer = void;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;
    int at;
    int operator*() const { return at; }
    Iterator& operator++() {
      --at;
      return *this;
    }
    bool operator!=(End) const { return at > 0; }
  };
  int from;
  Iterator begin() const { return {from}; }
  End end() const { return {}; }
};

TEST(ItemRange, MayEndInASentinel) {
  Pool pool({.workers = 2});
  const std::vector<int> expected{9, 4, 1};
  EXPECT_EQ(pool.map(square, Countdown{3}), expected);
  auto results = pool.imap(square, Countdown{3});
  EXPECT_EQ(rest_of(results), expected);
}

std::optional<Pool> the_pool;
std::optional<Pending<std::vector<std::ptrdiff_t>>> the_results;
std::vector<Descriptor> of_the_worker;

PoolOptions with_descriptors() {
  return {.workers = 2,
          .initializer =
              [] {
                for (int i = 0; i < 20; ++i) {
                  of_the_worker.emplace_back(
                      ::open("/dev/null", O_WRONLY | O_CLOEXEC));
                }
              },
          .max_tasks_per_child = 1};
}

std::ptrdiff_t drop_it_and_count(int /*item*/) {
  the_results.reset();  // they hold on to it
  the_pool.reset();
  return std::count_if(
      of_the_worker.begin(), of_the_worker.end(),
      [](const Descriptor& fd) { return ::write(fd.get(), "x", 1) == 1; });
}

// A worker has closed the pool's descriptors; their numbers are others' now.
TEST(PoolCopyInAWorker, ClosesNoDescriptor) {
  the_pool.emplace(with_descriptors());
  // The workers of the second round were forked from a pool that was complete.
  for (int round = 0; round < 2; ++round) {
    the_results = the_pool->map_async(drop_it_and_count, numbers(4), 1);
    EXPECT_EQ(the_results->get(), (std::vector<std::ptrdiff_t>(4, 20)));
  }
  the_results.reset();
  the_pool.reset();
}

TEST(PoolCopyInANestedWorker, ClosesNoDescriptor) {
  the_pool.emplace(with_descriptors());
  const auto have_it_dropped = [](int /*item*/) {
    return Pool({.workers = 1}).apply(drop_it_and_count, 0);
  };
  for (int round = 0; round < 2; ++round) {
    the_results = the_pool->map_async(have_it_dropped, numbers(4), 1);
    EXPECT_EQ(the_results->get(), (std::vector<std::ptrdiff_t>(4, 20)));
  }
  the_results.reset();
  the_pool.reset();
}

// Its iterators know whether there are any.
struct Watched {
  struct Iterator {
    using value_type = int;
    using reference = int;
    using pointer = void;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;
    std::shared_ptr<int> alive;
    int at;
    int operator*() const { return at; }
    Iterator& operator++() {
      ++at;
      return *this;
    }
    bool operator==(const Iterator& other) const { return at == other.at; }
  };
  int count;
  std::shared_ptr<int> alive = std::make_shared<int>();
  Iterator begin() const { return {alive, 0}; }
  Iterator end() const { return {alive, count}; }
};

// An input that is referred to may go then.
TEST(FinishedOrDroppedImap, ReleasesItsInput) {
  Pool pool({.workers = 1});
  const Watched few{.count = 3};
  auto ended = pool.imap(same, few);
  EXPECT_EQ(rest_of(ended), numbers(3));
  EXPECT_EQ(few.alive.use_count(), 1);
  const Watched many{.count = 1'000'000};
  auto dropped = std::optional(pool.imap(same, many));
  EXPECT_EQ(dropped->next(), 0);
  EXPECT_GT(many.alive.use_count(), 1);
  dropped.reset();
  EXPECT_EQ(many.alive.use_count(), 1);
}

}  // namespace
}  // namespace cow::testing
