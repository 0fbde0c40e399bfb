#include "cow/pool/pool.h"

#include <algorithm>

namespace cow {

bool PendingWork::ready() {
  if (!job_->done()) engine_->progress(-1, 0);
  return job_->done();
}

void PendingWork::wait() {
  while (!job_->done()) engine_->progress();
}

void PendingWork::wait_for_success() {
  wait();
  job_->rethrow_failure();
}

bool PendingWork::wait_for(std::chrono::milliseconds time) {
  // Longer than this nobody waits, and a deadline could not be calculated.
  constexpr std::chrono::hours kForEver{24 * 365};
  const auto deadline = std::chrono::steady_clock::now() +
                        std::min<std::chrono::milliseconds>(time, kForEver);
  while (!job_->done()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) break;
    engine_->progress(-1, static_cast<int>(std::min<std::int64_t>(
                              left.count(), 1000L * 60 * 60)));
  }
  return job_->done();
}

bool PendingWork::wait_readable(int fd) {
  while (!job_->done() && !job_->failed()) {
    if (engine_->progress(fd)) return true;
  }
  return false;
}

Pool::Pool(PoolOptions options)
    : engine_(std::make_shared<Engine>(std::move(options))) {
  engine_->start();
}

}  // namespace cow
