// Chapter 15: fork fails although it would copy nothing. A process has reserved
// more memory than the machine has, in two steps, and touched none of it. The
// kernel would have to promise as much again to a child.
#include <spawn.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>

// Private memory that can be written, beside what is there if possible.
std::byte* reserve(std::size_t size, std::byte* beside) {
  void* address = ::mmap(beside, size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return address == MAP_FAILED ? nullptr : static_cast<std::byte*>(address);
}

// How a child came into being, or why not.
int say(const char* how, int error, pid_t child) {
  if (error == 0) ::waitpid(child, nullptr, 0);
  std::printf("%-22s%s\n", how, error == 0 ? "works" : std::strerror(error));
  return error;
}

int try_fork(const char* how) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  return say(how, child == -1 ? errno : 0, child);
}

int main() {
  struct sysinfo machine {};
  ::sysinfo(&machine);
  const std::size_t page = 4096;
  const std::size_t all =
      (machine.totalram + machine.totalswap) * machine.mem_unit / page * page;
  const std::size_t part = all / 10 / page * page * 6;  // 60 %
  std::byte* upper = reserve(part, nullptr);
  // The kernel makes one area of two neighbours.
  std::byte* lower = upper == nullptr ? nullptr : reserve(part, upper - part);
  if (lower == nullptr || lower + part != upper) {
    std::fprintf(stderr, "not on this machine: it does not promise so much\n");
    return 77;
  }
  if (try_fork("fork") == 0) {
    std::fprintf(stderr, "not on this machine: it promises everything\n");
    return 77;
  }
  char program[] = "/bin/true";
  char* arguments[] = {program, nullptr};
  pid_t child = 0;
  const int error =
      ::posix_spawn(&child, program, nullptr, nullptr, arguments, environ);
  say("posix_spawn", error, child);
  ::madvise(lower, 2 * part, MADV_DONTFORK);
  try_fork("fork, MADV_DONTFORK");
}
