// Which batch goes to which worker, what is prefetched, what is stolen back.
//
// A worker does one thing at a time, and answers each. The first is its start.
// Then comes the call of an initializer, if there is one to send. Then come the
// batches. A message that was sent to a worker and is not yet answered is *in
// flight*. A worker with nothing in flight is *idle*.
//
// A batch goes to an idle worker. If no worker is idle, it is *prefetched*: it
// waits in the pipe of a busy worker. When a worker is idle and no batch waits
// for it, the pool looks for another worker with batches that are not begun.
// Half of these are *stolen back*: the pool takes them, unless the worker
// begins them first (offers.h: only one of the two gets a batch). The frame of
// a stolen batch stays in the pipe. The worker skips it and says so.
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

/// Does no input or output: it knows no process and no pipe. It knows a worker
/// by the number of its place, and by the page that the worker shares with the
/// pool.
class Dispatch {
 public:
  /// A worker may be given `most_batches` in its life; 0: no limit.
  Dispatch(std::size_t places, int most_batches);

  /// A worker is being started in an empty place. Its pipe holds `capacity`.
  void add(std::size_t place, std::shared_ptr<Offers> offers, Bytes capacity);
  /// The worker is sent a call before its first batch. The frame takes `size`
  /// bytes. Returns the frame's number.
  std::uint64_t add_call(std::size_t place, Bytes size);
  /// A batch that a worker had in flight when it ended.
  struct Unfinished {
    PickledBatch batch;
    std::optional<std::uint64_t> at;  ///< the item it ran; none: not begun
  };
  /// The worker has ended: empties its place. Returns its batches, in order.
  std::vector<Unfinished> remove(std::size_t place);

  bool is_idle(std::size_t place) const {
    return workers_[place].list == 0 && workers_[place].in_flight.empty();
  }
  bool any_is_idle() const {
    return !lists_[0].empty() && is_idle(lists_[0].front());
  }
  /// Whether every worker that may be given more batches has one in flight.
  bool all_have_batches() const { return lists_[0].empty(); }
  /// A place for one more worker. It is empty, or its worker has done all
  /// batches that it may be given. None if there is no such place.
  std::optional<std::size_t> find_place() const;
  /// How many workers may be given more batches or have some in flight.
  std::size_t present() const;
  /// How many batches are in flight.
  std::size_t in_flight() const { return in_flight_; }

  /// Where a batch of `size` goes: to an idle worker if there is one. Otherwise
  /// to a worker whose pipe has room for the batch; of these, to the one with
  /// the fewest batches in flight. None if no worker can take it now.
  std::optional<std::size_t> choose(Bytes size) const;
  /// Offers the batch to the worker. Returns it, to be sent. The reference is
  /// good until the batch is finished or stolen back.
  const PickledBatch& give(std::size_t place, PickledBatch batch);
  /// All that was given to the worker has been written to its pipe, except for
  /// the last `unwritten` bytes. The pipe holds `capacity`.
  void note_written(std::size_t place, Bytes unwritten, Bytes capacity);

  /// Whether the worker has answered its start.
  bool has_answered(std::size_t place) const;
  /// Whether it has also answered its call, if it has one: now it serves
  /// batches.
  bool has_started(std::size_t place) const;
  /// Whether a frame with this header can be an answer of the worker now.
  bool is_answer(std::size_t place, const FrameHeader& header) const;
  /// Its first batch in flight, to which it replies next. There must be one.
  const PickledBatch& current(std::size_t place) const;
  /// The worker says that it is done with everything up to this number: it has
  /// run it or skipped it.
  void note_ready(std::size_t place, std::uint64_t number);
  /// The worker has replied to its current batch. Removes that batch and
  /// returns it.
  PickledBatch finish(std::size_t place);

  /// Takes back batches of one worker: the last half of those that it has not
  /// begun, rounded up. Its first `spared` frames in flight are left out
  /// before the rest is halved. First, workers are tried that can be given no
  /// more now. Then it tries the others: those with many batches in flight
  /// before those with few. Takes from the first worker that has something to
  /// take.
  std::vector<PickledBatch> steal_back(std::size_t spared);
  /// Takes back the batches of `job` that no worker has begun, and those after
  /// them in the same pipe. A large batch cannot be taken back while a part of
  /// it is still to be written. In that case the batches before it in the pipe
  /// stay, too.
  std::vector<PickledBatch> steal_back(const Job& job);

 private:
  struct Frame {
    std::uint64_t number;  // no two of a worker have the same
    Bytes end;             // value of `given` after this frame
    // None: the start, a call, or a stolen batch, which the worker will skip.
    std::optional<PickledBatch> batch;
  };
  struct Worker {
    std::shared_ptr<Offers> offers;  // null: no worker here
    std::deque<Frame> in_flight;     // in the order in which they are read
    std::uint64_t last_number = 0;
    std::uint64_t last_call = 0;  // number of the call; 0: only the start
    Bytes given;                  // in all, since the start
    Bytes written;                // part of `given` that went into the pipe
    Bytes answered;               // part of `given`
    Bytes capacity;               // of the pipe
    std::uint64_t slots = 0;      // a bit for each batch in flight
    std::size_t batches = 0;      // given and not stolen back
    std::size_t list = kEmpty;    // the list that its place is on
    std::list<std::size_t>::iterator entry;
  };
  // Each place is on one list. A worker that may be given more batches is on
  // the list whose index is its number of batches in flight. On list 0 the idle
  // workers come first. All other places are on these lists:
  static constexpr std::size_t kMostInFlight = 64;          // no more now
  static constexpr std::size_t kDone = kMostInFlight + 1;   // no more ever
  static constexpr std::size_t kEmpty = kMostInFlight + 2;  // no worker

  // Puts the place on the list where it belongs.
  void update_list(Worker& worker);
  static void push(Worker& worker, std::uint64_t number, Bytes size,
                   std::optional<PickledBatch> batch);
  static void pop_front(Worker& worker);
  static bool is_unbegun(const Worker& worker, const Frame& frame);
  static std::size_t count_unbegun(const Worker& worker, std::size_t spared);
  // The first frame that has a batch; null if there is none. The start, a call
  // and stolen batches have none.
  static const Frame* front_batch(const Worker& worker);
  // The batch is no longer in flight: frees its slot.
  void take_off(Worker& worker, const PickledBatch& batch);
  // Steals batches from the end of the worker's `in_flight`, as long as
  // `wanted` returns true. Stops at a batch that is begun. Stops, too, at a
  // large one that is not fully written, because its bytes are still needed.
  template <typename Wanted>
  std::vector<PickledBatch> steal_while(Worker& worker, Wanted wanted);

  std::vector<Worker> workers_;
  std::array<std::list<std::size_t>, kEmpty + 1> lists_;
  std::size_t most_batches_;
  std::size_t in_flight_ = 0;
};

}  // namespace cow
