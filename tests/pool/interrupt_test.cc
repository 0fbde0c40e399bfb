// Ctrl-C reaches every process of a terminal: the program that has the pool
// decides what to do, and says it once; its workers do and say nothing.
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "cow/os/child.h"
#include "pool/support.h"

namespace cow::testing {
namespace {

const std::string kReport = "interrupted\n";

volatile std::sig_atomic_t interrupted = 0;

void report(int /*signal*/) {
  interrupted = 1;
  write_fully(STDERR_FILENO, kReport.data(), kReport.size());
}

void interrupt_my_group(int /*signal*/) { ::kill(0, SIGINT); }

// A program that runs `body` as a job of a shell: in a process group of its
// own. Every process of it has its standard error, and nobody else: when that
// has come to its end, none is left.
class Program {
 public:
  explicit Program(const std::function<void()>& body)
      : program_(Child::fork([&] {
          ::setpgid(0, 0);
          ::dup2(err_.writer.get(), STDERR_FILENO);
          err_ = {};
          body();
          return 0;
        })) {
    err_.writer.close();
  }

  // What a terminal does.
  void press_ctrl_c() const { ::kill(-program_.pid(), SIGINT); }
  ExitStatus wait() { return program_.wait(); }
  // What all have said, when all have ended.
  std::string said() const { return read_to_the_end(err_.reader.get()); }

 private:
  Pipe err_ = make_pipe();
  Child program_;
};

class CtrlC : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, CtrlC, every_method(), name_of_method);

TEST_P(CtrlC, EndsAProgramAndItsBusyWorkersSilently) {
  Gate gate;
  Program program([&] {
    Pool pool(options(3));
    pool.map(stop_at_gate, numbers(3), 1);
  });
  EXPECT_TRUE(gate.arrived(3));
  program.press_ctrl_c();
  EXPECT_EQ(program.wait().signal, SIGINT);
  EXPECT_EQ(program.said(), "");
}

TEST_P(CtrlC, IsReportedOnceByAProgramThatGoesOn) {
  Gate gate;
  Program program([&] {
    ::signal(SIGINT, report);
    Pool pool(options(3));
    const std::vector<pid_t> workers = pool.workers();
    const bool right = pool.map(stop_at_gate, numbers(3), 1) == numbers(3) &&
                       works(pool) && pool.workers() == workers;
    ::_exit(right ? 7 : 8);
  });
  EXPECT_TRUE(gate.arrived(3));
  program.press_ctrl_c();
  gate.let_go(3);
  EXPECT_EQ(program.wait().code, 7);
  EXPECT_EQ(program.said(), kReport);
}

TEST_P(CtrlC, DoesNotReachATask) {
  Gate gate;
  Pool pool(options(2));
  auto pending = pool.map_async(stop_at_gate, numbers(2), 1);
  ASSERT_TRUE(gate.arrived(pending, 2));
  for (const pid_t worker : pool.workers()) ::kill(worker, SIGINT);
  gate.let_go(2);
  EXPECT_EQ(pending.get(), numbers(2));
}

// What a program that a task starts ignores and holds back: two lines of its
// status, proc(5).
std::string signals_of_a_program(int /*i*/) {
  std::FILE* out = ::popen("grep -E '^Sig(Ign|Blk)' /proc/self/status", "re");
  std::string text(100, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), out));
  ::pclose(out);
  return text;
}

TEST_P(CtrlC, ReachesAProgramThatATaskStartedUnlessIgnored) {
  for (const auto before : {SIG_DFL, SIG_IGN}) {
    const ExitStatus end = in_a_child([&] {
      ::signal(SIGINT, before);
      const std::string mine = signals_of_a_program(0);
      Pool pool(options(2));
      const std::vector<std::string> same(4, mine);
      return pool.map(signals_of_a_program, numbers(4), 1) == same ? 0 : 1;
    });
    EXPECT_EQ(end.code, 0) << (before == SIG_IGN);
  }
}

// At every moment of the start: the program interrupts itself and its workers
// some time after it has begun to make a pool.
void interrupt_soon(StartMethod method, int moment) {
  ::signal(SIGALRM, interrupt_my_group);
  itimerval soon{};
  soon.it_value.tv_usec =
      50 + moment * (method == StartMethod::kFork ? 50 : 400);
  ::setitimer(ITIMER_REAL, &soon, nullptr);
}

constexpr int kMoments = 30;

TEST_P(CtrlC, EndsEverythingSilentlyDuringStart) {
  for (int moment = 0; moment < kMoments; ++moment) {
    Program program([&] {
      interrupt_soon(GetParam(), moment);
      Pool pool(options(4));
      pool.map([](int) { ::pause(); }, numbers(4), 1);
    });
    EXPECT_EQ(program.wait().signal, SIGINT);
    EXPECT_EQ(program.said(), "") << "moment " << moment;
  }
}

TEST_P(CtrlC, IsReportedOnceDuringStart) {
  for (int moment = 0; moment < kMoments; ++moment) {
    Program program([&] {
      ::signal(SIGINT, report);
      interrupt_soon(GetParam(), moment);
      Pool pool(options(4));
      const std::vector<pid_t> workers = pool.workers();
      const bool right = works(pool) && pool.workers() == workers;
      while (!interrupted) ::sched_yield();
      ::_exit(right ? 7 : 8);
    });
    EXPECT_EQ(program.wait().code, 7) << "moment " << moment;
    EXPECT_EQ(program.said(), kReport) << "moment " << moment;
  }
}

}  // namespace
}  // namespace cow::testing
