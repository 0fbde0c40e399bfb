// The runtime of a lesson: observing a pool, and the exit status of the
// contract for whatever an experiment throws.
#include "cow/lesson/lesson.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "cow/report/run_lesson.h"
#include "support/programs.h"

namespace cow {
namespace {

using ::testing::HasSubstr;

constexpr About kAbout{.name = "00_test",
                       .question = "Does it work?",
                       .answer = "It does.",
                       .next = "nothing"};

double square(int i) {
  wait_to_be_measured();
  return i * i;
}

Flags flags(int workers, int items) {
  Flags flags;
  flags.workers = workers;
  flags.items = items;
  return flags;
}

// Runs an experiment in a child, as main would; its output goes nowhere, its
// complaint into `complaint`.
int status_of(const std::function<void(Lesson&)>& experiment,
              std::string* complaint = nullptr) {
  Pipe errors = make_pipe();
  Child child = Child::fork([&] {
    const int nowhere = ::open("/dev/null", O_WRONLY);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(errors.writer.get(), STDERR_FILENO);
    std::string name = "00_test";
    std::vector<char*> argv{name.data(), nullptr};
    return run_lesson(1, argv.data(), kAbout, experiment);
  });
  errors.writer.close();
  std::string text(4096, '\0');
  text.resize(read_fully(errors.reader.get(), text.data(), text.size()));
  if (complaint != nullptr) *complaint = text;
  const ExitStatus status = child.wait();
  return status.signal == 0 ? status.code : -status.signal;
}

TEST(Lesson, MeasuresEveryWorkerAtTheSameMoment) {
  Lesson lesson(kAbout, flags(3, 3));
  Pool pool({.workers = 3});
  const Moment moment =
      lesson.measure("now", pool.map_async(square, lesson.items()));
  std::vector<pid_t> pids;
  for (const Process& worker : moment.workers) {
    pids.push_back(worker.pid);
    EXPECT_EQ(worker.parent, ::getpid());
    EXPECT_GT(worker.usage.rss, 0_B);
  }
  EXPECT_THAT(pids, ::testing::UnorderedElementsAreArray(pool.workers()));
  EXPECT_EQ(moment.parent.pid, ::getpid());
  EXPECT_EQ(moment.right_results, 3);
  EXPECT_EQ(moment.batches, 3);
}

TEST(Lesson, MeasuresMoreOrFewerBatchesThanWorkers) {
  Lesson lesson(kAbout, flags(2, 9));
  Pool pool({.workers = 2});
  const Moment many =
      lesson.measure("many", pool.map_async(square, lesson.items()));
  EXPECT_EQ(many.workers.size(), 2U);
  EXPECT_EQ(many.right_results, 9);
  const Moment few =
      lesson.measure("few", pool.map_async(square, std::vector{0}));
  EXPECT_EQ(few.workers.size(), 1U);
  EXPECT_EQ(few.right_results, 1);
}

TEST(Lesson, CountsOnlyRightResults) {
  Lesson lesson(kAbout, flags(2, 4));
  Pool pool({.workers = 2});
  const auto wrong_from_two = [](int i) { return square(i) + (i < 2 ? 0 : 1); };
  const Moment moment =
      lesson.measure("now", pool.map_async(wrong_from_two, lesson.items()));
  EXPECT_EQ(moment.right_results, 2);
}

TEST(Lesson, ReportsAFailingTaskInsteadOfWaitingForIt) {
  Lesson lesson(kAbout, flags(2, 2));
  Pool pool({.workers = 2});
  const auto second_throws = [](int i) {
    if (i == 1) throw std::runtime_error("no");
    return square(i);
  };
  EXPECT_THROW(
      lesson.measure("now", pool.map_async(second_throws, lesson.items())),
      TaskError);
  const auto second_dies = [](int i) {
    if (i == 1) ::_exit(3);
    return square(i);
  };
  EXPECT_THROW(
      lesson.measure("now", pool.map_async(second_dies, lesson.items())),
      WorkerDied);
  EXPECT_EQ(lesson.measure("now", pool.map_async(square, lesson.items()))
                .right_results,
            2);
}

TEST(Lesson, RefusesATaskThatDoesNotWaitToBeMeasured) {
  Lesson lesson(kAbout, flags(2, 2));
  Pool pool({.workers = 2});
  const auto hasty = [](int i) { return 1.0 * i * i; };
  EXPECT_THROW(lesson.measure("now", pool.map_async(hasty, lesson.items())),
               std::logic_error);
}

// One item in each worker, over an object of so many bytes.
Moment over(Lesson& lesson, Bytes /*size*/) {
  Pool pool({.workers = lesson.workers()});
  return lesson.measure(pool.map_async(square, lesson.items()));
}

TEST(Lesson, RunMeasuresTheBaseFirst) {
  Lesson lesson(kAbout, flags(2, 2));
  std::vector<Bytes> sizes;
  const Moment held = lesson.run([&](Bytes size) {
    sizes.push_back(size);
    return over(lesson, size);
  });
  EXPECT_EQ(sizes, (std::vector<Bytes>{kNothing, lesson.data()}));
  ASSERT_TRUE(held.nothing);
  EXPECT_EQ(held.nothing->name, kOverNothing);
  EXPECT_EQ(held.name, "every worker holds its task");
  EXPECT_EQ(held.each_worker(uss).base->value(), held.base(uss).value());
  EXPECT_EQ(held.total(pss).base->value(), held.sum_of_bases(pss).value());
  EXPECT_EQ(held.total(pss).processes, 3);
  EXPECT_EQ(held.of_parent(rss).base->value(),
            held.base_of_parent(rss).value());
  EXPECT_FALSE(held.pipe_bytes().base);
}

TEST(Lesson, RunPassesTheLessonToTheExperiment) {
  Lesson lesson(kAbout, flags(1, 1));
  EXPECT_TRUE(lesson.run(over).nothing);
}

TEST(Lesson, CountsTheWorkersThatAnswerYes) {
  Lesson lesson(kAbout, flags(3, 3));
  Pool pool({.workers = 3});
  const auto is_above_zero = [](int i) {
    wait_to_be_measured();
    return i > 0;
  };
  EXPECT_EQ(lesson.count_workers(pool, is_above_zero), 2);
}

TEST(ExitStatus, IsOneIfAnyMomentHasWrongResults) {
  const auto with_wrong_results = [](bool first, bool second) {
    return [=](Lesson& lesson) {
      Pool pool({.workers = 4});
      for (const bool wrong : {first, second}) {
        const auto task = wrong ? +[](int i) { return square(i) + 1; } : square;
        lesson.measure(pool.map_async(task, lesson.items()));
      }
    };
  };
  EXPECT_EQ(status_of(with_wrong_results(false, false)), 0);
  EXPECT_EQ(status_of(with_wrong_results(true, false)), 1);
  EXPECT_EQ(status_of(with_wrong_results(false, true)), 1);
}

TEST(Lesson, RefusesDataThatDoesNotFitIntoMemory) {
  const Lesson lesson(kAbout, flags(1, 1));
  lesson.needs_memory(1_MiB);
  try {
    lesson.needs_memory(1024_GiB * 1024);
    FAIL() << "a PiB is there?";
  } catch (const NotPossible& refusal) {
    EXPECT_THAT(refusal.what(), HasSubstr("1024.00 TiB"));
    EXPECT_THAT(refusal.what(), HasSubstr("are available"));
  }
}

TEST(ExitStatus, SaysWhetherTheClaimsHold) {
  const auto claiming = [](std::int64_t measured) {
    return [measured](Lesson& lesson) {
      Pool pool({.workers = 4});
      lesson.measure(pool.map_async(square, lesson.items()));
      lesson.claim("four", measured, lesson.symbols().n);
    };
  };
  EXPECT_EQ(status_of(claiming(4)), 0);
  EXPECT_EQ(status_of(claiming(3)), 1);
}

TEST(ExitStatus, DistinguishesImpossibleFromFailed) {
  std::string complaint;
  EXPECT_EQ(
      status_of([](Lesson&) { throw NotPossible("no pages"); }, &complaint),
      77);
  EXPECT_EQ(complaint, "00_test: no pages\n");
  EXPECT_EQ(status_of([](Lesson&) { throw std::bad_alloc(); }, &complaint), 77);
  EXPECT_EQ(complaint, "00_test: the memory it needs cannot be had\n");
  EXPECT_EQ(status_of([](Lesson&) { throw PoolError("no fork"); }), 77);
  EXPECT_EQ(status_of([](Lesson&) { throw std::runtime_error("?"); }), 1);
  EXPECT_EQ(
      status_of([](Lesson&) { throw TaskError("", "std::bad_alloc", 0, 1); }),
      77);
  EXPECT_EQ(status_of([](Lesson&) { throw TaskError("x", "int", 0, 1); }), 1);
  EXPECT_EQ(status_of([](Lesson&) { throw WorkerDied("", 9, 1, 0, 1); }), 77);
  EXPECT_EQ(status_of([](Lesson&) { throw WorkerDied("", 11, 1, 0, 1); }), 1);
}

}  // namespace
}  // namespace cow
