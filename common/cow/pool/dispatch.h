// Which batch goes to which worker, what is prefetched, what is stolen back.
//
// A worker is at one thing at a time, and answers to each: first to its start,
// then to a call that it has to make, then to batches. What was sent to it and
// not yet answered is *in flight*. A worker with nothing in flight is *idle*.
// A batch goes to an idle worker. Where there is none, it is *prefetched*: it
// waits in the pipe of a busy worker, behind what that is at. When a worker is
// idle and nothing else is to be done, half of what another has not begun is
// *stolen back* for it, by a claim that only one side can win (offers.h). The
// frame stays in the pipe; the worker reads over it and says so.
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

/// Knows no process and no pipe: a worker is the number of its place, and the
/// page that it shares.
class Dispatch {
 public:
  /// `most_batches` is what a worker may be given; 0: no limit.
  Dispatch(std::size_t places, int most_batches);

  /// A worker is being started in an empty place, whose pipe holds so much.
  void add(std::size_t place, std::shared_ptr<Offers> offers, Bytes capacity);
  /// It is sent a call of so many bytes, before its first batch. Returns the
  /// number of that frame.
  std::uint64_t add_call(std::size_t place, Bytes size);
  /// It has ended. What it leaves: batches, in their order, and at which item
  /// it was if it had begun one.
  struct Left {
    PickledBatch batch;
    std::optional<std::uint64_t> at;
  };
  std::vector<Left> remove(std::size_t place);

  bool is_idle(std::size_t place) const {
    return workers_[place].list == 0 && workers_[place].in_flight.empty();
  }
  bool any_is_idle() const {
    return !lists_[0].empty() && is_idle(lists_[0].front());
  }
  /// Whether there is no worker that has nothing to do.
  bool all_have_some() const { return lists_[0].empty(); }
  /// A place for one worker more: one that is empty, or one of a worker that
  /// has done as many batches as it may; or none.
  std::optional<std::size_t> find_place() const;
  /// How many workers there are that may be given more, or are at some.
  std::size_t present() const;
  /// How many batches are with workers.
  std::size_t in_flight() const { return in_flight_; }

  /// Where a batch of `size` goes: to a worker that is idle, or else behind the
  /// one that has least, if it fits into the pipe; or nowhere now.
  std::optional<std::size_t> choose(Bytes size) const;
  /// Offers it to the worker; returns it, to be sent. Good until it is finished
  /// or stolen back.
  const PickledBatch& give(std::size_t place, PickledBatch batch);
  /// All but so much of what was given is in the pipe, which holds `capacity`.
  void note_written(std::size_t place, Bytes all_but, Bytes capacity);

  /// Whether the worker has answered anything; and all but batches.
  bool has_answered(std::size_t place) const;
  bool has_started(std::size_t place) const;
  /// Whether it can answer with this header.
  bool is_answer(std::size_t place, const FrameHeader& header) const;
  /// The batch that it is at. Only if such an answer is expected.
  const PickledBatch& current(std::size_t place) const;
  /// The worker says that it has read all up to this number.
  void note_ready(std::size_t place, std::uint64_t number);
  /// Takes out the batch that was answered.
  PickledBatch finish(std::size_t place);

  /// Takes the last half of what a worker has not begun: of one that has most,
  /// not counting the `spared` frames that it comes to first.
  std::vector<PickledBatch> steal_back(std::size_t spared);
  /// What was not begun of `job`, and what was given behind that.
  std::vector<PickledBatch> steal_back(const Job& job);

 private:
  struct Frame {
    std::uint64_t number;  // each has another one
    Bytes end;             // how much was given up to there
    // None: the start, a call, or what was stolen back and is to be read over.
    std::optional<PickledBatch> batch;
  };
  struct Worker {
    std::shared_ptr<Offers> offers;  // null: none is there
    std::deque<Frame> in_flight;     // in the order in which it reads them
    std::uint64_t last_number = 0;
    std::uint64_t last_call = 0;  // its number; 0 is the start
    Bytes given;                  // how much
    Bytes written;                // of that, into the pipe
    Bytes answered;               // of that
    Bytes capacity;               // of the pipe
    std::uint64_t slots = 0;      // a bit for each batch in flight
    std::size_t batches = 0;      // that were given, and not stolen back
    std::size_t list = kEmpty;    // on which its place is
    std::list<std::size_t>::iterator entry;
  };
  // Each place is on one list: of the workers that may be given more, by how
  // many batches each has in flight (those that are idle come first on theirs);
  // or on one of these.
  static constexpr std::size_t kMostInFlight =
      64;  // from there on: no more now
  static constexpr std::size_t kDone = kMostInFlight + 1;
  static constexpr std::size_t kEmpty = kMostInFlight + 2;

  // Puts it on the list where it belongs.
  void sort(Worker& worker);
  static void push(Worker& worker, std::uint64_t number, Bytes size,
                   std::optional<PickledBatch> batch);
  static void pop_front(Worker& worker);
  static bool is_unbegun(const Worker& worker, const Frame& frame);
  static std::size_t count_unbegun(const Worker& worker, std::size_t spared);
  // The first batch, behind what is to be read over; or null.
  static const Frame* front_batch(const Worker& worker);
  // Frees its slot.
  void take_off(Worker& worker, const PickledBatch& batch);
  // Steals batches from the end as long as they are `wanted`, written and not
  // begun.
  template <typename Wanted>
  std::vector<PickledBatch> steal_while(Worker& worker, Wanted wanted);

  std::vector<Worker> workers_;
  std::array<std::list<std::size_t>, kEmpty + 1> lists_;
  std::size_t most_batches_;
  std::size_t in_flight_ = 0;
};

}  // namespace cow
