#include "cow/os/child.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sched.h>
#include <spawn.h>
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>  // glibc 2.32
#endif
#include <stdio_ext.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <stdexcept>

#include "cow/os/error.h"

namespace cow {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) {
    pointers.push_back(const_cast<char*>(text.c_str()));
  }
  pointers.push_back(nullptr);
  return pointers;
}

// fmt::print would throw if standard error is closed.
void say(const std::string& text) {
  std::fputs(fmt::format("child {}: {}\n", ::getpid(), text).c_str(), stderr);
}

// Waits with the pidfd, not the id: if this child was reaped elsewhere, its id
// may belong to another child now.
ExitStatus wait_for(const Descriptor& pidfd, pid_t pid) {
  constexpr auto kPidfd = static_cast<idtype_t>(3);  // P_PIDFD: waitid(2)
  const auto id = static_cast<id_t>(pidfd.get());
  siginfo_t end{};
  if (retried([&] { return ::waitid(kPidfd, id, &end, WEXITED); }) == -1) {
    if (errno == ECHILD) return {.code = kUnknownExit, .signal = 0};
    return wait_for_child(pid);  // refused, or Linux before 5.4
  }
  if (end.si_code == CLD_EXITED) return {.code = end.si_status, .signal = 0};
  return {.code = 0, .signal = end.si_status};
}

// Runs the body of a child. Whatever happens there, the child does not go on
// with the program of the parent.
[[noreturn]] void run_and_exit(const std::function<int()>& body) noexcept {
  int code = kChildThrew;
  try {
    code = body();
  } catch (const std::exception& error) {
    say(error.what());
  } catch (...) {
    say("an exception of unknown type");
  }
  flush_output();
  ::_exit(code);
}

}  // namespace

void flush_output() {
  const auto flush = [](auto& stream) {
    try {
      stream.flush();
    } catch (const std::exception&) {
      // The stream stays bad, and the next write shows it.
    }
  };
  flush(std::cout);
  flush(std::clog);
  flush(std::wcout);
  flush(std::wclog);
  std::fflush(nullptr);
}

void read_no_input() {
  // (Above the standard streams: if standard input is closed, open would return
  // 0, and the owner would close 0 again.)
  Descriptor nothing =
      above_standard(Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)));
  if (!nothing) nothing = make_pipe().reader;
  ::dup2(nothing.get(), STDIN_FILENO);
  // Drops what the C and the C++ library have read ahead.
  ::__fpurge(stdin);
  std::streambuf* input = std::cin.rdbuf();
  while (input != nullptr && input->in_avail() > 0) input->sbumpc();
}

bool die_with_parent(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // 0: the parent is outside of this process's PID namespace.
  const pid_t now = ::getppid();
  return now == parent || now == 0;
}

// A direct system call, because glibc has a wrapper only since 2.36. (Linux has
// the call since 5.3, but waitid(2) takes a pidfd only since 5.4.)
Descriptor open_pidfd(pid_t pid) {
  const long fd = retried([&] { return ::syscall(SYS_pidfd_open, pid, 0); });
  if (fd == -1) {
    const int error = errno;
    throw_system_error(
        error, fmt::format("pidfd_open({}){}", pid,
                           error == ENOSYS ? ", which needs Linux 5.4" : ""));
  }
  return above_standard(Descriptor(static_cast<int>(fd)));
}

bool send_signal(const Descriptor& pidfd, int signal) {
  return ::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0) ==
             0 ||
         errno == ESRCH;
}

ExitStatus wait_for_child(pid_t pid) {
  int status = 0;
  const pid_t reaped = retried([&] { return ::waitpid(pid, &status, 0); });
  if (reaped == -1 && errno != ECHILD) {
    throw_system_error(errno, fmt::format("waitpid({})", pid));
  }
  if (reaped == -1) return {.code = kUnknownExit, .signal = 0};
  if (WIFSIGNALED(status)) return {.code = 0, .signal = WTERMSIG(status)};
  return {.code = WEXITSTATUS(status), .signal = 0};
}

std::string to_string(ExitStatus status) {
  if (status.code == kUnknownExit) return "an unknown exit status";
  if (status.signal == 0) return fmt::format("exit status {}", status.code);
  return fmt::format("signal {} ({})", status.signal,
                     ::strsignal(status.signal));
}

Child Child::fork(const std::function<int()>& body) {
  flush_output();
  return fork_after_flush(body);
}

Child Child::fork_after_flush(const std::function<int()>& body) {
  Child child;
  child.parent_ = ::getpid();
  child.pid_ = checked([] { return ::fork(); }, "fork()");
  if (child.pid_ == 0) run_and_exit(body);
  child.watch();
  return child;
}

Child Child::spawn(const std::string& path,
                   const std::vector<std::string>& arguments,
                   const std::vector<std::string>& environment,
                   const std::vector<int>& inherit) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  // A duplicate onto itself: that removes close-on-exec, only in the child.
  for (const int fd : inherit) {
    ::posix_spawn_file_actions_adddup2(&actions, fd, fd);
  }
  Child child;
  child.parent_ = ::getpid();
  const int error =
      ::posix_spawn(&child.pid_, path.c_str(), &actions, nullptr,
                    pointers(arguments).data(), pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    child.pid_ = 0;
    throw_system_error(error, fmt::format("posix_spawn({})", path));
  }
  child.watch();
  return child;
}

Child Child::of_another(pid_t pid, Descriptor pidfd,
                        std::function<ExitStatus()> ask) {
  Child child;
  child.parent_ = ::getpid();
  child.pid_ = pid;
  child.pidfd_ = std::move(pidfd);
  child.ask_ = std::move(ask);
  return child;
}

void Child::watch() {
  try {
    pidfd_ = open_pidfd(pid_);
  } catch (...) {
    kill(SIGKILL);
    wait();
    throw;
  }
}

Child::~Child() {
  if (pid_ == 0 || parent_ != ::getpid()) return;
  fmt::print(stderr, "cow::Child: process {} was not waited for\n", pid_);
  std::abort();
}

bool Child::kill(int signal) const {
  // Not in a forked copy of this object: it does not know whether the child was
  // reaped.
  if (pid_ == 0 || parent_ != ::getpid()) return true;
  // With the pidfd if possible: where SIGCHLD is ignored, the kernel reaps the
  // child, and its id may belong to another process now.
  if (pidfd_) return send_signal(pidfd_, signal);
  return ::kill(pid_, signal) == 0;
}

ExitStatus Child::wait() {
  // 0 would mean any child of the process group: waitpid(2).
  if (pid_ == 0)
    throw std::logic_error("cow::Child: there is none to wait for");
  ExitStatus status{.code = kUnknownExit, .signal = 0};
  if (ask_) {
    wait_readable(pidfd_.get(), -1);
    status = std::exchange(ask_, nullptr)();
  }
  // (If the other parent has ended, the orphan may have become a child of this
  // process, as in a container.)
  if (status.code == kUnknownExit) {
    status = pidfd_ ? wait_for(pidfd_, pid_) : wait_for_child(pid_);
  }
  pid_ = 0;
  pidfd_.close();
  return status;
}

Child run_program(const std::vector<std::string>& arguments,
                  const std::function<void()>& prepare) {
  const std::vector<char*> argv = pointers(arguments);
  return Child::fork([&] {
    if (prepare) prepare();
    ::execvp(argv[0], argv.data());
    fmt::print(stderr, "{}: {}\n", arguments[0], std::strerror(errno));
    return kExecFailed;
  });
}

int thread_count() {
#if __has_include(<sys/single_threaded.h>)
  if (__libc_single_threaded != 0) return 1;
#endif
  int threads = 1;
  // After a thread was joined, the kernel may still show it for a moment: on a
  // busy machine it has to wait for a CPU before it can end. So look again if
  // there is more than one.
  for (int looks = 0; looks < 500; ++looks) {
    // The links are ".", ".." and one directory for each thread: proc(5).
    struct stat tasks {};
    if (::stat("/proc/self/task", &tasks) != 0) {
      // This changes nothing. The kernel refuses it if there are other threads:
      // unshare(2).
      threads = ::unshare(CLONE_THREAD) == 0 ? 1 : 2;
    } else {
      threads = static_cast<int>(tasks.st_nlink) - 2;
    }
    if (threads == 1) break;
    ::sched_yield();
  }
  return threads;
}

}  // namespace cow
