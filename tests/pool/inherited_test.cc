// Handles to inherited objects, and methods bound to objects and handles.
#include "cow/task/inherited.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "pool/support.h"

namespace cow::testing {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;

struct Scale {
  int factor = 0;

  int times(int i) const { return factor * i; }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(factor);
  }
};

int factor_of(const Inherited<Scale>& scale) { return scale->factor; }

TEST(InheritedHandle, Takes8BytesAndFindsItsObjectInTheWorker) {
  const Inheritable<Scale> scale(Scale{3});
  EXPECT_EQ(pickle(scale.handle()).size(), 8_B);
  Pool pool({.workers = 2});
  EXPECT_EQ(pool.map(bound<&Scale::times>(scale.handle()), numbers(4)),
            (std::vector{0, 3, 6, 9}));
}

TEST(InheritedHandle, IsRefusedWithTheReasonIfItsObjectWasBuiltLater) {
  Pool pool({.workers = 1});
  const Inheritable<Scale> late(Scale{3});
  EXPECT_THAT(error_of<TaskError>(
                  [&] { pool.map(factor_of, std::vector{late.handle()}); }),
              AllOf(HasSubstr("Scale"), HasSubstr("built after this worker")));
  EXPECT_EQ(late.handle()->factor, 3) << "here it is there";
}

TEST(InheritedHandle, FindsItsObjectInWorkersForkedAfterItWasBuilt) {
  Pool pool({.workers = 1, .max_tasks_per_child = 1});
  const Inheritable<Scale> late(Scale{3});
  EXPECT_THROW(pool.map(factor_of, std::vector{late.handle()}), TaskError);
  EXPECT_EQ(pool.map(factor_of, std::vector{late.handle()}), std::vector{3});
}

TEST(InheritedHandle, IsRefusedIfItsObjectIsDestroyed) {
  auto gone = std::make_unique<Inheritable<Scale>>(Scale{3});
  const Inherited<Scale> handle = gone->handle();
  Pool before({.workers = 1});
  gone.reset();
  Pool after({.workers = 1});
  EXPECT_EQ(before.map(factor_of, std::vector{handle}), std::vector{3})
      << "the worker of before still has it";
  EXPECT_THAT(
      error_of<TaskError>([&] { after.map(factor_of, std::vector{handle}); }),
      HasSubstr("no longer existed"));
  EXPECT_THROW(*handle, NotInherited);
}

TEST(InheritedHandle, IsRefusedByAWorkerOfAnotherProgram) {
  const Inheritable<Scale> scale(Scale{3});
  for (const StartMethod method :
       {StartMethod::kSpawn, StartMethod::kForkServer}) {
    Pool pool({.workers = 1, .start_method = method, .initializer = [] {
                 static const Inheritable<Scale> another(Scale{4});
               }});
    EXPECT_THAT(error_of<TaskError>(
                    [&] { pool.map(factor_of, std::vector{scale.handle()}); }),
                HasSubstr("belongs to another program"));
  }
}

TEST(InheritedHandle, IsRefusedIfItIsEmptyOrOfAnotherType) {
  EXPECT_THROW(*Inherited<Scale>(), NotInherited);
  const Inheritable<int> number(5);
  const std::string bytes = pickle(number.handle()).to_string();
  const auto disguised =
      unpickle<Inherited<Scale>>(std::as_bytes(std::span(bytes)));
  EXPECT_THROW(*disguised, NotInherited);
}

TEST(BoundMethod, SendsTheObjectWithEveryBatch) {
  Pool pool({.workers = 2});
  auto pending = pool.map_async(bound<&Scale::times>(Scale{5}), numbers(4), 1);
  EXPECT_EQ(pending.get(), (std::vector{0, 5, 10, 15}));
  EXPECT_EQ(pending.transfer().to_workers,
            4 * Bytes(48 + sizeof(int) + sizeof(int)));
}

TEST(BoundMethod, TakesAPointerToItsObject) {
  Pool pool({.workers = 2});
  const auto scale = std::make_shared<const Scale>(Scale{5});
  EXPECT_EQ(pool.map(bound<&Scale::times>(scale), numbers(3)),
            (std::vector{0, 5, 10}));
}

TEST(BytesOfFirstBatch, AreThoseThatGoThroughThePipe) {
  Pool pool({.workers = 1});
  const auto task = bound<&Scale::times>(Scale{5});
  auto pending = pool.map_async(task, numbers(3), 3);
  pending.wait();
  const std::string bytes = bytes_of_first_batch(task, numbers(3), 3);
  EXPECT_EQ(Bytes(bytes.size()), pending.transfer().to_workers);
  EXPECT_EQ(bytes.substr(0, 4), "COW1");
  EXPECT_EQ(bytes.substr(48),
            std::string("\5\0\0\0\0\0\0\0\1\0\0\0\2\0\0\0", 16));
}

}  // namespace
}  // namespace cow::testing
