// What comes from the workers: replies and deaths.
#include <fmt/core.h>

#include <csignal>
#include <exception>
#include <utility>

#include "cow/pickle/pickle.h"
#include "cow/pool/engine.h"
#include "cow/pool/errors.h"
#include "cow/pool/failure.h"
#include "cow/pool/spawn.h"

namespace cow {
namespace {

// A worker has died with `batch` in flight, at item `at` if it had begun it.
// The failure names that item if it is one of the batch, or else all of them.
void fail(const PickledBatch& batch, const Death& death,
          std::optional<std::uint64_t> at) {
  std::uint64_t first = batch.header.first;
  std::uint64_t count = batch.header.count;
  if (at && first <= *at && *at - first < count) {
    first = *at;
    count = 1;
  }
  batch.job->fail(
      batch.index, static_cast<std::size_t>(first),
      std::make_exception_ptr(WorkerDied(
          death.text(), death.status.signal, death.pid,
          static_cast<std::int64_t>(first), static_cast<std::int64_t>(count))));
}

}  // namespace

void Engine::take_in_events(int milliseconds, int also) {
  std::vector<std::size_t> dead;
  for (const epoll_event& event :
       supervision_.poller().wait(milliseconds, also)) {
    const std::size_t place = Supervision::place_of(event);
    if (supervision_.is_empty(place)) continue;  // it was reaped in this round
    switch (Supervision::kind_of(event)) {
      case Supervision::Event::kReply:
        if ((event.events & EPOLLIN) == 0) {
          // It is empty, and nobody can write to it: a task has closed it.
          supervision_.forget_results(place);
        } else if (!read_replies(place)) {
          take_death(place, true);
        }
        break;
      case Supervision::Event::kDeath:
        dead.push_back(place);
        break;
      case Supervision::Event::kRoom:
        flush(place);
        break;
    }
  }
  for (const std::size_t place : dead) {
    if (supervision_.is_empty(place)) continue;
    // What was sent before the end still counts. (Twice, because one call may
    // read nothing though there is something: FrameReader::next.)
    const bool sound = read_replies(place) && read_replies(place);
    take_death(place, !sound);
  }
}

bool Engine::read_replies(std::size_t place) {
  using Result = FrameReader::Result;
  for (;;) {
    Supervision::Worker& worker = supervision_.at(place);
    const Result result = worker.replies.next(worker.results.get(), *buffer_);
    const Frame& frame = worker.replies.frame();
    const FrameHeader* header =
        result == Result::kFrame ? &frame.header : worker.replies.begun();
    const bool is_answer =
        header == nullptr || dispatch_.is_answer(place, *header);
    if (!is_answer || result == Result::kNonsense) return false;
    if (result == Result::kNothing) return true;
    if (result == Result::kLarge) {
      place_reply(place);
    } else if (!take_reply(place, frame)) {
      return false;
    }
  }
}

// A large reply is read right into its place, if it has one.
void Engine::place_reply(std::size_t place) {
  supervision_.enlarge_results(place);
  FrameReader& replies = supervision_.at(place).replies;
  const FrameHeader& header = replies.frame().header;
  if (header.kind != FrameKind::kResults) return;
  const PickledBatch& batch = dispatch_.current(place);
  Job::Place where = batch.job->place(batch.index, replies.frame().payload,
                                      static_cast<std::size_t>(header.payload));
  if (where.room) replies.place(where.prefix, std::move(where.room));
}

bool Engine::take_reply(std::size_t place, const Frame& reply) {
  const FrameKind kind = reply.header.kind;
  std::optional<Failure> failure;
  if (reply.lost && kind == FrameKind::kBroken) return false;
  if (!reply.lost &&
      (kind == FrameKind::kFailure || kind == FrameKind::kBroken)) {
    try {
      failure = unpickle<Failure>(reply.payload);
    } catch (const PickleError&) {
      return false;
    }
  }
  if (kind == FrameKind::kBroken) {
    // Its process is about to end. In another one it would fail as well.
    fail_all(fmt::format("the initializer failed in worker {}: {}",
                         supervision_.at(place).process.pid(),
                         to_string(*failure)));
  } else if (kind == FrameKind::kReady) {
    dispatch_.note_ready(place, reply.header.batch);
  } else {
    const PickledBatch done = dispatch_.finish(place);
    done.job->transfer().from_workers +=
        kBatchHeader + Bytes(reply.header.payload);
    if (reply.lost) {
      done.fail(std::make_exception_ptr(
          PoolError(fmt::format("there is no memory for results of {}",
                                to_string(Bytes(reply.header.payload))))));
    } else if (failure) {
      done.job->fail(done.index, static_cast<std::size_t>(failure->item),
                     std::make_exception_ptr(TaskError(*failure)));
    } else if (reply.placed) {
      done.job->succeed_in_place(done.index);
    } else {
      run_code_of_others([&] { done.job->succeed(done.index, reply.payload); });
    }
  }
  if (dispatch_.has_started(place)) supervision_.note_started(place);
  became_idle_ = became_idle_ || dispatch_.is_idle(place);
  return true;
}

void Engine::take_death(std::size_t place, bool sent_nonsense) {
  const bool answered = dispatch_.has_answered(place);
  std::vector<Dispatch::Unfinished> unfinished = dispatch_.remove(place);
  const Death death = supervision_.reap(place, sent_nonsense);
  // Another one would end as well. (How this one ended is unknown where SIGCHLD
  // is ignored.)
  if (supervision_.spawns() && !answered && death.status.signal == 0 &&
      death.status.code != kUnknownExit) {
    fail_all(fmt::format("a spawned worker ended with {} {}",
                         to_string(death.status), kBeforeItServed));
  }
  std::vector<PickledBatch> given_again;
  for (Dispatch::Unfinished& each : unfinished) {
    if (broken_) {
      each.batch.fail(broken_);
    } else if (each.at && (on_death_ == OnDeath::kFail ||
                           std::exchange(each.batch.retried, true))) {
      fail(each.batch, death, each.at);
    } else {
      given_again.push_back(std::move(each.batch));
    }
  }
  put_back(std::move(given_again));
  // No worker lives long enough to begin a batch.
  if (supervision_.starts_fail() && backlog_.find_next()) {
    fail(backlog_.take_next(), death, std::nullopt);
  }
}

}  // namespace cow
