// The engine's reactions to its workers: to replies and deaths.
#include <fmt/core.h>

#include <csignal>
#include <exception>
#include <utility>

#include "cow/pickle/pickle.h"
#include "cow/pool/engine.h"
#include "cow/pool/spawn.h"
#include "cow/task/errors.h"
#include "cow/task/failure.h"

namespace cow {
namespace {

struct Death {
  pid_t pid = 0;
  ExitStatus status = {};
  std::string how = {};
};

// A worker has died with `batch` in flight. If it had begun the batch, `at` is
// its item. The failure names that item if it belongs to the batch, and
// otherwise all items of the batch.
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
          death.how, death.status.signal, death.pid,
          static_cast<std::int64_t>(first), static_cast<std::int64_t>(count))));
}

// The failure that a reply describes; none if it cannot be read.
std::optional<Failure> failure_in(const Frame& reply) {
  try {
    if (!reply.lost) return unpickle<Failure>(reply.payload);
  } catch (const PickleError&) {
    // There is none.
  }
  return std::nullopt;
}

}  // namespace

void Engine::take_in_events(int milliseconds, int also) {
  for (const epoll_event& event :
       supervision_.poller().wait(milliseconds, also)) {
    const std::size_t place = Supervision::place_of(event);
    if (supervision_.is_empty(place)) continue;  // reaped in this round
    switch (Supervision::kind_of(event)) {
      case Supervision::Event::kReply:
        if ((event.events & EPOLLIN) == 0) {
          // It is empty and closed at the other end: a task has closed it.
          supervision_.forget_results(place);
        } else if (!read_replies(place)) {
          take_death(place, true);
        }
        break;
      case Supervision::Event::kDeath: {
        // What the worker has sent before its end still counts. (Two calls,
        // because one may read nothing although there is something:
        // FrameReader::next.)
        const bool sound = read_replies(place) && read_replies(place);
        take_death(place, !sound);
        break;
      }
      case Supervision::Event::kRoom:
        flush(place);
        break;
    }
  }
}

bool Engine::read_replies(std::size_t place) {
  using Result = FrameReader::Result;
  for (;;) {
    Supervision::Worker& worker = supervision_.at(place);
    const Result result = worker.replies.next(worker.results.get(), *buffer_);
    const Frame& frame = worker.replies.frame();
    const FrameHeader* header = result == Result::kFrame
                                    ? &frame.header
                                    : worker.replies.begun_header();
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

// Lets a large reply be read directly into its place, if it has one.
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
  if (kind == FrameKind::kReady) {
    dispatch_.note_ready(place, reply.header.batch);
  } else {
    std::optional<Failure> failure;
    if (kind != FrameKind::kResults) {
      failure = failure_in(reply);
      const bool is_lost = kind == FrameKind::kFailure && reply.lost;
      if (!failure && !is_lost) return false;
    }
    if (kind == FrameKind::kBroken) {
      // The worker is about to end. In another worker the initializer would
      // fail as well.
      fail_all(fmt::format("the initializer failed in worker {}: {}",
                           supervision_.at(place).process.pid(),
                           to_string(*failure)));
    } else {
      take_outcome(dispatch_.finish(place), reply, failure);
    }
  }
  if (dispatch_.has_started(place)) failed_starts_ = 0;
  became_idle_ = became_idle_ || dispatch_.is_idle(place);
  return true;
}

void Engine::take_outcome(const PickledBatch& batch, const Frame& reply,
                          const std::optional<Failure>& failure) {
  const Bytes size(reply.header.payload);
  batch.job->transfer().from_workers += kBatchHeader + size;
  if (reply.lost) {
    batch.fail(std::make_exception_ptr(PoolError(
        fmt::format("there is no memory for results of {}", to_string(size)))));
  } else if (failure) {
    batch.job->fail(batch.index, static_cast<std::size_t>(failure->item),
                    std::make_exception_ptr(TaskError(*failure)));
  } else if (reply.placed) {
    batch.job->succeed_in_place(batch.index);
  } else {
    run_code_of_others([&] { batch.job->succeed(batch.index, reply.payload); });
  }
}

bool Engine::starts_fail() const {
  bool one_serves = false;
  for (std::size_t i = 0; i < supervision_.places(); ++i) {
    one_serves =
        one_serves || (!supervision_.is_empty(i) && dispatch_.has_started(i));
  }
  return failed_starts_ > supervision_.places() + 1 && !one_serves;
}

void Engine::take_death(std::size_t place, bool sent_nonsense) {
  const bool answered = dispatch_.has_answered(place);
  if (!dispatch_.has_started(place)) ++failed_starts_;
  std::vector<Dispatch::Unfinished> unfinished = dispatch_.remove(place);
  Death death{.pid = supervision_.at(place).process.pid()};
  if (sent_nonsense) {
    death.status = supervision_.kill_and_reap(place);
    death.how = "something that is no reply in its pipe";
  } else {
    death.status = supervision_.reap(place);
    death.how = to_string(death.status);
  }
  // The next one would end as well. (Where SIGCHLD is ignored, it is unknown
  // how this one ended.)
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
  // No worker lives long enough to begin a batch, so one batch fails.
  if (starts_fail() && find_next()) {
    fail(backlog_.take_next(), death, std::nullopt);
  }
}

}  // namespace cow
