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
  kInherited,  ///< to cowtop's own output
  kToErrors,   ///< to standard error: standard output is for the report
  /// What would go to the terminal goes into a file without a name, because the
  /// terminal shows the screen. Command::tail and replay read the file.
  kKept,
};

/// A started command. From now on cowtop ignores Ctrl-C and Ctrl-\, as a shell
/// does: the terminal sends them to the command as well, and cowtop ends after
/// the command. If cowtop itself is killed, the command gets SIGTERM.
class Command {
 public:
  /// Starts the command, and waits until it runs or could not be executed.
  /// (Then its status is 127, and `error` says why.) With kKept, its standard
  /// input is empty if it would be the terminal, because the keys are for the
  /// screen. Throws std::system_error if no process can be made.
  Command(const std::vector<std::string>& arguments, Output output);
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  /// Waits for the command's end.
  ~Command();

  pid_t pid() const { return child_.pid(); }
  /// errno of the exec that has failed; 0 if the command runs or has run.
  int error() const { return error_; }
  /// A descriptor that becomes readable when the command has ended.
  int descriptor() const { return child_.descriptor(); }
  /// Reaps processes that the command has left behind and that have ended.
  /// cowtop is their new parent, as init is for other processes.
  void reap_orphans() const;
  /// Waits until the command has ended or `milliseconds` have passed. Returns
  /// whether it has ended.
  bool wait_for(int milliseconds) const;
  /// Waits for the end. Returns the exit status, or 128 + the signal that ended
  /// the command.
  int wait();

  /// The last lines that the command has printed, at most `most`. Looks only at
  /// the last part of a long output. Empty unless kKept.
  std::vector<std::string> tail(std::size_t most) const;
  /// Copies to standard output what the command has printed. Each part is
  /// copied only once. Throws std::system_error.
  void replay();
  /// The same, until the command has ended. Does nothing unless kKept.
  void replay_to_the_end();

 private:
  cow::Descriptor kept_;
  off_t replayed_ = 0;
  cow::Child child_;
  int status_ = 0;
  int error_ = 0;
};

}  // namespace cowtop
