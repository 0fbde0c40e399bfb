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

/// The `code` of a child of which nobody knows how it ended: the kernel has
/// thrown that away, because this process ignores SIGCHLD.
inline constexpr int kUnknownExit = -1;

/// "exit status 3", "signal 9 (Killed)".
std::string to_string(ExitStatus status);

/// The code with which a forked child ends when its body throws: EX_SOFTWARE of
/// sysexits.h. The exception's text goes to standard error.
inline constexpr int kChildThrew = 70;
/// The code with which `run_program`'s child ends when exec fails (the
/// shell's).
inline constexpr int kExecFailed = 127;

/// Owns a child process. Move-only. To destroy one that was not waited for is
/// an error: it is reported, and the program aborts. (A copy of this object in
/// a later fork owns nothing: the process is not the fork's child.)
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
  /// The same without the flush, for several children in a row. To be called
  /// after `flush_output`, with nothing written since.
  static Child fork_after_flush(const std::function<int()>& body);

  /// Executes the program `path` without copying this process first, however
  /// large it is and however many threads it has: posix_spawn(3).
  /// `arguments` begin with the program's name; `environment` holds all of its
  /// "NAME=value". The program inherits the descriptors that are not
  /// close-on-exec, and those of `inherit`, which may be. Throws
  /// std::system_error.
  static Child spawn(const std::string& path,
                     const std::vector<std::string>& arguments,
                     const std::vector<std::string>& environment,
                     const std::vector<int>& inherit);

  pid_t pid() const { return pid_; }
  /// Becomes readable when the child has ended: pidfd_open(2).
  int descriptor() const { return pidfd_.get(); }
  /// True while there is a child that was not waited for.
  explicit operator bool() const { return pid_ != 0; }

  /// Sends `signal`; a child that has already ended is no error. False if the
  /// kernel refuses it.
  bool kill(int signal) const;
  /// Gives the child up: it will not be waited for.
  void release() {
    Child left(std::move(*this));
    left.pid_ = 0;
  }
  /// For a fork of this process, which has closed the descriptor already.
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

/// Writes out what standard output and the streams of C have buffered.
/// Otherwise a forked copy of the buffer would be written once more.
void flush_output();

/// From now on standard input is at its end, and what was read ahead of it is
/// dropped: it is for another process.
void read_no_input();

/// Has the kernel kill this process when its parent, process `parent`, ends.
/// False if that has ended already. (setuid(2) undoes it: then call this
/// again.)
bool end_with(pid_t parent);

/// A descriptor, above the standard streams, that becomes readable when process
/// `pid` has ended and through which it can be signalled: pidfd_open(2). Needs
/// Linux 5.4. Throws std::system_error.
Descriptor open_pidfd(pid_t pid);

/// Signals the process of `pidfd`; if it has already ended, that is no error.
/// False if the kernel refuses it.
bool send_signal(const Descriptor& pidfd, int signal);

/// Waits for the end of a child of this process whose owner is not a Child.
ExitStatus wait_for_child(pid_t pid);

/// Forks and executes `arguments` (the first is the program, looked up in PATH
/// if it has no slash), after `prepare` has run in the child: for descriptors,
/// limits, the environment.
Child run_program(const std::vector<std::string>& arguments,
                  const std::function<void()>& prepare = {});

/// How many threads this process has. Where /proc cannot tell, 2 stands for any
/// number above 1.
int thread_count();

}  // namespace cow
