// Chapter 15: which sum is what a control group is charged for, ΣRSS or ΣPSS?
// Four workers write a quarter of 64 MiB that they have inherited. How much
// does each of the three grow by?
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <vector>

#include "control_group.h"
#include "cow/memory/process.h"
#include "cow/memory/region.h"

constexpr int kWorkers = 4;

struct Sums {
  cow::Bytes rss;
  cow::Bytes pss;
  cow::Bytes charged;
};

Sums read_all(const std::vector<pid_t>& processes, const ControlGroup& group) {
  Sums sums{.rss = {}, .pss = {}, .charged = cow::Bytes(group.usage())};
  for (const pid_t pid : processes) {
    const auto process = cow::read_process(pid);
    sums.rss += process->usage.rss;
    sums.pss += process->usage.pss;
  }
  return sums;
}

double mib(cow::Bytes bytes) {
  return static_cast<double>(bytes.count()) / (1 << 20);
}

// The parent, which is in the group with its workers. Each of them waits for a
// byte, writes, says so with a byte, and stays until the end.
int measure(const ControlGroup& group) {
  group.join();
  const cow::Region data(cow::to_pages(cow::Bytes(64 << 20)));
  const cow::Pipe go = cow::make_pipe();
  cow::Pipe end = cow::make_pipe();
  const cow::Pipe done = cow::make_pipe();
  std::vector<pid_t> processes{::getpid()};
  char byte = 0;
  for (int i = 0; i < kWorkers; ++i) {
    const pid_t worker = ::fork();
    if (worker == 0) {
      end.writer.close();
      cow::read_fully(go.reader.get(), &byte, 1);
      data.write(cow::Pages(0), cow::Pages(data.pages().count() / 4));
      cow::write_fully(done.writer.get(), &byte, 1);
      (void)!::read(end.reader.get(), &byte, 1);
      ::_exit(0);
    }
    processes.push_back(worker);
  }
  const Sums before = read_all(processes, group);
  for (int i = 0; i < kWorkers; ++i) {
    cow::write_fully(go.writer.get(), &byte, 1);
    cow::read_fully(done.reader.get(), &byte, 1);
  }
  const Sums after = read_all(processes, group);
  end.writer.close();
  while (::wait(nullptr) > 0) {
  }
  std::printf("%-16s%10s%10s%10s\n", "MiB", "before", "after", "growth");
  const auto row = [](const char* name, cow::Bytes first, cow::Bytes last) {
    std::printf("%-16s%10.1f%10.1f%10.1f\n", name, mib(first), mib(last),
                mib(last) - mib(first));
  };
  row("sum of RSS", before.rss, after.rss);
  row("sum of PSS", before.pss, after.pss);
  row("control group", before.charged, after.charged);
  return 0;
}

int main() {
  try {
    const ControlGroup group;
    const pid_t parent = ::fork();
    if (parent == 0) {
      const int status = measure(group);
      std::fflush(stdout);
      ::_exit(status);
    }
    int status = 0;
    ::waitpid(parent, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "not on this machine: %s\n", error.what());
    return 77;
  }
}
