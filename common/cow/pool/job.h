// A job as the engine sees it: numbered batches and their replies. Only the
// derived class knows the types of items and results: map_job.h, imap_job.h.
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

/// What a job moved through the pipes. A batch that was given to several
/// workers, one after the other, counts once.
struct Transfer {
  std::int64_t batches = 0;  ///< sent batches
  Bytes to_workers;          ///< their headers and payloads
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

  /// Whether there is a batch to be given to a worker now.
  virtual bool has_next() const = 0;
  /// The number of the next batch within the job. Only if `has_next`.
  virtual std::int64_t next() = 0;
  /// The batches that were not begun are no longer wanted.
  virtual void cancel() {}
  /// Whether its batches are still to be run: it was not cancelled.
  virtual bool is_wanted() const { return true; }
  /// Whether there will be no further batch.
  virtual bool exhausted() const = 0;
  /// The items of a batch. Only for a batch that `next` has returned and that
  /// is not yet done.
  virtual ItemRange range(std::int64_t batch) const = 0;
  /// The payload of such a batch. It refers to the job's memory, and is good
  /// until the batch is done. Throws what pickling throws.
  virtual Message pickle(std::int64_t batch) = 0;

  /// A large reply of `size` bytes is coming, and `beginning` is already there.
  /// Says how many bytes of it are a `prefix`, and the `room` into which the
  /// rest is to be read directly. `succeed_in_place` follows if all goes well.
  /// With an empty `room` the reply is read as usual, and `succeed` follows.
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

  /// A batch is done: its reply came. Keeps the results.
  virtual void succeed(std::int64_t batch,
                       std::span<const std::byte> payload) = 0;
  /// A batch is done without results; the error belongs to `item`.
  virtual void fail(std::int64_t batch, std::size_t item,
                    std::exception_ptr error) = 0;
  /// No further batch will be given to a worker: all that are left fail.
  virtual void fail_rest(std::exception_ptr error) = 0;
  /// Reads items from the input, as many as are wanted now. Returns whether
  /// there is a new batch.
  virtual bool read_input() { return false; }
  /// Reads all items that are left, however many: the pool is being joined.
  virtual void read_input_to_its_end() {}

  /// Whether the next fetch can return at once: there is a result (of a map:
  /// all results), an error, or the end.
  virtual bool is_ready() const = 0;
  /// Whether a batch has failed, though the results may not be ready yet.
  virtual bool has_failed() const { return false; }

  /// The header of a batch. Its number and slot depend on its worker, and are
  /// still missing.
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
