// How a lesson measures without sleeping. Every worker stops when it holds its
// task. When all have arrived, the parent reads the meter and lets them go on.
//
// There are two pipes. A worker that arrives writes "+ PID" into the first, and
// waits until the second is readable. The parent opens the gate with one byte
// in the second pipe. No worker reads that byte, so the gate is open for all.
// An environment variable says which pipes these are, and each worker opens
// them through /proc. So forked, spawned and Python workers find them in the
// same way.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "cow/os/descriptor.h"

namespace cow {

/// The environment variable that names the pipes: the process that has them,
/// and two of its descriptors, "PID,ARRIVALS,GATE".
inline constexpr const char* kRendezvousVariable = "COW_RENDEZVOUS";

/// For a task: arrives at the rendezvous, and waits until the processes were
/// measured. Returns at once if they already were, or if there is no
/// rendezvous. Throws std::system_error.
void wait_to_be_measured();

/// Writes a line into the pipe of arrivals, for a program that says itself what
/// is measured (measured_program.h). Throws std::system_error.
void say_at_rendezvous(const std::string& line);

/// The parent's side. A process can have one at a time, and must make it before
/// it starts the workers.
class Rendezvous {
 public:
  /// Makes the pipes and names them in the environment. Throws
  /// std::system_error.
  Rendezvous();
  Rendezvous(const Rendezvous&) = delete;
  Rendezvous& operator=(const Rendezvous&) = delete;
  ~Rendezvous();

  /// A descriptor that is readable when a process has arrived.
  int descriptor() const { return arrivals_.reader.get(); }
  /// The lines that have come since the last call, without newlines. Does not
  /// wait.
  std::vector<std::string> take_lines();
  /// The processes that have arrived since the last call. Does not wait.
  std::vector<pid_t> take_arrivals();

  /// Opens the gate: lets all workers go on, also those that arrive later.
  void open() const;
  /// Closes the gate again, for the next experiment. No worker may be waiting
  /// or arriving.
  void close();

 private:
  Pipe arrivals_;
  Pipe gate_;
  std::string partial_line_;
};

}  // namespace cow
