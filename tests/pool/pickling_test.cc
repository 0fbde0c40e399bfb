// What goes wrong while items and results are pickled and unpickled: told as
// what it is, by map and by imap, and the pool goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/types.h>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "pool/support.h"

namespace cow::testing {

// Has a name that a person would give, for the tests of its name.
class Unreadable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAreArray;

// Throws where it is told to.
struct Fragile {
  enum class Step { kNever, kSave, kLoad };

  int number = 0;
  Step step = Step::kNever;
  std::string ballast = {};

  template <class Archive>
  void save(Archive& archive) const {
    if (step == Step::kSave) throw Unreadable("while it was saved");
    archive(number, step, ballast);
  }
  template <class Archive>
  void load(Archive& archive) {
    archive(number, step);
    if (step == Step::kLoad) throw Unreadable("while it was loaded");
    archive(ballast);
  }
};

constexpr int kWhich = 4;

// As many, of which the one with number kWhich throws in that step.
std::vector<Fragile> fragile(int count, Fragile::Step step) {
  std::vector<Fragile> all;
  for (int i = 0; i < count; ++i) {
    all.push_back({i, i == kWhich ? step : Fragile::Step::kNever});
  }
  return all;
}

int number_of(const Fragile& fragile) { return fragile.number; }

template <Fragile::Step kStep>
Fragile make_fragile(int i) {
  return {i, i == kWhich ? kStep : Fragile::Step::kNever};
}

// Saves one number and loads two, or the other way round.
template <int kSaved, int kLoaded>
struct Lopsided {
  template <class Archive>
  void save(Archive& archive) const {
    for (int i = 0; i < kSaved; ++i) archive(i);
  }
  template <class Archive>
  void load(Archive& archive) {
    for (int i = 0; i < kLoaded; ++i) {
      int number = 0;
      archive(number);
    }
  }
};
using TooShort = Lopsided<1, 2>;
using TooLong = Lopsided<2, 1>;

class Pickling : public EveryStartMethod {
 protected:
  // The TaskError that a map of these ends in.
  template <typename F, typename Items>
  TaskError failure_of(F task, const Items& items, int chunk_size) {
    try {
      pool_.map(task, items, chunk_size);
    } catch (const TaskError& error) {
      return error;
    }
    ADD_FAILURE() << "no TaskError was thrown";
    return {"", "", -1, 0};
  }
  // What imap gives, in whatever order it comes; -1 in place of an E.
  template <typename E, typename F, typename Items>
  std::vector<int> outcomes(F task, const Items& items, int chunk_size) {
    auto in_order = pool_.imap(task, items, chunk_size);
    const std::vector<int> outcomes = outcomes_of<E>(in_order);
    auto as_they_come = pool_.imap_unordered(task, items, chunk_size);
    EXPECT_THAT(outcomes_of<E>(as_they_come),
                UnorderedElementsAreArray(outcomes));
    EXPECT_TRUE(works(pool_));
    return outcomes;
  }
  // The same of results that are Fragile.
  template <typename E>
  std::vector<int> numbers_of(Imap<Fragile> results) {
    std::vector<int> numbers;
    for (;;) {
      try {
        const std::optional<Fragile> result = results.next();
        if (!result) return numbers;
        numbers.push_back(result->number);
      } catch (const E&) {
        numbers.push_back(-1);
      }
    }
  }
  template <typename E, typename F>
  std::vector<int> outcomes_of_results(F task, int chunk_size) {
    const std::vector<int> outcomes =
        numbers_of<E>(pool_.imap(task, numbers(9), chunk_size));
    EXPECT_THAT(
        numbers_of<E>(pool_.imap_unordered(task, numbers(9), chunk_size)),
        UnorderedElementsAreArray(outcomes));
    EXPECT_TRUE(works(pool_));
    return outcomes;
  }

  Pool pool_ = pool(2);
};
INSTANTIATE_TEST_SUITE_P(, Pickling, every_method(), name_of_method);

// The fifth of nine fails; in batches of three it takes its neighbours along.
const std::vector<int> kAlone{0, 1, 2, 3, -1, 5, 6, 7, 8};
const std::vector<int> kByThrees{0, 1, 2, -1, -1, -1, 6, 7, 8};

TEST_P(Pickling, PassesOnAnExceptionFromSavingAnItem) {
  for (const int chunk_size : {1, 2, 6}) {
    EXPECT_EQ(error_of<Unreadable>([&] {
                pool_.map(number_of, fragile(6, Fragile::Step::kSave),
                          chunk_size);
              }),
              "while it was saved");
  }
  EXPECT_TRUE(works(pool_));
}

TEST_P(Pickling, FailsTheBatchOfAnImapItemThatCannotBeSaved) {
  const auto items = fragile(9, Fragile::Step::kSave);
  EXPECT_EQ(outcomes<Unreadable>(number_of, items, 1), kAlone);
  EXPECT_EQ(outcomes<Unreadable>(number_of, items, 3), kByThrees);
}

TEST_P(Pickling, ReportsATaskErrorIfAnItemCannotBeLoaded) {
  for (const int chunk_size : {1, 2, 6}) {
    const TaskError error =
        failure_of(number_of, fragile(6, Fragile::Step::kLoad), chunk_size);
    EXPECT_EQ(error.text(), "while it was loaded");
    EXPECT_EQ(error.type(), "cow::testing::Unreadable");
    EXPECT_EQ(error.item(), kWhich) << "chunk size " << chunk_size;
  }
  EXPECT_TRUE(works(pool_));
}

TEST_P(Pickling, FailsTheBatchOfAnImapItemThatCannotBeLoaded) {
  const auto items = fragile(9, Fragile::Step::kLoad);
  EXPECT_EQ(outcomes<TaskError>(number_of, items, 1), kAlone);
  EXPECT_EQ(outcomes<TaskError>(number_of, items, 3), kByThrees);
}

TEST_P(Pickling, NamesAnImapItemThatCannotBeLoaded) {
  auto results = pool_.imap(number_of, fragile(9, Fragile::Step::kLoad), 3);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(results.next(), i);
  for (int i = 3; i < 6; ++i) {
    EXPECT_THAT(error_of<TaskError>([&] { results.next(); }),
                AllOf(HasSubstr("item 4"), HasSubstr("while it was loaded")));
  }
}

// The parent is still writing the batch when the worker gives up on it.
TEST_P(Pickling, ReportsATaskErrorWhileTheBatchIsStillBeingSent) {
  std::vector<Fragile> items = fragile(6, Fragile::Step::kLoad);
  items.back().ballast.assign(std::size_t{16} << 20, 'x');
  const std::vector<pid_t> before = pool_.workers();
  EXPECT_EQ(failure_of(number_of, items, 6).item(), kWhich);
  EXPECT_EQ(pool_.workers(), before);
  EXPECT_TRUE(works(pool_));
}

TEST_P(Pickling, ReportsATaskErrorIfAResultCannotBeSaved) {
  for (const int chunk_size : {1, 2, 6}) {
    const TaskError error =
        failure_of(make_fragile<Fragile::Step::kSave>, numbers(6), chunk_size);
    EXPECT_EQ(error.text(), "while it was saved");
    EXPECT_EQ(error.item(), kWhich) << "chunk size " << chunk_size;
  }
  EXPECT_TRUE(works(pool_));
}

TEST_P(Pickling, FailsTheBatchOfAnImapResultThatCannotBeSaved) {
  const auto task = make_fragile<Fragile::Step::kSave>;
  EXPECT_EQ(outcomes_of_results<TaskError>(task, 1), kAlone);
  EXPECT_EQ(outcomes_of_results<TaskError>(task, 3), kByThrees);
}

TEST_P(Pickling, PassesOnAnExceptionFromLoadingAResult) {
  for (const int chunk_size : {1, 2, 6}) {
    EXPECT_EQ(error_of<Unreadable>([&] {
                pool_.map(make_fragile<Fragile::Step::kLoad>, numbers(6),
                          chunk_size);
              }),
              "while it was loaded");
  }
  EXPECT_TRUE(works(pool_));
}

TEST_P(Pickling, FailsTheBatchOfAnImapResultThatCannotBeLoaded) {
  const auto task = make_fragile<Fragile::Step::kLoad>;
  EXPECT_EQ(outcomes_of_results<Unreadable>(task, 1), kAlone);
  EXPECT_EQ(outcomes_of_results<Unreadable>(task, 3), kByThrees);
}

// Whose class does not load what it has saved.
TEST_P(Pickling, ReportsATaskErrorIfLoadAndSaveOfAnItemDiffer) {
  const auto of_short = [](const TooShort&) { return 0; };
  const auto of_long = [](const TooLong&) { return 0; };
  for (const int chunk_size : {1, 3}) {
    const TaskError too_short =
        failure_of(of_short, std::vector<TooShort>(3), chunk_size);
    EXPECT_EQ(too_short.type(), "cow::PickleError");
    EXPECT_THAT(too_short.text(), HasSubstr("at byte "));
    const TaskError too_long =
        failure_of(of_long, std::vector<TooLong>(3), chunk_size);
    EXPECT_EQ(too_long.type(), "cow::PickleError");
    EXPECT_THAT(too_long.text(), HasSubstr("left over after the items"));
    EXPECT_EQ(
        outcomes<TaskError>(of_short, std::vector<TooShort>(3), chunk_size),
        (std::vector{-1, -1, -1}));
  }
  EXPECT_TRUE(works(pool_));
}

TEST_P(Pickling, ThrowsIfLoadAndSaveOfAResultDiffer) {
  const auto give_short = [](int) { return TooShort(); };
  const auto give_long = [](int) { return TooLong(); };
  for (const int chunk_size : {1, 3}) {
    EXPECT_THAT(error_of<PickleError>(
                    [&] { pool_.map(give_short, numbers(3), chunk_size); }),
                HasSubstr("at byte "));
    EXPECT_THAT(error_of<PickleError>(
                    [&] { pool_.map(give_long, numbers(3), chunk_size); }),
                HasSubstr("left over after the results"));
  }
  EXPECT_TRUE(works(pool_));
}

TEST_P(Pickling, ThrowsIfLoadAndSaveOfAnImapResultDiffer) {
  for (const int chunk_size : {1, 3}) {
    auto results =
        pool_.imap([](int) { return TooShort(); }, numbers(3), chunk_size);
    for (int i = 0; i < 3; ++i) {
      EXPECT_THAT(error_of<PickleError>([&] { results.next(); }),
                  HasSubstr("at byte "));
    }
    EXPECT_FALSE(results.next());
  }
  EXPECT_TRUE(works(pool_));
}

}  // namespace
}  // namespace cow::testing
