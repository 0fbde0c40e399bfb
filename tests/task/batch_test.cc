// The two sides of a batch, in one process: what the parent pickles, the worker
// runs; what the worker replies, the parent reads.
#include "cow/task/batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cow/pickle/eigen.h"
#include "pickle/bytes.h"

namespace cow {
namespace {

using testing::refers_to;

double half(int i) { return i / 2.0; }

struct Scale {
  double factor = 1;
  std::vector<double> table;
  double operator()(int i) const { return factor * i; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(factor, table);
  }
};

template <typename F, typename Item>
Message pickled(const F& task, const std::vector<Item>& items) {
  return Batch<F, Item>::pickle(task, items);
}

// What a worker replies to a batch of these bytes; `run` as it is at the end.
template <typename F, typename Item>
std::string reply_to(const std::string& bytes, BatchRun& run) {
  Unpickler unpickler(std::as_bytes(std::span(bytes)));
  std::string reply;
  Batch<F, Item>::run(unpickler, run,
                      [&](Message message) { reply = message.to_string(); });
  EXPECT_EQ(unpickler.left(), Bytes());
  return reply;
}

template <typename F, typename Item>
auto results_of(const F& task, std::vector<Item> items) {
  BatchRun run{.first = 10, .count = items.size(), .current = 10};
  const std::string reply =
      reply_to<F, Item>(pickled(task, items).to_string(), run);
  std::vector<typename Batch<F, Item>::Result> results(items.size());
  Batch<F, Item>::unpickle_results(std::as_bytes(std::span(reply)), results);
  return results;
}

TEST(Batch, GivesTheResultsOfAFunction) {
  EXPECT_THAT(results_of(&half, std::vector{1, 2, 3}),
              ::testing::ElementsAre(0.5, 1.0, 1.5));
}

TEST(Batch, GivesTheResultsOfALambda) {
  const auto task = [](const std::string& s) { return s + s; };
  EXPECT_THAT(results_of(task, std::vector<std::string>{"a", "b"}),
              ::testing::ElementsAre("aa", "bb"));
}

TEST(Batch, GivesTheResultsOfAnObject) {
  EXPECT_THAT(results_of(Scale{3, {}}, std::vector{1, 2}),
              ::testing::ElementsAre(3.0, 6.0));
}

TEST(Batch, TakesEightBytesForAFunctionAndNoneForALambda) {
  const auto items = std::vector{1, 2, 3};
  const auto lambda = [](int i) { return i; };
  EXPECT_EQ(kFunction, Bytes(8));
  EXPECT_EQ(pickled(&half, items).size(), Bytes(8 + 3 * 4));
  EXPECT_EQ(pickled(lambda, items).size(), Bytes(3 * 4));
  EXPECT_EQ(pickled(Scale{3, {1, 2}}, items).size(),
            Bytes(8 + 8 + 2 * 8 + 3 * 4));
}

TEST(Batch, HoldsASharedObjectOnce) {
  const auto shared = std::make_shared<double>(1);
  const auto items = std::vector(10, shared);
  const auto task = [](const std::shared_ptr<double>& p) { return *p; };
  EXPECT_EQ(pickled(task, items).size(), Bytes(8 + 10 * 4));
}

TEST(Batch, RefersToLargeBlocksOfItsTaskAndItems) {
  const Scale task{1, std::vector<double>(100'000, 1)};
  EXPECT_TRUE(refers_to(pickled(task, std::vector{1}), task.table.data()));

  const auto items = std::vector<Eigen::VectorXd>{
      Eigen::VectorXd::Ones(100'000), Eigen::VectorXd::Ones(100'000)};
  const auto sum = [](const Eigen::VectorXd& v) { return v.sum(); };
  const Message message = pickled(sum, items);
  EXPECT_TRUE(refers_to(message, items[0].data()));
  EXPECT_TRUE(refers_to(message, items[1].data()));
}

TEST(Batch, RefersToALargeBlockOfNumbersInsteadOfCopyingIt) {
  const std::vector<int> items(100'000, 1);
  EXPECT_TRUE(refers_to(pickled(&half, items), items.data()));
}

TEST(Batch, KnowsItsCurrentItem) {
  const auto fail_at_five = [](int i) {
    if (i == 5) throw std::runtime_error("five");
    return i;
  };
  using Task = decltype(fail_at_five);
  const auto items = std::vector{3, 4, 5, 6};
  BatchRun run{.first = 100, .count = 4, .current = 100};
  EXPECT_THROW(
      (reply_to<Task, int>(pickled(fail_at_five, items).to_string(), run)),
      std::runtime_error);
  EXPECT_EQ(run.current, 102U);
}

TEST(Batch, RefusesResultsOfTheWrongLength) {
  using Task = double (*)(int);
  std::vector<double> results(2);
  const std::string bytes(24, '\0');
  const auto all = std::as_bytes(std::span(bytes));
  using Kind = Batch<Task, int>;
  EXPECT_NO_THROW(Kind::unpickle_results(all.first(16), results));
  EXPECT_THROW(Kind::unpickle_results(all.first(15), results), PickleError);
  EXPECT_THROW(Kind::unpickle_results(all.first(17), results), PickleError);
  EXPECT_THROW(Kind::unpickle_results(all, results), PickleError);
}

TEST(Batch, RefusesMoreOrFewerBytesThanItsItemsNeed) {
  const auto task = [](int i) { return i; };
  const auto items = std::vector{1, 2};
  const std::string bytes = pickled(task, items).to_string();
  BatchRun run{.first = 0, .count = 2, .current = 0};
  EXPECT_THROW((reply_to<decltype(task), int>(bytes + "x", run)), PickleError);
  EXPECT_THROW((reply_to<decltype(task), int>(bytes.substr(0, 7), run)),
               PickleError);
}

TEST(Batch, RefusesAFunctionThatIsNotInThisProgram) {
  using Task = double (*)(int);
  const std::string nowhere(12, '\xff');
  BatchRun run{.first = 0, .count = 1, .current = 0};
  EXPECT_THROW((reply_to<Task, int>(nowhere, run)), std::invalid_argument);
}

}  // namespace
}  // namespace cow
