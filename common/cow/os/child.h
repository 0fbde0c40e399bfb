// Child processes, each with an owner. A child is always reaped; otherwise the
// program ends.
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
  int code = 0;    ///< its exit code, if `signal` is 0
  int signal = 0;  ///< the signal that killed it, or 0

  bool success() const { return code == 0 && signal == 0; }
};

/// The `code` of a child whose end is unknown. This process ignores SIGCHLD, so
/// the kernel has not kept the exit status.
inline constexpr int kUnknownExit = -1;

/// "exit status 3", "signal 9 (Killed)".
std::string to_string(ExitStatus status);

/// The exit code of a forked child whose body throws: EX_SOFTWARE of
/// sysexits.h. The text of the exception goes to standard error.
inline constexpr int kChildThrew = 70;
/// The exit code of `run_program`'s child if exec fails. Shells use it, too.
inline constexpr int kExecFailed = 127;

/// Owns a child process. It is a child of this process, or of another one that
/// can say how it ended. Move-only. A child that was not waited for must not be
/// destroyed: the destructor reports that and aborts the program. (In a later
/// fork the copy of this object owns nothing, because the process is not the
/// fork's child.)
class Child {
 public:
  Child() = default;
  Child(Child&& other) noexcept
      : pid_(std::exchange(other.pid_, 0)),
        parent_(other.parent_),
        pidfd_(std::move(other.pidfd_)),
        ask_(std::move(other.ask_)) {}
  Child& operator=(Child&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(parent_, other.parent_);
    std::swap(pidfd_, other.pidfd_);
    std::swap(ask_, other.ask_);
    return *this;
  }
  ~Child();

  /// Flushes standard output and forks. The child runs `body`, and ends in
  /// _exit(2) with the result. So no destructor, atexit handler or test of the
  /// parent runs a second time. Throws std::system_error if fork(2) fails, or
  /// the pidfd cannot be opened.
  static Child fork(const std::function<int()>& body);
  /// The same without the flush, for several children in a row. Call
  /// `flush_output` before, and write nothing in between.
  static Child fork_after_flush(const std::function<int()>& body);

  /// Executes the program `path` without a fork: posix_spawn(3). So it does not
  /// matter how large this process is or how many threads it has. `arguments`
  /// begin with the program's name. `environment` has all entries "NAME=value".
  /// The program inherits the descriptors that are not close-on-exec, and also
  /// those in `inherit`. Throws std::system_error.
  static Child spawn(const std::string& path,
                     const std::vector<std::string>& arguments,
                     const std::vector<std::string>& environment,
                     const std::vector<int>& inherit);

  /// A child of another process: `pid` is its id, and `pidfd` its pidfd. `ask`
  /// is called after it has ended. It lets the parent reap the child, and
  /// returns how the child ended, or kUnknownExit.
  static Child of_another(pid_t pid, Descriptor pidfd,
                          std::function<ExitStatus()> ask);

  pid_t pid() const { return pid_; }
  /// A descriptor that becomes readable when the child has ended:
  /// pidfd_open(2).
  int descriptor() const { return pidfd_.get(); }
  /// Whether there is a child that was not waited for.
  explicit operator bool() const { return pid_ != 0; }

  /// Sends `signal` to the child. Returns false if the kernel refuses that, but
  /// true if the child has already ended.
  bool kill(int signal) const;
  /// Gives up the child: it will not be waited for.
  void release() {
    Child left(std::move(*this));
    left.pid_ = 0;
  }
  /// Waits until the child ends, reaps it, and returns how it ended. The result
  /// is kUnknownExit if the kernel has not kept the exit status. It can also be
  /// kUnknownExit if the child's parent is another process, and that one has
  /// ended. Throws std::logic_error if there is no child.
  ExitStatus wait();

 private:
  // Opens the pidfd of `pid_`. If that fails, kills the child and throws.
  void watch();

  pid_t pid_ = 0;
  pid_t parent_ = 0;
  Descriptor pidfd_;
  std::function<ExitStatus()> ask_;  // null: a child of this process
};

/// Writes out the buffers of standard output and of the C streams. Otherwise a
/// fork would write its copy of them a second time.
void flush_output();

/// From now on standard input is at its end. What was read ahead is dropped,
/// because the input is meant for another process.
void read_no_input();

/// From now on the kernel kills this process when its parent, process `parent`,
/// ends. (More exactly, it is killed when the thread that started it ends:
/// prctl(2).) Returns false if the parent has already ended. setuid(2) undoes
/// the setting; then call this again.
bool die_with_parent(pid_t parent);

/// Opens a pidfd: a descriptor that becomes readable when process `pid` has
/// ended, and through which the process can be signalled. Its number is above
/// those of the standard streams. Source: pidfd_open(2). Needs Linux 5.4.
/// Throws std::system_error.
Descriptor open_pidfd(pid_t pid);

/// Signals the process of `pidfd`. Returns false if the kernel refuses that,
/// but true if the process has already ended.
bool send_signal(const Descriptor& pidfd, int signal);

/// Waits for the end of a child of this process that has no owner of type
/// Child.
ExitStatus wait_for_child(pid_t pid);

/// Forks and executes `arguments`. The first is the program; it is looked up in
/// PATH if it has no slash. Before that, `prepare` runs in the child: it can
/// set descriptors, limits, the environment.
Child run_program(const std::vector<std::string>& arguments,
                  const std::function<void()>& prepare = {});

/// How many threads this process has. If /proc cannot tell, the result is 1 or
/// 2, and 2 means more than one.
int thread_count();

}  // namespace cow
