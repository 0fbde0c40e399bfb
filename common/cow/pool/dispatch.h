// Which batch goes to which worker, what is prefetched, what is stolen back.
//
// A worker does one thing at a time, and answers each: first its start, then
// the call of an initializer, if it is sent one, then batches. What was sent to
// it and is not yet answered is *in flight*. A worker with nothing in flight is
// *idle*. A batch goes to an idle worker. If there is none, it is *prefetched*:
// it waits in the pipe of a busy worker. When a worker is idle and no batch
// waits for it, half of what another worker has not begun is *stolen back* for
// it, by a claim that only one side can win (offers.h). The frame stays in the
// pipe; the worker reads over it and says so.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "cow/os/bytes.h"
#include "cow/pool/frame.h"
#include "cow/pool/offers.h"
#include "cow/pool/pickled_batch.h"

namespace cow {

/// Knows no process and no pipe. It knows a worker by the number of its place
/// and by the page that the worker shares with the pool.
class Dispatch {
 public:
  /// A worker may be given `most_batches` in its life; 0: no limit.
  Dispatch(std::size_t places, int most_batches);

  /// A worker is being started in an empty place. Its pipe holds `capacity`.
  void add(std::size_t place, std::shared_ptr<Offers> offers, Bytes capacity);
  /// The worker is sent a call, before its first batch. Returns the number of
  /// that frame, which takes `size` bytes.
  std::uint64_t add_call(std::size_t place, Bytes size);
  /// A batch that a worker had in flight when it ended.
  struct Unfinished {
    PickledBatch batch;
    std::optional<std::uint64_t> at;  ///< the item it was at, if begun
  };
  /// The worker has ended: empties its place. Returns its batches, in order.
  std::vector<Unfinished> remove(std::size_t place);

  bool is_idle(std::size_t place) const {
    return workers_[place].list == 0 && workers_[place].in_flight.empty();
  }
  bool any_is_idle() const {
    return !lists_[0].empty() && is_idle(lists_[0].front());
  }
  /// Whether each worker that may be given more has a batch in flight.
  bool all_have_batches() const { return lists_[0].empty(); }
  /// A place for one more worker: an empty one, or else that of a worker that
  /// has done all the batches it may be given. None if there is neither.
  std::optional<std::size_t> find_place() const;
  /// How many workers there are that may be given more, or have some in flight.
  std::size_t present() const;
  /// How many batches are with workers.
  std::size_t in_flight() const { return in_flight_; }

  /// Where a batch of `size` goes: to an idle worker, or else to the one with
  /// the fewest batches in flight among those whose pipe has room for it. None
  /// if there is no such worker now.
  std::optional<std::size_t> choose(Bytes size) const;
  /// Offers the batch to the worker. Returns it, to be sent: the reference is
  /// good until the batch is finished or stolen back.
  const PickledBatch& give(std::size_t place, PickledBatch batch);
  /// What the worker was given is in its pipe, but for `unwritten`, which is
  /// still to be written. The pipe holds `capacity`.
  void note_written(std::size_t place, Bytes unwritten, Bytes capacity);

  /// Whether the worker has answered its start.
  bool has_answered(std::size_t place) const;
  /// Whether it has answered its start and its call, so that it serves batches.
  bool has_started(std::size_t place) const;
  /// Whether a frame with this header can be an answer of the worker now.
  bool is_answer(std::size_t place, const FrameHeader& header) const;
  /// Its first batch in flight: the one that it replies to next. There must be
  /// one.
  const PickledBatch& current(std::size_t place) const;
  /// The worker says that it is done with all up to this number: it has run it
  /// or read over it.
  void note_ready(std::size_t place, std::uint64_t number);
  /// The worker has replied to its current batch, which is taken out.
  PickledBatch finish(std::size_t place);

  /// Takes back the last half of what a worker has not begun. It is the one
  /// with the most batches in flight that has something to take. Its first
  /// `spared` frames are left to it.
  std::vector<PickledBatch> steal_back(std::size_t spared);
  /// Takes back what no worker has begun of `job`, and the batches behind that.
  std::vector<PickledBatch> steal_back(const Job& job);

 private:
  struct Frame {
    std::uint64_t number;  // no two of a worker have the same
    Bytes end;             // bytes given up to the end of this frame
    // None: the start, a call, or what was stolen back and is to be read over.
    std::optional<PickledBatch> batch;
  };
  struct Worker {
    std::shared_ptr<Offers> offers;  // null: none is there
    std::deque<Frame> in_flight;     // in the order in which it reads them
    std::uint64_t last_number = 0;
    std::uint64_t last_call = 0;  // number of the call; 0: only the start
    Bytes given;                  // in all, since its start
    Bytes written;                // of `given`: is in the pipe, or was
    Bytes answered;               // of `given`
    Bytes capacity;               // of the pipe
    std::uint64_t slots = 0;      // a bit for each batch in flight
    std::size_t batches = 0;      // that were given, and not stolen back
    std::size_t list = kEmpty;    // the list that its place is on
    std::list<std::size_t>::iterator entry;
  };
  // Each place is on one list. A worker that may be given more is on the list
  // whose index is the number of its batches in flight. On list 0 the idle
  // workers come first. The other places are on one of these:
  static constexpr std::size_t kMostInFlight = 64;  // no more batches now
  static constexpr std::size_t kDone = kMostInFlight + 1;   // nor ever
  static constexpr std::size_t kEmpty = kMostInFlight + 2;  // no worker

  // Puts the place on the list where it belongs.
  void update_list(Worker& worker);
  static void push(Worker& worker, std::uint64_t number, Bytes size,
                   std::optional<PickledBatch> batch);
  static void pop_front(Worker& worker);
  static bool is_unbegun(const Worker& worker, const Frame& frame);
  static std::size_t count_unbegun(const Worker& worker, std::size_t spared);
  // The first batch, behind what is to be read over; or null.
  static const Frame* front_batch(const Worker& worker);
  // The batch is no longer in flight: frees its slot.
  void take_off(Worker& worker, const PickledBatch& batch);
  // Steals batches from the end of what is in flight, as long as `wanted` says
  // so and the batch is written and not begun.
  template <typename Wanted>
  std::vector<PickledBatch> steal_while(Worker& worker, Wanted wanted);

  std::vector<Worker> workers_;
  std::array<std::list<std::size_t>, kEmpty + 1> lists_;
  std::size_t most_batches_;
  std::size_t in_flight_ = 0;
};

}  // namespace cow
