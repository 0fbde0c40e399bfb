// One worker as its pool sees it: the process, a pipe to it and a pipe from it,
// and the batches that it was given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "cow/os/bytes.h"
#include "cow/os/descriptor.h"
#include "cow/pickle/message.h"
#include "cow/pool/frame.h"
#include "cow/pool/incoming.h"
#include "cow/pool/job.h"
#include "cow/pool/offers.h"
#include "cow/pool/outgoing.h"
#include "cow/pool/worker_process.h"

namespace cow {

/// A batch on its way through a worker, pickled.
struct Assignment {
  std::shared_ptr<Job> job;
  std::int64_t batch = 0;    ///< within the job
  std::uint64_t number = 0;  ///< at the worker that has it, from 1
  Message message;
  std::size_t slot = 0;  ///< where it is offered
  bool retried = false;  ///< a worker has died of it before
  int unlucky = 0;       ///< workers that died with it before they began any

  /// Adds to what the job has moved through the pipes, or takes away again: a
  /// batch counts where it is run, not where it was given before.
  void tally(int times) const;
};

/// The pool's ends of the pipes, and the page that both sides see.
struct WorkerPipes {
  Descriptor tasks;  ///< where frames are written; does not wait
  /// The other end of `tasks`: as long as somebody can read, a write to the
  /// pipe of a dead worker raises no SIGPIPE. Its death shows in its pidfd.
  Descriptor tasks_reader;
  Descriptor results;  ///< where replies are read; does not wait
  std::shared_ptr<Offers> offers = {};
};

class WorkerLink {
 public:
  explicit WorkerLink(WorkerPipes pipes) : pipes_(std::move(pipes)) {}
  /// There is a process now.
  void begin(WorkerProcess process) { process_ = std::move(process); }

  WorkerProcess& process() { return process_; }
  const WorkerProcess& process() const { return process_; }
  const WorkerPipes& pipes() const { return pipes_; }
  /// The pipes have been closed, in a copy of this process: there their numbers
  /// may be others'.
  void disown_pipes();
  /// Whether it has begun to serve: before that it may wait for a CPU, or run
  /// the initializer that it has inherited.
  bool is_up() const { return offers().serving.load() != 0; }
  /// How many batches it has finished.
  int finished() const { return finished_; }

  /// Whether it has nothing to do.
  bool is_idle() const { return given_.empty() && outgoing_.done(); }
  /// The batches that it has, in the order in which it runs them.
  const std::deque<Assignment>& given() const { return given_; }
  /// The number of its only batch, if it has yet to begin that; else 0.
  std::uint64_t only_batch_to_begin() const;
  /// Whether withdrawn batches lie in its pipe, which it has yet to read over.
  bool is_behind() const;
  /// Whether `message` can be given ahead, while there is another batch.
  bool has_room_for(const Message& message) const;

  /// Puts a batch behind those that it has, to be written by `flush`.
  void give(Assignment assignment);
  /// Has it make a call before it is given a batch. Returns the frame's size.
  Bytes initialize(std::uint64_t entry, Message call);
  /// Has it end when it has done what it was given.
  void stop();
  /// Writes as much as the pipe takes; false if that was not all. Throws
  /// std::system_error.
  bool flush();

  /// Whether it has batches of `job` that it has not begun.
  bool has_yet_to_begin(const Job& job) const;
  /// Takes back the last batch that it was given; none if it has begun it, or
  /// if it is large and half written, for then it goes on out of its memory.
  std::optional<Assignment> withdraw();

  /// The next reply: FrameReader::next; kNonsense as soon as a header is there
  /// that cannot be a reply's. Throws std::system_error.
  FrameReader::Result read_reply(FrameReader::Buffer& buffer);
  const Frame& reply() const { return replies_.frame(); }
  /// At the beginning of a large reply: has its rest read right into its place,
  /// if it has one.
  void place_reply();
  /// The batch that `reply()`, which holds results or a failure, replies to.
  Assignment finish();

  /// Of a worker that has died or is about to, the first batch that it was
  /// given, and whether it had begun it; to be asked until none is left.
  struct Estate {
    Assignment assignment;
    bool begun;
  };
  std::optional<Estate> inherit();
  /// Index of the item that it was at.
  std::uint64_t item() const { return offers().item.load(); }

 private:
  Offers& offers() const { return *pipes_.offers; }
  // Whether the next reply can begin with this.
  bool can_be_next(const FrameHeader& header) const;
  // Whether it is to the first batch, which the worker has read and begun.
  bool replies_to_first(const FrameHeader& header) const;
  // Whether the pipe needs nothing of its memory any more.
  bool is_written(const Assignment& given) const;
  Assignment pop_first();

  WorkerProcess process_;
  WorkerPipes pipes_;
  // Whether the pipes were made larger, which they are when they need it.
  bool large_tasks_ = false;
  bool large_results_ = false;
  int finished_ = 0;
  std::uint64_t last_number_ = 0;
  std::deque<Assignment> given_;
  std::uint64_t slots_taken_ = 0;  // a bit for each slot of `given_`
  Bytes ahead_;                    // what `given_` takes in the pipe
  // Withdrawn frames are still in its pipe, so no more are given ahead before
  // it has come further.
  bool passed_over_ = false;
  Message call_;  // of `initialize`, until it is written
  OutgoingFrames outgoing_;
  FrameReader replies_;
};

}  // namespace cow
