// What a program has freed before it makes a pool costs its workers nothing.
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "cow/memory/usage.h"
#include "pool/support.h"

namespace cow::testing {
namespace {

// Half a million blocks that lie between others, which stay: so the C library
// cannot join them.
void free_many_blocks() {
  constexpr std::size_t kFreed = 500'000;
  static std::vector<std::unique_ptr<char[]>> kept(2 * kFreed);
  for (auto& block : kept) block.reset(new char[200]);
  for (std::size_t i = 0; i < kept.size(); i += 2) kept[i].reset();
}

struct Own {
  Bytes idle;
  Bytes after_a_batch;
};

// The memory of the only worker that nobody shares with it.
Bytes own_memory(const Pool& pool) {
  const pid_t worker = pool.workers()[0];
  comes_to_be(worker, 'S');  // it waits for a batch
  const auto usage = read_usage(worker);
  return usage ? usage->private_dirty : Bytes(-1);
}

Own measure(Pool pool) {
  Own own;
  works(pool);
  own.idle = own_memory(pool);
  pool.apply([](const std::string& item) { return item.size(); },
             std::string(100'000, 'x'));
  own.after_a_batch = own_memory(pool);
  return own;
}

void expect_nearly_the_same(const Own& now, const Own& before) {
  EXPECT_GT(before.idle, 0_B);
  EXPECT_LT(now.idle, before.idle + 1_MiB);
  EXPECT_LT(now.after_a_batch, before.after_a_batch + 1_MiB);
}

TEST(FreedBlocks, AreNotSortedByAForkedWorker) {
  const Own before = measure(Pool({.workers = 1}));
  free_many_blocks();
  expect_nearly_the_same(measure(Pool({.workers = 1})), before);
}

TEST(FreedBlocks, AreNotSortedByAWorkerOfAForkServer) {
  const auto make_pool = [](Call preload) {
    return Pool({.workers = 1,
                 .start_method = StartMethod::kForkServer,
                 .preload = std::move(preload)});
  };
  expect_nearly_the_same(measure(make_pool(free_many_blocks)),
                         measure(make_pool({})));
}

}  // namespace
}  // namespace cow::testing
