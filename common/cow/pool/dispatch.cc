#include "cow/pool/dispatch.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <utility>

namespace cow {
namespace {

std::uint64_t bit(std::size_t slot) { return std::uint64_t{1} << slot; }

}  // namespace

Dispatch::Dispatch(std::size_t places, int most_batches)
    : workers_(places), most_batches_(static_cast<std::size_t>(most_batches)) {
  for (std::size_t i = 0; i < places; ++i) {
    workers_[i].entry = lists_[kEmpty].insert(lists_[kEmpty].end(), i);
  }
}

void Dispatch::update_list(Worker& worker) {
  static_assert(std::tuple_size_v<decltype(Offers::slots)> == kMostInFlight);
  const auto count = static_cast<std::size_t>(std::popcount(worker.slots));
  const bool all_given = most_batches_ != 0 && worker.batches >= most_batches_;
  std::size_t list = count;
  if (!worker.offers) {
    list = kEmpty;
  } else if (all_given) {
    list = count == 0 ? kDone : kMostInFlight;
  }
  const bool is_idle = list == 0 && worker.in_flight.empty();
  if (list == worker.list && !is_idle) return;
  std::list<std::size_t>& to = lists_[list];
  to.splice(is_idle ? to.begin() : to.end(), lists_[worker.list], worker.entry);
  worker.list = list;
}

void Dispatch::add(std::size_t place, std::shared_ptr<Offers> offers,
                   Bytes capacity) {
  Worker& worker = workers_[place];
  worker.offers = std::move(offers);
  worker.capacity = capacity;
  push(worker, 0, {}, {});
  update_list(worker);
}

std::uint64_t Dispatch::add_call(std::size_t place, Bytes size) {
  Worker& worker = workers_[place];
  push(worker, ++worker.last_number, size, {});
  return worker.last_call = worker.last_number;
}

void Dispatch::push(Worker& worker, std::uint64_t number, Bytes size,
                    std::optional<PickledBatch> batch) {
  worker.given += size;
  worker.in_flight.push_back(
      {.number = number, .end = worker.given, .batch = std::move(batch)});
}

void Dispatch::pop_front(Worker& worker) {
  worker.answered = worker.in_flight.front().end;
  worker.in_flight.pop_front();
}

std::vector<Dispatch::Unfinished> Dispatch::remove(std::size_t place) {
  Worker none;
  none.list = workers_[place].list;
  none.entry = workers_[place].entry;
  Worker worker = std::exchange(workers_[place], std::move(none));
  update_list(workers_[place]);
  std::vector<Unfinished> unfinished;
  for (Frame& frame : worker.in_flight) {
    if (!frame.batch) continue;
    const FrameHeader& header = frame.batch->header;
    std::optional<std::uint64_t> at;
    if (!worker.offers->take(header.slot, header.batch)) {
      at = worker.offers->item.load();
    }
    unfinished.push_back({std::move(*frame.batch), at});
    --in_flight_;
  }
  return unfinished;
}

std::optional<std::size_t> Dispatch::find_place() const {
  for (const std::size_t list : {kEmpty, kDone}) {
    if (!lists_[list].empty()) return lists_[list].front();
  }
  return std::nullopt;
}

std::size_t Dispatch::present() const {
  return workers_.size() - lists_[kEmpty].size() - lists_[kDone].size();
}

std::optional<std::size_t> Dispatch::choose(Bytes size) const {
  for (std::size_t list = 0; list < kMostInFlight; ++list) {
    for (const std::size_t place : lists_[list]) {
      const Worker& worker = workers_[place];
      if (worker.in_flight.empty() ||
          worker.given - worker.answered + size <= worker.capacity) {
        return place;
      }
    }
  }
  return std::nullopt;
}

const PickledBatch& Dispatch::give(std::size_t place, PickledBatch batch) {
  Worker& worker = workers_[place];
  const auto slot = static_cast<std::size_t>(std::countr_one(worker.slots));
  worker.slots |= bit(slot);
  // A new number each time, because the frame of a stolen batch may still be in
  // the pipe. It must not be taken for a later frame of the same batch.
  batch.header.batch = ++worker.last_number;
  batch.header.slot = static_cast<std::uint16_t>(slot);
  worker.offers->offer(slot, batch.header.batch);
  ++worker.batches;
  ++in_flight_;
  const Bytes size = batch.size();
  push(worker, worker.last_number, size, std::move(batch));
  update_list(worker);
  return *worker.in_flight.back().batch;
}

void Dispatch::note_written(std::size_t place, Bytes unwritten,
                            Bytes capacity) {
  Worker& worker = workers_[place];
  worker.written = worker.given - unwritten;
  worker.capacity = capacity;
}

bool Dispatch::is_unbegun(const Worker& worker, const Frame& frame) {
  return frame.batch && worker.offers->is_offered(frame.batch->header.slot,
                                                  frame.batch->header.batch);
}

std::size_t Dispatch::count_unbegun(const Worker& worker, std::size_t spared) {
  std::size_t count = 0;
  for (std::size_t i = spared; i < worker.in_flight.size(); ++i) {
    if (is_unbegun(worker, worker.in_flight[i])) ++count;
  }
  return count;
}

const Dispatch::Frame* Dispatch::front_batch(const Worker& worker) {
  for (const Frame& frame : worker.in_flight) {
    if (frame.batch) return &frame;
  }
  return nullptr;
}

bool Dispatch::has_answered(std::size_t place) const {
  const Worker& worker = workers_[place];
  return worker.in_flight.empty() || worker.in_flight.front().number > 0;
}

bool Dispatch::has_started(std::size_t place) const {
  const Worker& worker = workers_[place];
  return worker.in_flight.empty() ||
         worker.in_flight.front().number > worker.last_call;
}

bool Dispatch::is_answer(std::size_t place, const FrameHeader& header) const {
  const Worker& worker = workers_[place];
  if (worker.in_flight.empty()) return false;
  const Frame* front = front_batch(worker);
  switch (header.kind) {
    case FrameKind::kResults:
    case FrameKind::kFailure:
      // About the batch that the worker has read and begun.
      return front != nullptr && header.batch == front->number &&
             front->end <= worker.written && !is_unbegun(worker, *front);
    case FrameKind::kReady:  // about something before all batches
      return header.batch >= worker.in_flight.front().number &&
             header.batch <= worker.last_number &&
             (front == nullptr || header.batch < front->number);
    case FrameKind::kBroken:
      return !worker.in_flight.front().batch;
    default:
      return false;
  }
}

const PickledBatch& Dispatch::current(std::size_t place) const {
  return *front_batch(workers_[place])->batch;
}

void Dispatch::note_ready(std::size_t place, std::uint64_t number) {
  Worker& worker = workers_[place];
  while (!worker.in_flight.empty() &&
         worker.in_flight.front().number <= number) {
    pop_front(worker);
  }
  update_list(worker);
}

void Dispatch::take_off(Worker& worker, const PickledBatch& batch) {
  worker.slots &= ~bit(batch.header.slot);
  --in_flight_;
}

PickledBatch Dispatch::finish(std::size_t place) {
  Worker& worker = workers_[place];
  while (!worker.in_flight.front().batch) pop_front(worker);
  PickledBatch batch = std::move(*worker.in_flight.front().batch);
  take_off(worker, batch);
  pop_front(worker);
  update_list(worker);
  return batch;
}

template <typename Wanted>
std::vector<PickledBatch> Dispatch::steal_while(Worker& worker, Wanted wanted) {
  std::vector<PickledBatch> stolen;
  // Whether the batch can be taken away. What is left of a small one is written
  // from a copy.
  const auto is_written = [&](const Frame& frame) {
    return frame.end <= worker.written || frame.batch->size() <= kMostCopied;
  };
  for (auto frame = worker.in_flight.rbegin(); frame != worker.in_flight.rend();
       ++frame) {
    if (!frame->batch) continue;
    const FrameHeader& header = frame->batch->header;
    if (!wanted() || !is_written(*frame) ||
        !worker.offers->take(header.slot, header.batch)) {
      break;
    }
    take_off(worker, *frame->batch);
    --worker.batches;
    stolen.insert(stolen.begin(), std::move(*frame->batch));
    frame->batch.reset();
  }
  update_list(worker);
  return stolen;
}

std::vector<PickledBatch> Dispatch::steal_back(std::size_t spared) {
  for (std::size_t list = kMostInFlight; list > 0; --list) {
    for (const std::size_t place : lists_[list]) {
      Worker& worker = workers_[place];
      auto left = (count_unbegun(worker, spared) + 1) / 2;
      auto stolen = steal_while(worker, [&] { return left-- > 0; });
      if (!stolen.empty()) return stolen;
    }
  }
  return {};
}

std::vector<PickledBatch> Dispatch::steal_back(const Job& job) {
  std::vector<PickledBatch> all;
  for (Worker& worker : workers_) {
    const auto is_of_job = [&](const Frame& frame) {
      return is_unbegun(worker, frame) && frame.batch->job.get() == &job;
    };
    const auto some_are = [&] {
      return std::any_of(worker.in_flight.begin(), worker.in_flight.end(),
                         is_of_job);
    };
    auto stolen = steal_while(worker, some_are);
    std::move(stolen.begin(), stolen.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace cow
