// The command that cowtop starts and watches.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "cow/os/child.h"
#include "cow/os/descriptor.h"

namespace cowtop {

/// Where a command's standard output goes.
enum class Output {
  kInherited,  ///< where cowtop's own goes
  kToErrors,   ///< to standard error: standard output is for the report
  /// What would go to the terminal goes into a file without a name, for
  /// Command::tail and replay: a screen is shown there.
  kKept,
};

/// A started command. As a shell does, cowtop ignores Ctrl-C and Ctrl-\ from
/// here on: the terminal sends them to the command as well, and cowtop ends
/// when that has. When cowtop itself is killed, the command gets SIGTERM.
class Command {
 public:
  /// Returns when the command runs, or could not be executed (then it ends with
  /// 127, and `error` says why). With kKept, standard input is empty where it
  /// is the terminal: the keys are the screen's. Throws std::system_error if
  /// there can be no further process.
  Command(const std::vector<std::string>& arguments, Output output);
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  /// Waits for its end.
  ~Command();

  pid_t pid() const { return child_.pid(); }
  /// errno of the exec that has failed; 0 if the command runs or has run.
  int error() const { return error_; }
  /// Becomes readable when it has ended.
  int descriptor() const { return child_.descriptor(); }
  /// Waits until it has ended or `milliseconds` have passed; true if it has.
  bool wait_for(int milliseconds) const;
  /// Waits for the end. The exit status, or 128 + the signal that ended it.
  int wait();

  /// The last lines of what it has printed, at most `most`; of long output only
  /// the last part is looked at. Empty unless kKept.
  std::vector<std::string> tail(std::size_t most) const;
  /// Copies to standard output what it has printed and was not copied before.
  /// Throws std::system_error.
  void replay();
  /// The same, and what it prints from now on, until it has ended. Does nothing
  /// unless kKept.
  void replay_to_the_end();

 private:
  cow::Descriptor kept_;
  off_t replayed_ = 0;
  cow::Child child_;
  int status_ = 0;
  int error_ = 0;
};

}  // namespace cowtop
