// Workers that are killed at any moment, under load, many times: each item has
// its right result or is reported as lost, no more are lost than must be, and
// none is run more often than was promised. The same with a fork server that is
// killed.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <ostream>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cow/memory/process.h"
#include "pool/faults_support.h"

namespace cow::testing {
namespace {

// Every tenth is larger than a page, some are larger than a pipe.
struct Parcel {
  int id = 0;
  std::string load;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(id, load);
  }
};

Parcel parcel(int id) {
  std::size_t size = static_cast<std::size_t>(id % 40);
  if (id % 10 == 7) size = 9'000;
  if (id % 200 == 13) size = std::size_t{3} << 19;
  return {id, std::string(size, static_cast<char>('a' + id % 26))};
}

Parcel send_back(const Parcel& sent) {
  Tally::count(sent.id);
  return {-sent.id, sent.load + '.'};
}

bool is_answer_to(int id, const Parcel& answer) {
  return answer.id == -id && answer.load == parcel(id).load + '.';
}

std::vector<Parcel> parcels(int first, int count) {
  std::vector<Parcel> parcels;
  for (int i = 0; i < count; ++i) parcels.push_back(parcel(first + i));
  return parcels;
}

// One round of work of every kind, each item with an id of its own.
class Round {
 public:
  static constexpr int kItems = 100;
  // What can be lost: the map, which is reported once whatever becomes of its
  // batches, 7 chunks and 40 single items.
  static constexpr int kMostLost = 1 + 7 + 20 + 20;

  Round(Pool& pool, int first_id)
      : first_(first_id),
        map_(pool.map_async(send_back, parcels(first_, 40), 7)),
        in_order_(pool.imap(send_back, parcels(first_ + 40, 20), 3)),
        unordered_(pool.imap_unordered(send_back, parcels(first_ + 60, 20))) {
    for (int i = 80; i < kItems; ++i) {
      calls_.push_back(pool.apply_async(send_back, parcel(first_ + i)));
    }
  }

  // The pool takes in what is there.
  void look() { map_.ready(); }

  // Waits for everything and checks it. Returns how many batches were lost, as
  // far as one can tell.
  int settle() {
    int lost = settle_map();
    lost += settle_in_order();
    lost += settle_unordered();
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      EXPECT_TRUE(calls_[i].wait_for(kDeadline));
      try {
        EXPECT_TRUE(
            is_answer_to(first_ + 80 + static_cast<int>(i), calls_[i].get()));
      } catch (const WorkerDied& died) {
        EXPECT_EQ(died.item(), 0);
        ++lost;
      }
    }
    return lost;
  }

 private:
  int settle_map() {
    EXPECT_TRUE(map_.wait_for(kDeadline));
    try {
      const std::vector<Parcel> answers = map_.get();
      EXPECT_EQ(answers.size(), 40U);
      for (int i = 0; i < 40; ++i) {
        EXPECT_TRUE(
            is_answer_to(first_ + i, answers[static_cast<std::size_t>(i)]));
      }
      return 0;
    } catch (const WorkerDied& died) {
      EXPECT_GE(died.item(), 0);
      EXPECT_LT(died.item(), 40);
      return 1;
    }
  }

  int settle_in_order() {
    std::set<int> lost;  // chunks
    for (int i = 0;; ++i) {
      EXPECT_TRUE(in_order_.wait_for(kDeadline));
      try {
        const std::optional<Parcel> answer = in_order_.next();
        if (!answer) {
          EXPECT_EQ(i, 20);
          return static_cast<int>(lost.size());
        }
        EXPECT_TRUE(is_answer_to(first_ + 40 + i, *answer));
      } catch (const WorkerDied& died) {
        EXPECT_EQ(died.item() / 3, i / 3);  // it was in this chunk
        lost.insert(i / 3);
      }
    }
  }

  int settle_unordered() {
    int lost = 0;
    std::set<int> seen;
    for (;;) {
      EXPECT_TRUE(unordered_.wait_for(kDeadline));
      try {
        const std::optional<Parcel> answer = unordered_.next();
        if (!answer) {
          EXPECT_EQ(seen.size(), 20U);
          return lost;
        }
        const int i = -answer->id - first_ - 60;
        EXPECT_TRUE(is_answer_to(-answer->id, *answer));
        EXPECT_TRUE(0 <= i && i < 20 && seen.insert(i).second) << i;
      } catch (const WorkerDied& died) {
        EXPECT_TRUE(seen.insert(static_cast<int>(died.item())).second);
        ++lost;
      }
    }
  }

  int first_;
  Pending<std::vector<Parcel>> map_;
  Imap<Parcel> in_order_;
  Imap<Parcel> unordered_;
  std::vector<Pending<Parcel>> calls_;
};

struct Storm {
  const char* name;
  StartMethod start_method;
  OnDeath on_death;
  int deaths;
};
void PrintTo(const Storm& storm, std::ostream* out) { *out << storm.name; }

class Storms : public ::testing::TestWithParam<Storm> {
 protected:
  // How often an item may have been run.
  int most_runs() const {
    return GetParam().on_death == OnDeath::kRetryOnce ? 2 : 1;
  }
  // A worker that dies costs the batch that it had begun, or one that others
  // have died with; and where that is tried once more it takes two deaths.
  int most_lost(int deaths) const {
    const bool retries = GetParam().on_death == OnDeath::kRetryOnce;
    return retries ? deaths / 2 : deaths;
  }
  void expect_no_item_was_run_too_often(const Tally& tally, int items) const {
    int too_often = 0;
    for (int id = 0; id < items; ++id) too_often += tally.of(id) > most_runs();
    EXPECT_EQ(too_often, 0);
  }
};

TEST_P(Storms, LoseNoItemIfWorkersAreKilled) {
  const int deaths = repeated(GetParam().deaths);
  const int most_items = deaths * Round::kItems;
  const Tally tally(most_items);
  Gate gate;
  Pool pool({.workers = 3,
             .start_method = GetParam().start_method,
             .initializer = {Tally::open, tally.path()},
             .on_death = GetParam().on_death});
  std::mt19937 random(2024);
  int killed = 0;
  int items = 0;
  int lost = 0;
  while (killed < deaths && items < most_items) {
    Round round(pool, items);
    items += Round::kItems;
    std::set<pid_t> victims;
    for (int i = 0; i < 5; ++i) {
      for (auto looks = random() % 4; looks > 0; --looks) round.look();
      const std::vector<pid_t> workers = pool.workers();
      if (workers.empty()) continue;
      // Nobody but the pool reaps it, so its id is still its own.
      const pid_t victim = workers[random() % workers.size()];
      ::kill(victim, SIGKILL);
      victims.insert(victim);
    }
    killed += static_cast<int>(victims.size());
    lost += round.settle();
    if (HasFailure()) break;
  }
  EXPECT_GE(killed, deaths);
  expect_no_item_was_run_too_often(tally, items);
  EXPECT_LE(lost, most_lost(killed));
  // The set is full again: three are at work at the same time.
  if (GetParam().start_method != StartMethod::kFork) return;
  auto held = pool.map_async(stop_at_gate, numbers(3), 1);
  EXPECT_TRUE(gate.arrived(held, 3));
  gate.let_go(3);
  EXPECT_EQ(held.get(), numbers(3));
}

// In a worker: it will die soon, wherever it is by then. 0.1 to 3 ms is from
// before its first task to after many.
void die_soon(const std::string& tally) {
  Tally::open(tally);
  std::mt19937 random(static_cast<unsigned>(::getpid()));
  itimerval soon{};
  soon.it_value.tv_usec = 100 + static_cast<suseconds_t>(random() % 3000);
  ::setitimer(ITIMER_REAL, &soon, nullptr);
}

TEST_P(Storms, LoseNoItemIfWorkersAreShortLived) {
  const int rounds = std::max(repeated(GetParam().deaths) / 40, 2);
  const Tally tally(rounds * Round::kItems);
  Pool pool({.workers = 3,
             .start_method = GetParam().start_method,
             .initializer = {die_soon, tally.path()},
             .on_death = GetParam().on_death});
  int items = 0;
  int lost = 0;
  for (int i = 0; i < rounds && !HasFailure(); ++i) {
    Round round(pool, items);
    items += Round::kItems;
    lost += round.settle();
  }
  expect_no_item_was_run_too_often(tally, items);
  EXPECT_LT(lost, rounds * Round::kMostLost);
}

INSTANTIATE_TEST_SUITE_P(
    Of, Storms,
    ::testing::Values(
        Storm{"ForkFailing", StartMethod::kFork, OnDeath::kFail, 1000},
        Storm{"ForkRetrying", StartMethod::kFork, OnDeath::kRetryOnce, 300},
        Storm{"ForkServerFailing", StartMethod::kForkServer, OnDeath::kFail,
              100},
        Storm{"ForkServerRetrying", StartMethod::kForkServer,
              OnDeath::kRetryOnce, 50},
        Storm{"SpawnFailing", StartMethod::kSpawn, OnDeath::kFail, 50},
        Storm{"SpawnRetrying", StartMethod::kSpawn, OnDeath::kRetryOnce, 25}),
    [](const auto& storm) { return storm.param.name; });

// With so many workers.
class ServerStorms : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(With, ServerStorms, ::testing::Values(1, 2, 3),
                         ::testing::PrintToStringParamName());

void kill_process(pid_t pid) {
  if (pid > 0) ::kill(pid, SIGKILL);
}

// It is killed by the pool's process, which does nothing else at that moment,
// and by a task, whatever the pool's process is at.
TEST_P(ServerStorms, AKilledForkServerIsAlwaysReplaced) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // what it leaves comes to this process
  const auto deaths = static_cast<std::size_t>(repeated(20));
  const int most_items = 4 * repeated(20) * Round::kItems;
  const Tally tally(most_items);
  std::mt19937 random(2025);
  std::set<pid_t> servers;
  int items = 0;
  int lost = 0;
  {
    Pool pool({.workers = GetParam(),
               .start_method = StartMethod::kForkServer,
               .initializer = {Tally::open, tally.path()}});
    while (servers.size() < deaths && items < most_items && !HasFailure()) {
      Round round(pool, items);
      items += Round::kItems;
      auto by_a_task = pool.apply_async(kill_process, pool.fork_server());
      servers.insert(pool.fork_server());
      for (int i = 0; i < 5; ++i) {
        for (auto looks = random() % 6; looks > 0; --looks) round.look();
        servers.insert(pool.fork_server());
        kill_process(pool.fork_server());
      }
      lost += round.settle();
      EXPECT_TRUE(by_a_task.wait_for(kDeadline));
    }
    EXPECT_TRUE(works(pool));
  }
  for (int id = 0; id < items; ++id) EXPECT_LE(tally.of(id), 1) << id;
  EXPECT_GE(servers.size(), deaths);
  EXPECT_LE(lost, GetParam() * static_cast<int>(servers.size()));
  // Workers that have outlived their servers, which they do not for long.
  for (const pid_t worker : children_of(::getpid())) {
    EXPECT_TRUE(all_end(watch(std::vector{worker})));
    ::waitpid(worker, nullptr, 0);
  }
}

}  // namespace
}  // namespace cow::testing
