// Code that is not the pool's, and runs in the middle of its work: items that
// are pickled, results that are unpickled, inputs that are read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cstddef>
#include <iterator>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cow/os/descriptor.h"
#include "pool/source.h"
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

TEST(Reentry, IsRefusedWhileAnItemIsPickled) {
  Pool pool({.workers = 1});
  auto plain = pool.map_async(length, items(4, false), 1);
  asked = &plain;
  auto asking = pool.map_async(length, items(4, true), 1);
  EXPECT_THAT(error_of<PoolError>([&] { asking.get(); }), HasSubstr(kRefusal));
  EXPECT_EQ(plain.get(), std::vector<std::size_t>(4, kLarge));
  EXPECT_TRUE(works(pool));
  asked = nullptr;
}

TEST(Reentry, IsRefusedWhileAResultIsLoaded) {
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

TEST(Reentry, MayTerminateThePoolFromTheInputOfAnImap) {
  Pool pool({.workers = 1});
  Source<> source(1000, [&pool](int i) {
    if (i == 40) pool.terminate();
    return i;
  });
  auto results = pool.imap(same, source);
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

std::unique_ptr<Pool> destroyed;  // by the parent alone

// Destroys the pool when it is pickled, or unpickled.
struct Destroying {
  bool when_saved = false;
  bool when_loaded = false;

  template <class Archive>
  void save(Archive& archive) const {
    if (when_saved) destroyed.reset();
    archive(when_saved, when_loaded);
  }
  template <class Archive>
  void load(Archive& archive) {
    archive(when_saved, when_loaded);
    if (when_loaded) destroyed.reset();
  }
};

class Destruction : public EveryStartMethod {
 protected:
  // Whether `call`, during which the pool is destroyed, throws PoolError; and
  // whether the workers have ended after it.
  template <typename Call>
  void expect_error(Call call) {
    destroyed = std::make_unique<Pool>(options(2));
    const std::vector<Descriptor> workers = watch(destroyed->workers());
    EXPECT_THAT(error_of<PoolError>([&] { call(*destroyed); }),
                HasSubstr("terminated"));
    EXPECT_EQ(destroyed, nullptr);
    EXPECT_TRUE(all_end(workers));
    destroyed.reset();
  }
};
INSTANTIATE_TEST_SUITE_P(, Destruction, every_method(), name_of_method);

// One that does nothing in front, so that workers are at work.
std::vector<Destroying> destroying_when_saved() {
  return {{}, {.when_saved = true}, {}};
}

TEST_P(Destruction, EndsThePoolWhileAnItemIsPickled) {
  const auto task = [](const Destroying&) {};
  expect_error([&](Pool& pool) { pool.map(task, destroying_when_saved(), 1); });
  expect_error([&](Pool& pool) {
    pool.map_async(task, destroying_when_saved(), 1).get();
  });
  expect_error(
      [&](Pool& pool) { pool.apply(task, Destroying{.when_saved = true}); });
  expect_error([&](Pool& pool) {
    auto results = pool.imap(task, destroying_when_saved());
    while (results.next()) {
    }
  });
}

// The first unpickles while the second is at work.
Destroying destroying_when_loaded(int i) {
  if (i == 1) ::pause();
  return {.when_loaded = i == 0};
}

TEST_P(Destruction, EndsThePoolWhileAResultIsLoaded) {
  expect_error(
      [](Pool& pool) { pool.map(destroying_when_loaded, numbers(2), 1); });
  expect_error([](Pool& pool) {
    auto results = pool.imap(destroying_when_loaded, numbers(2));
    while (results.next()) {
    }
  });
}

TEST_P(Destruction, EndsThePoolWhileAnImapReadsItsInput) {
  // At the first items imap itself reads them; later, who fetches a result.
  for (const int when : {0, 150}) {
    const auto make = [when](int i) {
      if (i == when) destroyed.reset();
      return i;
    };
    expect_error([&](Pool& pool) {
      Source<> source(1000, make);
      auto results = pool.imap(same, source);
      while (results.next()) {
      }
    });
    expect_error([&](Pool& pool) {
      Source<> source(1000, make);
      auto results = pool.imap(same, source);
      pool.close();
      pool.join();  // reads it to its end
      while (results.next()) {
      }
    });
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
TEST(FailureInTheParent, EndsAWaitAtOnce) {
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

TEST(ParentWithoutMemory, LosesOneBatchOfAnImap) {
  Pool pool({.workers = 1});
  auto results = pool.imap([](int i) { return Costly(i); }, numbers(4));
  throws = true;
  EXPECT_THROW(results.next(), std::bad_alloc);
  for (int i = 1; i < 4; ++i) {
    EXPECT_EQ(results.next()->text, std::to_string(i));
  }
  EXPECT_FALSE(results.next());
}

TEST(ParentWithoutMemory, LosesOnlyTheResultThatItFailsToFetch) {
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
