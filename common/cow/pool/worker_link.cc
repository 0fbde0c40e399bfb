#include "cow/pool/worker_link.h"

#include <fcntl.h>

#include <algorithm>
#include <bit>
#include <utility>

namespace cow {
namespace {

// What a worker reads with one call, and finds when it has done its batch.
constexpr Bytes kMostAhead{TaskInput::kMostViewed / 2};
// Of larger messages each is given when the one before is done: they would fill
// the pipe of a worker that is slow, and cannot be taken back.
constexpr Bytes kLargestAhead{4096};

// As much as an unprivileged process may have, of pipes that are few: each
// change of sides between two processes then moves more. pipe(7). Where it is
// refused, because this user has many pipes, a small one will do.
void enlarge(const Descriptor& pipe, bool& large) {
  constexpr int kCapacity = 1 << 20;
  if (!std::exchange(large, true)) {
    ::fcntl(pipe.get(), F_SETPIPE_SZ, kCapacity);
  }
}

}  // namespace

void Assignment::tally(int times) const {
  Transfer& transfer = job->transfer();
  transfer.batches += times;
  transfer.to_workers += times * (kBatchHeader + message.size());
}

void WorkerLink::disown_pipes() {
  for (Descriptor* end :
       {&pipes_.tasks, &pipes_.tasks_reader, &pipes_.results}) {
    end->release();
  }
}

std::uint64_t WorkerLink::only_batch_to_begin() const {
  if (given_.size() != 1) return 0;
  const Assignment& only = given_.front();
  return offers().is_offered(only.slot, only.number) ? only.number : 0;
}

bool WorkerLink::is_behind() const {
  return passed_over_ && wait_readable(pipes_.tasks_reader.get(), 0);
}

bool WorkerLink::has_room_for(const Message& message) const {
  const Bytes size = kBatchHeader + message.size();
  return !passed_over_ && ~slots_taken_ != 0 && size <= kLargestAhead &&
         ahead_ + size <= kMostAhead;
}

void WorkerLink::give(Assignment assignment) {
  assignment.slot = static_cast<std::size_t>(std::countr_one(slots_taken_));
  slots_taken_ |= std::uint64_t{1} << assignment.slot;
  // Another one each time: the frame of a batch that was withdrawn may still
  // lie in the pipe, and must not be taken for that of a later one.
  assignment.number = ++last_number_;
  offers().offer(assignment.slot, assignment.number);
  given_.push_back(std::move(assignment));
  const Assignment& given = given_.back();
  FrameHeader header = given.job->header(given.batch, given.number);
  header.slot = static_cast<std::uint16_t>(given.slot);
  ahead_ += outgoing_.add(header, given.message);
}

Bytes WorkerLink::initialize(std::uint64_t entry, Message call) {
  call_ = std::move(call);
  return outgoing_.add({.kind = FrameKind::kInitialize, .entry = entry}, call_);
}

void WorkerLink::stop() {
  outgoing_.add({.kind = FrameKind::kStop}, Message());
}

bool WorkerLink::flush() {
  if (outgoing_.done()) return true;
  outgoing_.write_some(pipes_.tasks.get());
  if (outgoing_.done() || large_tasks_) return outgoing_.done();
  enlarge(pipes_.tasks, large_tasks_);
  outgoing_.write_some(pipes_.tasks.get());
  return outgoing_.done();
}

bool WorkerLink::has_yet_to_begin(const Job& job) const {
  return std::any_of(given_.begin(), given_.end(),
                     [&](const Assignment& given) {
                       return given.job.get() == &job &&
                              offers().is_offered(given.slot, given.number);
                     });
}

std::optional<Assignment> WorkerLink::withdraw() {
  const Assignment& last = given_.back();
  if (!is_written(last) || !offers().take(last.slot, last.number)) {
    return std::nullopt;
  }
  Assignment withdrawn = std::move(given_.back());
  given_.pop_back();
  slots_taken_ &= ~(std::uint64_t{1} << withdrawn.slot);
  ahead_ -= kBatchHeader + withdrawn.message.size();
  passed_over_ = true;
  return withdrawn;
}

Assignment WorkerLink::pop_first() {
  Assignment first = std::move(given_.front());
  given_.pop_front();
  slots_taken_ &= ~(std::uint64_t{1} << first.slot);
  ahead_ -= kBatchHeader + first.message.size();
  return first;
}

FrameReader::Result WorkerLink::read_reply(FrameReader::Buffer& buffer) {
  using Result = FrameReader::Result;
  const Result result = replies_.next(pipes_.results.get(), buffer);
  const FrameHeader* header =
      result == Result::kFrame ? &reply().header : replies_.begun();
  return header == nullptr || can_be_next(*header) ? result : Result::kNonsense;
}

bool WorkerLink::can_be_next(const FrameHeader& header) const {
  switch (header.kind) {
    case FrameKind::kResults:
    case FrameKind::kFailure:
      return replies_to_first(header);
    case FrameKind::kBroken:
      return true;
    default:
      return false;
  }
}

bool WorkerLink::replies_to_first(const FrameHeader& header) const {
  if (given_.empty()) return false;
  const Assignment& first = given_.front();
  return header.batch == first.number && is_written(first) &&
         !offers().is_offered(first.slot, first.number);
}

// Small messages are copied on their way.
bool WorkerLink::is_written(const Assignment& given) const {
  return outgoing_.done() ||
         kBatchHeader + given.message.size() <= kLargestAhead;
}

Assignment WorkerLink::finish() {
  ++finished_;
  passed_over_ = false;
  return pop_first();
}

void WorkerLink::place_reply() {
  enlarge(pipes_.results, large_results_);
  const FrameHeader& header = reply().header;
  if (header.kind != FrameKind::kResults || !replies_to_first(header)) return;
  const Assignment& first = given_.front();
  const Job::Place place = first.job->place(
      first.batch, reply().payload, static_cast<std::size_t>(header.payload));
  if (!place.rest.empty()) replies_.place(place.prefix, place.rest);
}

std::optional<WorkerLink::Estate> WorkerLink::inherit() {
  outgoing_ = OutgoingFrames();  // nobody reads it any more
  if (given_.empty()) return std::nullopt;
  const Assignment& first = given_.front();
  const bool begun = !offers().take(first.slot, first.number);
  return Estate{pop_first(), begun};
}

}  // namespace cow
