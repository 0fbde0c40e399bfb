#include "cow/pool/backlog.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace cow {

void Backlog::put_back(std::vector<PickledBatch> batches) {
  pickled_.insert(pickled_.begin(), std::make_move_iterator(batches.begin()),
                  std::make_move_iterator(batches.end()));
}

bool Backlog::has_next() const {
  return !pickled_.empty() ||
         std::any_of(jobs_.begin(), jobs_.end(),
                     [](const auto& job) { return job->has_next(); });
}

bool Backlog::find_next() {
  while (!pickled_.empty() && !next().job->is_wanted()) {
    take_next().fail(nullptr);  // nobody sees it
  }
  for (std::size_t i = 0; pickled_.empty() && i < jobs_.size();) {
    const std::shared_ptr<Job> job = jobs_[i];
    while (job->has_next()) {
      if (pickle_next_of(job)) return true;
    }
    if (job->exhausted()) {
      jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
  return !pickled_.empty();
}

bool Backlog::pickle_next_of(const std::shared_ptr<Job>& job) {
  const std::int64_t index = job->next();
  try {
    pickled_.push_back({.job = job,
                        .index = index,
                        .header = job->header(index),
                        .payload = job->pickle(index)});
    return true;
  } catch (...) {
    job->fail(index, job->range(index).first, std::current_exception());
    return false;
  }
}

PickledBatch Backlog::take_next() {
  PickledBatch next = std::move(pickled_.front());
  pickled_.pop_front();
  return next;
}

void Backlog::fail_all(const std::exception_ptr& error) {
  while (!pickled_.empty()) take_next().fail(error);
  for (const auto& job : std::exchange(jobs_, {})) job->fail_rest(error);
}

}  // namespace cow
