#include "cow/pool/estate.h"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <utility>

#include "cow/pool/errors.h"

namespace cow {
namespace {

// So many workers may die before they begin anything, as in an initializer that
// calls exit, before the batch that waits for them fails.
constexpr int kMostUnlucky = 3;

// `lost` fails; with the item that its worker was at, if it had begun one.
void fail_with(const Death& death, const Assignment& lost,
               std::optional<std::uint64_t> at) {
  ItemRange items = lost.job->range(lost.batch);
  if (at && items.first <= *at && *at - items.first < items.count) {
    items = {.first = static_cast<std::size_t>(*at), .count = 1};
  }
  lost.job->fail(
      lost.batch, items.first,
      std::make_exception_ptr(WorkerDied(
          death.sent_nonsense ? "something that is no reply in its pipe"
                              : to_string(death.status),
          death.status.signal, death.pid,
          static_cast<std::int64_t>(items.first),
          static_cast<std::int64_t>(items.count))));
}

}  // namespace

std::deque<Assignment> settle(WorkerLink& worker, const Death& death,
                              OnDeath on_death) {
  std::deque<Assignment> to_others;
  // Its first batch is not handed on for ever, if no worker comes so far.
  bool is_to_blame = worker.finished() == 0;
  while (std::optional<WorkerLink::Estate> estate = worker.inherit()) {
    Assignment& batch = estate->assignment;
    is_to_blame = is_to_blame && !estate->begun;
    const bool lost = estate->begun || (std::exchange(is_to_blame, false) &&
                                        ++batch.unlucky >= kMostUnlucky);
    if (lost &&
        (on_death == OnDeath::kFail || std::exchange(batch.retried, true))) {
      fail_with(death, batch,
                estate->begun ? std::optional(worker.item()) : std::nullopt);
    } else {
      batch.tally(-1);
      to_others.push_back(std::move(batch));
    }
  }
  return to_others;
}

void fail_all(WorkerLink& worker, const std::string& reason) {
  while (const auto estate = worker.inherit()) {
    fail(estate->assignment, reason);
  }
}

void discard(const Assignment& unwanted) {
  unwanted.job->fail(unwanted.batch, 0, nullptr);
}

void fail(const Assignment& lost, const std::string& reason) {
  lost.job->fail(lost.batch, lost.job->range(lost.batch).first,
                 std::make_exception_ptr(PoolError(reason)));
}

}  // namespace cow
