// Chapter 15: a control group is full. Which of its processes does the kernel
// kill? The group may have 160 MiB. A parent has 64 MiB, and each of its four
// workers copies them: there is room for one copy. First all processes have the
// same oom_score_adj, then the workers have a higher one.
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

#include "control_group.h"
#include "cow/memory/region.h"

constexpr int kWorkers = 4;

// A worker: writes all that it has inherited, says so, and stays.
void copy_all(const cow::Region& data, int score, const cow::Pipe& copied,
              cow::Pipe& end) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  cow::write_file("/proc/self/oom_score_adj", std::to_string(score));
  data.write(cow::Pages(0), data.pages());
  char byte = 0;
  cow::write_fully(copied.writer.get(), &byte, 1);
  end.writer.close();
  (void)!::read(end.reader.get(), &byte, 1);
}

// The parent. Returns how many of its workers were killed.
int serve(const ControlGroup& group, int score) {
  group.join();
  const cow::Region data(cow::to_pages(cow::Bytes(64 << 20)));
  std::array<cow::Pipe, kWorkers> copied;
  cow::Pipe end = cow::make_pipe();
  for (cow::Pipe& pipe : copied) {
    pipe = cow::make_pipe();
    if (::fork() == 0) {
      copy_all(data, score, pipe, end);
      ::_exit(0);
    }
    pipe.writer.close();
  }
  char byte = 0;
  for (const cow::Pipe& pipe : copied) {  // until each has copied, or is dead
    (void)!::read(pipe.reader.get(), &byte, 1);
  }
  end.writer.close();
  int killed = 0;
  for (int status = 0; ::wait(&status) > 0;) {
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) ++killed;
  }
  return killed;
}

void try_with(int score) {
  const ControlGroup group;
  group.limit(std::int64_t{160} << 20);
  const pid_t parent = ::fork();
  if (parent == 0) ::_exit(serve(group, score));
  int status = 0;
  ::waitpid(parent, &status, 0);
  while (::wait(nullptr) > 0) {  // its workers, which come to us
  }
  std::printf("workers' oom_score_adj %3d: ", score);
  if (WIFSIGNALED(status)) {
    std::printf("the parent was killed, signal %d\n", WTERMSIG(status));
  } else {
    std::printf("%d workers were killed\n", WEXITSTATUS(status));
  }
}

int main() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  try {
    try_with(0);
    try_with(500);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "not on this machine: %s\n", error.what());
    return 77;
  }
}
