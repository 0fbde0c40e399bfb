// A program that says itself when its processes are to be measured: a twin in
// CPython, or the ranks of an MPI program. All of them stop at the rendezvous,
// as the workers of a lesson do.
//
// One of its processes writes into the pipe of arrivals "moment NAME", before
// any of them arrives, and "end {JSON}" when all have gone on. Then it waits
// for a line on its standard input. This line says that the rendezvous is ready
// for the next moment. "failed SENTENCE" says why the program will end.
#pragma once

#include <csignal>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cow/lesson/moment.h"
#include "cow/lesson/rendezvous.h"

namespace cow {

/// What is to be started, and how.
struct MeasuredProgram {
  std::vector<std::string> command;
  /// How many of its processes arrive at each moment.
  int workers = 0;
  /// Runs in the child before the program is executed.
  std::function<void()> prepare = {};
  /// Workers can be children of any process. Otherwise they are children of the
  /// program, or of one fork server.
  bool started_by_others = false;
  /// The signal that ends the program if this process ends or gives it up.
  int signal = SIGKILL;
};

/// The program has failed; the text says how. `said` is its own sentence, or
/// empty.
class ProgramFailed : public std::runtime_error {
 public:
  ProgramFailed(const std::string& what, int code, std::string said)
      : runtime_error(what), code_(code), said_(std::move(said)) {}
  int code() const { return code_; }  ///< its exit status; -1 after a signal
  const std::string& said() const { return said_; }

 private:
  int code_;
  std::string said_;
};

/// Runs the program. Returns its moments, each measured while all workers
/// waited. Throws ProgramFailed.
std::vector<Moment> measure_program(const MeasuredProgram& program,
                                    Rendezvous& rendezvous);

/// For the program: names the next moment. No process may arrive before that.
void begin_moment(std::string_view name);
/// For the same process, when all have gone on: how many results were right,
/// and how many nodes there were. Returns when processes may arrive again.
void end_moment(std::int64_t right_results, std::int64_t nodes);
/// For any of its processes: why the program will end.
void report_failure(std::string_view sentence);

}  // namespace cow
