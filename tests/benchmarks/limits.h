// What no pool of processes can beat: the same work done by the system calls
// alone, with no pool around them. Each benchmark is compared with one of these
// in the same run, so that its figure says something on any machine.
//
// A limit is honest if a pool could not do with less. So each of them takes the
// same bytes through as many pipes of the same capacity, to as many processes,
// out of memory that is really there and into memory that is new; what it
// leaves out is only what a pool adds: pickling, headers, bookkeeping, looking
// out for the dead.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "cow/os/bytes.h"
#include "cow/os/reading.h"

namespace cow::bench {

/// A process sends `there` through a pipe, another one reads it and sends
/// `back` through a second pipe: the least that a task in another process can
/// take. Seconds for one time there and back, of `trips` in a row.
double raw_round_trip(int trips, Bytes there, Bytes back);

/// What goes through the pipes for each item of a payload.
struct Load {
  Bytes there;
  Bytes back;
};

/// `count` loads go to `processes` and back, one at a time to each of them,
/// through pipes of `capacity`. A byte is copied once into the pipe and once
/// out of it, into memory that malloc(3) has just given, because an item that
/// was unpickled is an object of its own. Seconds, from the first byte until
/// the last.
///
/// Most of that time goes into the page faults of the new memory, not into the
/// pipe. A reader that uses the same memory again would be two or three times
/// faster, but it would have only its last item.
class RawPayload {
 public:
  RawPayload(int processes, Load load, Bytes capacity);
  RawPayload(const RawPayload&) = delete;
  RawPayload& operator=(const RawPayload&) = delete;
  ~RawPayload();

  double measure(int count);

 private:
  struct Link;
  // Moves what can be moved without waiting, one item after the other. Whether
  // something is left for which one has to wait.
  bool advance(Link& link, std::size_t items);

  Load load_;
  std::unique_ptr<std::byte[]> request_;
  std::unique_ptr<std::byte[]> reply_;
  std::vector<std::unique_ptr<Link>> links_;
  // Kept until all are there, as the results of a map are.
  std::vector<std::unique_ptr<std::byte[]>> replies_;
};

/// fork(2), `processes` times, and one byte to the first child and back: a pool
/// of forked workers cannot begin with less. Each child waits for input then,
/// as an idle worker does. Seconds; their end is not counted.
double raw_start(int processes);

/// What an idle worker may have for itself: 24 pages. A forked process that
/// only waits for input has 13 (52 KiB: its stack, and what libc writes in
/// order to read), so this leaves a pool as much again, nearly.
inline constexpr Bytes kIdleBudget = 96_KiB;

/// The capacity of the pipes through which a pool talks to `worker`: the limit
/// is given the same. Absent where /proc does not show them.
Reading<Bytes> pipe_capacity_of(pid_t worker);

}  // namespace cow::bench
