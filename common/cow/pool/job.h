// Work for a pool, as the engine sees it: batches that come one after the
// other, and their replies. What the items and results are, only the derived
// class knows: map_job.h, imap_job.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>

#include "cow/os/bytes.h"
#include "cow/pickle/message.h"
#include "cow/pickle/room.h"
#include "cow/pool/frame.h"

namespace cow {

/// What one map moved through the pipes. A batch that another worker had to be
/// given instead counts once.
struct Transfer {
  std::int64_t batches = 0;  ///< that were sent
  Bytes to_workers;          ///< headers and payloads of those batches
  Bytes from_workers;        ///< headers and payloads of the replies
};

/// The items [first, first + count) of a job.
struct ItemRange {
  std::size_t first = 0;
  std::size_t count = 0;
};

class Job {
 public:
  /// `entry` is the BatchEntry that runs its batches, as an offset.
  explicit Job(std::uint64_t entry) : entry_(entry) {}
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  virtual ~Job() = default;

  /// Whether there is a batch to be handed out.
  virtual bool has_next() const = 0;
  /// The next batch: its number within the job. To be asked if `has_next`.
  virtual std::int64_t next() = 0;
  /// Nobody wants the batches any more that were not begun.
  virtual void cancel() {}
  /// Whether somebody still wants it to be run.
  virtual bool is_wanted() const { return true; }
  /// Whether no batch will ever come again.
  virtual bool exhausted() const = 0;
  /// The items of a batch that was handed out and is not done.
  virtual ItemRange range(std::int64_t batch) const = 0;
  /// The payload of such a batch, good until the batch is done. Throws what
  /// pickling throws.
  virtual Message pickle(std::int64_t batch) = 0;

  /// A large reply of `size` bytes is coming, of which `beginning` is there.
  /// What follows its first `prefix` bytes is read directly into `room`, or, if
  /// that is empty, the reply is read as usual. If all goes well,
  /// `succeed_in_place` follows.
  struct Place {
    std::size_t prefix = 0;
    Room room = {};
  };
  virtual Place place(std::int64_t /*batch*/,
                      std::span<const std::byte> /*beginning*/,
                      std::size_t /*size*/) {
    return {};
  }
  virtual void succeed_in_place(std::int64_t /*batch*/) {}

  /// A batch is done: a reply came, whose results are kept.
  virtual void succeed(std::int64_t batch,
                       std::span<const std::byte> payload) = 0;
  /// A batch is done, but will have no results, because of its item `item`.
  virtual void fail(std::int64_t batch, std::size_t item,
                    std::exception_ptr error) = 0;
  /// No further batch will be handed out: all that is missing fails.
  virtual void fail_rest(std::exception_ptr error) = 0;
  /// Takes items out of the input, as far as they are wanted now. Returns
  /// whether there is a new batch to be handed out.
  virtual bool read_input() { return false; }
  /// Whoever joins the pool wants all that is still to come, however much.
  virtual void read_input_to_its_end() {}

  /// What goes before the payload of a batch, but for what its worker adds.
  FrameHeader header(std::int64_t batch) const {
    const ItemRange items = range(batch);
    return {.kind = FrameKind::kBatch,
            .entry = entry_,
            .first = items.first,
            .count = items.count};
  }

  Transfer& transfer() { return transfer_; }
  const Transfer& transfer() const { return transfer_; }

 private:
  std::uint64_t entry_;
  Transfer transfer_;
};

}  // namespace cow
