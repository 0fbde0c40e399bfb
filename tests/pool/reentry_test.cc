// Code that is not the pool's, and runs in the middle of its work: items that
// are pickled, results that are unpickled, inputs that are read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cstddef>
#include <iterator>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cow/os/descriptor.h"
#include "pool/support.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;

PendingWork* asked = nullptr;  // by the parent alone

// Asks the pool for something when it is pickled, or unpickled.
struct Asking {
  std::string text;
  bool when_saved = false;
  bool when_loaded = false;

  template <class Archive>
  void save(Archive& archive) const {
    if (when_saved) asked->ready();
    archive(text, when_saved, when_loaded);
  }
  template <class Archive>
  void load(Archive& archive) {
    archive(text, when_saved, when_loaded);
    if (when_loaded && asked != nullptr) asked->ready();
  }
};

constexpr const char* kRefusal = "cannot be used from within";

// So large that each one waits for the one before: no pipe holds it.
constexpr std::size_t kLarge = std::size_t{2} << 20;
std::vector<Asking> items(int count, bool when_saved) {
  return std::vector<Asking>(
      static_cast<std::size_t>(count),
      {.text = std::string(kLarge, 'x'), .when_saved = when_saved});
}

std::size_t length(const Asking& item) { return item.text.size(); }

TEST(Reentry, FromThePicklingOfAnItemIsRefused) {
  Pool pool({.workers = 1});
  auto plain = pool.map_async(length, items(4, false), 1);
  asked = &plain;
  auto asking = pool.map_async(length, items(4, true), 1);
  EXPECT_THAT(error_of<PoolError>([&] { asking.get(); }), HasSubstr(kRefusal));
  EXPECT_EQ(plain.get(), std::vector<std::size_t>(4, kLarge));
  EXPECT_TRUE(works(pool));
  asked = nullptr;
}

TEST(Reentry, FromTheUnpicklingOfAResultIsRefused) {
  Gate gate;
  Pool pool({.workers = 2});  // whose workers find nobody to be asked
  const auto make = [](int i) {
    return Asking{.text = std::to_string(i), .when_loaded = i % 2 == 0};
  };
  auto plain = pool.apply_async(stop_at_gate, 7);
  asked = &plain;
  auto results = pool.imap(make, numbers(20));
  for (int i = 0; i < 20; ++i) {
    if (i % 2 == 0) {
      EXPECT_THAT(error_of<PoolError>([&] { results.next(); }),
                  HasSubstr(kRefusal));
    } else {
      EXPECT_EQ(results.next()->text, std::to_string(i));
    }
  }
  gate.let_go(1);
  EXPECT_EQ(plain.get(), 7);
  asked = nullptr;
}

// Counts up, and ends the pool in between.
struct Source {
  struct Iterator {
    using iterator_category = std::input_iterator_tag;
    using value_type = int;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = int;

    int operator*() const { return at; }
    Iterator& operator++() {
      if (++at == 40) pool->terminate();
      return *this;
    }
    bool operator==(const Iterator& other) const { return at == other.at; }

    Pool* pool;
    int at;
  };

  Iterator begin() const { return {pool, 0}; }
  Iterator end() const { return {pool, 1000}; }

  Pool* pool;
};

TEST(Reentry, FromTheInputOfAnImapMayEndThePool) {
  Pool pool({.workers = 1});
  auto results = pool.imap(same, Source{&pool});
  int outcomes = 0;
  for (bool more = true; more; ++outcomes) {
    ASSERT_LE(outcomes, 1000);
    try {
      more = results.next().has_value();
    } catch (const PoolError& error) {
      EXPECT_THAT(error.what(), HasSubstr("terminated"));
    }
  }
}

struct Unpickleable {
  int i = 0;

  template <class Archive>
  void save(Archive&) const {
    throw std::runtime_error("not this one");
  }
  template <class Archive>
  void load(Archive&) {}
};

// The failure happens in the parent, while the only worker is busy: nothing
// comes that would end the waiting.
TEST(Reentry, ThatFailsEndsTheWaitingForIt) {
  Gate gate;
  Pool pool({.workers = 1});
  auto first = pool.map_async(
      [](const std::string& item) {
        Gate::stop();
        return item.size();
      },
      std::vector(2, std::string(700'000, 'x')), 1);  // none is prefetched
  auto failing = pool.map_async([](const Unpickleable& item) { return item.i; },
                                std::vector<Unpickleable>(1));
  ASSERT_TRUE(gate.arrived(first, 1));
  EXPECT_FALSE(failing.failed());  // its turn has not come
  gate.let_go(1);
  const Descriptor deadline(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
  const itimerspec time{.it_interval = {},
                        .it_value = {.tv_sec = 30, .tv_nsec = 0}};
  ::timerfd_settime(deadline.get(), 0, &time, nullptr);
  EXPECT_FALSE(failing.wait_readable(deadline.get()));
  EXPECT_TRUE(failing.failed());
  gate.let_go(1);
  EXPECT_EQ(first.get(), std::vector<std::size_t>(2, 700'000));
}

// What throws when it is made or assigned, in the parent, once.
bool throws = false;
void throw_once() {
  if (std::exchange(throws, false)) throw std::bad_alloc();
}
struct Costly {
  Costly() { throw_once(); }
  explicit Costly(int number) : text(std::to_string(number)) {}
  Costly(const Costly& other) : text(other.text) { throw_once(); }
  Costly& operator=(const Costly& other) {
    throw_once();
    text = other.text;
    return *this;
  }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(text);
  }

  std::string text;
};

TEST(Reentry, ThatRunsOutOfMemoryCostsOneBatch) {
  Pool pool({.workers = 1});
  auto results = pool.imap([](int i) { return Costly(i); }, numbers(4));
  throws = true;
  EXPECT_THROW(results.next(), std::bad_alloc);
  for (int i = 1; i < 4; ++i) {
    EXPECT_EQ(results.next()->text, std::to_string(i));
  }
  EXPECT_FALSE(results.next());
}

TEST(Reentry, ThatRunsOutOfMemoryWhenAResultIsFetchedCostsThatOne) {
  Pool pool({.workers = 1});
  auto results = pool.imap([](int i) { return Costly(i); }, numbers(4), 2);
  for (const int lost : {0, 2}) {
    ASSERT_TRUE(results.wait_for(kDeadline));
    throws = true;
    EXPECT_THROW(results.next(), std::bad_alloc) << lost;
    EXPECT_EQ(results.next()->text, std::to_string(lost + 1));
  }
  EXPECT_FALSE(results.next());
}

}  // namespace
}  // namespace cow::testing
