// Forked processes, parked, and what is said about them: one scenario after the
// other of what can become of a piece of memory after a fork.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <functional>
#include <memory>
#include <vector>

#include "cow/memory/region.h"
#include "cow/os/child.h"
#include "cow/os/mapping.h"
#include "cowtop/print.h"
#include "cowtop/watch.h"
#include "memory/parked_child.h"
#include "memory/sanitizers.h"

namespace cowtop {
namespace {

using cow::Bytes;
using cow::Pages;
using cow::Region;
using cow::testing::ParkedChild;
using ::testing::HasSubstr;
using Park = ParkedChild::Park;

MATCHER_P(Is, kind, std::string(to_string(kind))) { return arg.kind == kind; }

// Large beside everything else in a test program.
constexpr Pages kData{16384};

// The programs of this file are all one family: this process, and the children
// that it forks and parks.
class ForkDiagnosis : public ::testing::Test {
 protected:
  void SetUp() override {
    if (cow::testing::kAddressSanitizer || cow::testing::kThreadSanitizer) {
      GTEST_SKIP() << "a sanitizer's memory is larger than the data";
    }
  }

  // Forks children that run `work` (with their number) and stay parked.
  void fork(int count, const std::function<void(int)>& work) {
    for (int i = 0; i < count; ++i) {
      children_.push_back(std::make_unique<ParkedChild>([=](const Park& park) {
        work(i);
        park(0);
      }));
    }
    for (const auto& child : children_) child->await();
  }

  pid_t pid(std::size_t child) const { return children_[child]->pid(); }

  static Diagnosis diagnosis() { return Watch(::getpid()).look().diagnosis; }

 private:
  std::vector<std::unique_ptr<ParkedChild>> children_;
};

TEST_F(ForkDiagnosis, SaysSharedIfChildrenOnlyRead) {
  const Region data(kData);
  fork(3, [&](int) { data.read(); });
  const Diagnosis said = diagnosis();
  EXPECT_THAT(said, Is(Kind::kShared));
  EXPECT_THAT(said.sentence, HasSubstr("About 64."));
}

TEST_F(ForkDiagnosis, SaysDirtyingIfChildrenWriteTheSameQuarter) {
  const Region data(kData);
  fork(3, [&](int) { data.write(Pages(0), Pages(4096)); });
  const Diagnosis said = diagnosis();
  EXPECT_THAT(said, Is(Kind::kDirtying));
  EXPECT_THAT(said.sentence, HasSubstr("About 16."));
}

TEST_F(ForkDiagnosis, SaysDirtyingIfChildrenWriteDifferentParts) {
  const Region data(kData);
  fork(4, [&](int i) { data.write(Pages(4096 * i), Pages(4096)); });
  const Diagnosis said = diagnosis();
  EXPECT_THAT(said, Is(Kind::kDirtying));
  EXPECT_THAT(said.sentence, HasSubstr("About 16."));
  EXPECT_THAT(said.sentence, HasSubstr("each of the 4 workers"));
}

TEST_F(ForkDiagnosis, SaysCopiesIfChildrenMakeTheirOwnData) {
  const Region data(kData);
  fork(3, [&](int) {
    static const Region own(kData);
    data.read();
  });
  const Diagnosis said = diagnosis();
  EXPECT_THAT(said, Is(Kind::kCopies));
  EXPECT_THAT(said.sentence, HasSubstr("Each of the 3 workers"));
  EXPECT_THAT(said.sentence, HasSubstr("about 64."));
}

TEST_F(ForkDiagnosis, SaysCopiesIfOneChildMakesItsOwnData) {
  const Region data(kData);
  fork(1, [&](int) { static const Region own(kData); });
  EXPECT_THAT(diagnosis(), Is(Kind::kCopies));
}

TEST_F(ForkDiagnosis, NamesAParentThatWritesAfterTheFork) {
  const Region data(kData);
  fork(2, [&](int) { data.read(); });
  data.write(Pages(0), kData);
  const Diagnosis said = diagnosis();
  EXPECT_THAT(said, Is(Kind::kDirtying));
  EXPECT_THAT(said.sentence, HasSubstr("the parent (PID"));
}

TEST_F(ForkDiagnosis, SaysDirtyingIfTheParentOfOneChildWrites) {
  const Region data(kData);
  fork(1, [&](int) { data.read(); });
  data.write(Pages(0), Pages(8192));
  const Diagnosis said = diagnosis();
  EXPECT_THAT(said, Is(Kind::kDirtying));
  EXPECT_THAT(said.sentence, HasSubstr("About 32."));
}

TEST_F(ForkDiagnosis, NeverSaysSharedIfAllMakeDataAtTheSameAddress) {
  const Region data(Pages(256));
  fork(2, [&](int) { static const Region own(kData); });
  const Region own(kData);
  const Diagnosis said = diagnosis();
  EXPECT_THAT(said, ::testing::AnyOf(Is(Kind::kCopies), Is(Kind::kUnknown)));
}

TEST_F(ForkDiagnosis, RemembersThatDataWasSharedBeforeAllWroteIt) {
  const Region data(kData);
  std::vector<std::unique_ptr<ParkedChild>> children;
  for (int i = 0; i < 2; ++i) {
    children.push_back(std::make_unique<ParkedChild>([&](const Park& park) {
      park(0);
      data.write(Pages(0), kData);
      park(0);
    }));
    children.back()->await();
  }
  Watch watch(::getpid());
  EXPECT_THAT(watch.look().diagnosis, Is(Kind::kShared));
  for (const auto& child : children) {
    child->go_on();
    child->await();
  }
  EXPECT_THAT(watch.look().diagnosis, Is(Kind::kDirtying));
  // Who comes only now sees memory between guards, at one address in all.
  EXPECT_THAT(diagnosis(), Is(Kind::kUnknown));
}

TEST_F(ForkDiagnosis, NamesSharedMemory) {
  const cow::Mapping memory(to_bytes(kData), PROT_READ | PROT_WRITE,
                            MAP_SHARED);
  const auto touch = [&] {
    for (std::size_t i = 0; i < memory.size().size(); i += 4096) {
      memory.data()[i] = std::byte{1};
    }
  };
  touch();
  fork(2, [&](int) { touch(); });
  const Diagnosis said = diagnosis();
  EXPECT_THAT(said, Is(Kind::kShared));
  EXPECT_THAT(said.sentence, HasSubstr("64.0 MiB is shared memory"));
}

TEST_F(ForkDiagnosis, SaysUnknownIfThereIsNoData) {
  fork(3, [](int) {});
  EXPECT_THAT(diagnosis(), Is(Kind::kUnknown));
}

TEST_F(ForkDiagnosis, FindsTheParentOfAChildThatIsWatchedAlone) {
  const Region data(kData);
  fork(2, [](int) {});
  const Diagnosis said = Watch(pid(0)).look().diagnosis;
  EXPECT_THAT(said, Is(Kind::kShared));
  EXPECT_THAT(said.sentence, HasSubstr("shares about 64."));
  EXPECT_THAT(said.sentence, HasSubstr("with it and 1 sibling"));
}

TEST_F(ForkDiagnosis, SaysSharedForOrphansOfAnEndedParent) {
  // Orphans become children of this process, and can be waited for.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  cow::Pipe pids = cow::make_pipe();
  cow::Pipe gate = cow::make_pipe();
  cow::Child parent = cow::Child::fork([&] {
    gate.writer.close();
    const Region data(kData);
    for (int i = 0; i < 2; ++i) {
      const pid_t child = ::fork();
      if (child == 0) {
        char nothing = 0;
        cow::read_fully(gate.reader.get(), &nothing, 1);
        ::_exit(0);
      }
      cow::write_fully(pids.writer.get(), &child, sizeof child);
    }
    char order = 0;
    cow::read_fully(gate.reader.get(), &order, 1);  // one byte, for whoever
    return 0;
  });
  std::array<pid_t, 2> orphans{};
  cow::read_fully(pids.reader.get(), orphans.data(), sizeof orphans);
  Watch watch(parent.pid());
  EXPECT_THAT(watch.look().diagnosis, Is(Kind::kShared));
  parent.kill(SIGKILL);
  parent.wait();
  const Sample sample = watch.look();
  EXPECT_EQ(sample.rows.size(), 2U);
  EXPECT_THAT(sample.diagnosis, Is(Kind::kShared));
  gate.writer.close();
  for (const pid_t orphan : orphans) ::waitpid(orphan, nullptr, 0);
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
  watch.look();
  EXPECT_TRUE(watch.ended());
}

}  // namespace
}  // namespace cowtop
