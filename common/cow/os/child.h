// Child processes with an owner: a child is always reaped, or the program ends.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "cow/os/descriptor.h"

namespace cow {

/// How a process ended.
struct ExitStatus {
  int code = 0;    ///< what it gave to exit, if `signal` is 0
  int signal = 0;  ///< the signal that killed it, or 0

  bool success() const { return code == 0 && signal == 0; }
};

/// The `code` of a child whose end nobody knows: the kernel has thrown it away,
/// because this process ignores SIGCHLD.
inline constexpr int kUnknownExit = -1;

/// "exit status 3", "signal 9 (Killed)".
std::string to_string(ExitStatus status);

/// The code with which a forked child ends when its body throws: EX_SOFTWARE of
/// sysexits.h. The exception's text goes to standard error.
inline constexpr int kChildThrew = 70;
/// The code with which `run_program`'s child ends when exec fails (the
/// shell's).
inline constexpr int kExecFailed = 127;

/// Owns a child process. Move-only. Whoever drops one that was not waited for
/// has lost a process: that is reported, and the program aborts. (A copy of the
/// owner that a later fork made owns nothing: it is not that process' child.)
class Child {
 public:
  Child() = default;
  Child(Child&& other) noexcept
      : pid_(std::exchange(other.pid_, 0)),
        parent_(other.parent_),
        pidfd_(std::move(other.pidfd_)) {}
  Child& operator=(Child&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(parent_, other.parent_);
    std::swap(pidfd_, other.pidfd_);
    return *this;
  }
  ~Child();

  /// Flushes standard output, forks, and runs `body` in the child, which ends
  /// in _exit(2) with what `body` returns: no destructor, no atexit handler and
  /// no test of the parent runs a second time. Throws std::system_error if
  /// fork(2) fails.
  static Child fork(const std::function<int()>& body);
  /// The same for who has called `flush_output` and written nothing since: for
  /// several children in a row.
  static Child fork_after_flush(const std::function<int()>& body);

  /// Executes the program `path` without copying this process first, however
  /// large it is and however many threads it has: posix_spawn(3).
  /// `arguments` begin with the program's name; `environment` holds all of its
  /// "NAME=value". It inherits the descriptors that are not close-on-exec, and
  /// those of `inherit` though they are. Throws std::system_error.
  static Child spawn(const std::string& path,
                     const std::vector<std::string>& arguments,
                     const std::vector<std::string>& environment,
                     const std::vector<int>& inherit);

  pid_t pid() const { return pid_; }
  /// Becomes readable when the child has ended: pidfd_open(2), Linux 5.3.
  int descriptor() const { return pidfd_.get(); }
  /// True while there is a child that was not waited for.
  explicit operator bool() const { return pid_ != 0; }

  /// Sends `signal`; one that has already ended is no error.
  void kill(int signal) const;
  /// Leaves it alone: it will not be waited for.
  void release() {
    Child left(std::move(*this));
    left.pid_ = 0;
  }
  /// In a forked copy of the process that has closed all descriptors.
  void release_descriptor() { pidfd_.release(); }
  /// Waits for the end, reaps it, and says how it ended: kUnknownExit if the
  /// kernel has thrown that away.
  ExitStatus wait();

 private:
  // Opens the pidfd of `pid_`, or ends the child and throws.
  void watch();

  pid_t pid_ = 0;
  pid_t parent_ = 0;
  Descriptor pidfd_;
};

/// Writes out what standard output and other streams have buffered: a forked
/// copy of it would be written once more.
void flush_output();

/// From now on standard input is at its end: what comes there is for another
/// process.
void read_no_input();

/// Has the kernel kill this process when its parent ends, until it changes its
/// user (setuid(2) undoes it: then call this again). False if the parent has
/// ended before; `parent` is its id.
bool end_with(pid_t parent);

/// A descriptor that becomes readable when process `pid` has ended, and through
/// which it can be signalled, above the standard streams: pidfd_open(2), Linux
/// 5.3. Throws std::system_error.
Descriptor open_pidfd(pid_t pid);

/// Signals the process of `pidfd`; one that has already ended is no error.
void send_signal(const Descriptor& pidfd, int signal);

/// Waits for the end of a child of this process whose owner is not a Child.
ExitStatus wait_for_child(pid_t pid);

/// Forks and executes `arguments` (the first is the program, looked up in PATH
/// if it has no slash), after `prepare` has run in the child: for descriptors,
/// limits, the environment.
Child run_program(const std::vector<std::string>& arguments,
                  const std::function<void()>& prepare = {});

/// How many threads this process has; 2 for any number of them where /proc
/// cannot tell.
int thread_count();

}  // namespace cow
