// How a lesson measures without sleeping: every worker stops when it holds its
// task, the parent sees that all have arrived, reads the meter, and lets them
// go on.
//
// Two pipes. A worker that arrives writes "+ PID" into one and waits until the
// other is readable; nobody ever takes the byte that opens the gate, so it is
// open for all. Where the pipes are stands in the environment, and whoever
// comes opens them through /proc: so forked, spawned and Python workers find
// them in the same way.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "cow/os/descriptor.h"

namespace cow {

/// The environment variable that says where the pipes are: the process and its
/// two descriptors, "PID,ARRIVALS,GATE".
inline constexpr const char* kRendezvousVariable = "COW_RENDEZVOUS";

/// For a task: arrives at the rendezvous and waits there until the processes
/// have been measured. Returns at once if they already were, or if nobody
/// measures. Throws std::system_error.
void wait_to_be_measured();

/// The parent's side. One at a time in a process; it must exist when the
/// workers are started.
class Rendezvous {
 public:
  /// Makes the pipes and names them in the environment. Throws
  /// std::system_error.
  Rendezvous();
  Rendezvous(const Rendezvous&) = delete;
  Rendezvous& operator=(const Rendezvous&) = delete;
  ~Rendezvous();

  /// Readable when somebody has arrived.
  int descriptor() const { return arrivals_.reader.get(); }
  /// The lines that came since the last call, without their newlines. Does not
  /// wait.
  std::vector<std::string> take_lines();
  /// The processes that arrived since the last call. Does not wait.
  std::vector<pid_t> take_arrivals();

  /// Lets everybody go on, now and from now on.
  void open() const;
  /// Closes the gate again, for the next experiment. Nobody may be on the way.
  void close();

 private:
  Pipe arrivals_;
  Pipe gate_;
  std::string partial_line_;
};

}  // namespace cow
