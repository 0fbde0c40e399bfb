// Copies of a pool that a fork has made are of no use, and do the pool no harm.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cow/os/child.h"
#include "pool/support.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;

class ForkedCopies : public EveryStartMethod {
 protected:
  // In a forked process, `call` says that the pool is not its own.
  static void expect_refusal(const std::function<void()>& call) {
    Child child = Child::fork([&] {
      EXPECT_THAT(error_of<PoolError>(call), HasSubstr("is a fork"));
      return ::testing::Test::HasFailure() ? 1 : 0;
    });
    EXPECT_TRUE(child.wait().success());
  }
};
INSTANTIATE_TEST_SUITE_P(, ForkedCopies, every_method(), name_of_method);

TEST_P(ForkedCopies, CannotFetchImapResultsOrReadInput) {
  Pool mapping = pool(2);
  std::vector<int> items = numbers(1000);
  auto results = mapping.imap(same, items);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(results.next(), i);
  EXPECT_EQ(mapping.apply(same, 1), 1);  // and results come that nobody fetches
  expect_refusal([&] {
    while (results.next()) continue;
  });
  for (int i = 100; i < 1000; ++i) ASSERT_EQ(results.next(), i);
  EXPECT_EQ(results.next(), std::nullopt);
}

TEST_P(ForkedCopies, CannotJoinThePool) {
  Pool mapping = pool(2);
  expect_refusal([&] {
    mapping.close();
    mapping.join();
  });
  EXPECT_TRUE(works(mapping));
}

TEST_P(ForkedCopies, CannotGiveThePoolWork) {
  Pool mapping = pool(2);
  auto pending = mapping.map_async(same, numbers(100), 1);
  expect_refusal([&] { mapping.map(same, numbers(1)); });
  expect_refusal([&] { mapping.imap(same, numbers(1)); });
  expect_refusal([&] { pending.get(); });
  EXPECT_EQ(pending.get(), numbers(100));
}

TEST_P(ForkedCopies, DoNotEndThePool) {
  Pool mapping = pool(2);
  Child child = Child::fork([&] {
    mapping.terminate();
    return 0;
  });
  EXPECT_TRUE(child.wait().success());
  EXPECT_TRUE(works(mapping));
}

}  // namespace
}  // namespace cow::testing
