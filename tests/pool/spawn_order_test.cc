// The order that a spawned process finds in its environment.
#include "cow/pool/spawn_order.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace cow {
namespace {

TEST(SpawnOrder, IsReadAsItWasWritten) {
  for (const SpawnOrder& order :
       {SpawnOrder{SpawnOrder::Role::kWorker, 4711, {5, 6, 7}},
        SpawnOrder{SpawnOrder::Role::kForkServer, 1, {0, 2147483647}}}) {
    const std::optional<SpawnOrder> read = parse_spawn_order(to_string(order));
    ASSERT_TRUE(read) << to_string(order);
    EXPECT_EQ(read->role, order.role);
    EXPECT_EQ(read->parent, order.parent);
    EXPECT_EQ(read->descriptors, order.descriptors);
  }
}

TEST(SpawnOrder, IsWhatItSays) {
  EXPECT_EQ(to_string({SpawnOrder::Role::kWorker, 4711, {5, 6, 7}}),
            "worker 4711 5 6 7");
  EXPECT_EQ(to_string({SpawnOrder::Role::kForkServer, 4711, {5, 6}}),
            "server 4711 5 6");
}

TEST(SpawnOrder, IsNoneWhereALetterIsWrong) {
  for (const std::string text :
       {"", "worker", "worker ", "worker 1", "worker 1 2 3", "worker 1 2 3 4 5",
        "worker 1 2 3 4 ", "worker  1 2 3 4", "worker 1 2 3 -4",
        "worker 1 2 3 4x", "worker 1 2 3 -0", "worker 1 2 3 +4",
        "worker 1 2 3 04", "worker 1 2 3 99999999999", "server 1 2",
        "server 1 2 3 4", "master 1 2 3 4", "Worker 1 2 3 4",
        "worker1 2 3 4"}) {
    EXPECT_FALSE(parse_spawn_order(text)) << '"' << text << '"';
  }
}

}  // namespace
}  // namespace cow
