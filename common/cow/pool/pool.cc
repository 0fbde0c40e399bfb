#include "cow/pool/pool.h"

namespace cow {

bool PendingWork::ready() {
  if (!outcome_->done()) engine_->progress(-1, 0);
  return outcome_->done();
}

void PendingWork::wait() {
  while (!outcome_->done()) engine_->progress();
}

void PendingWork::wait_for_success() {
  wait();
  outcome_->rethrow_failure();
}

bool PendingWork::wait_for(std::chrono::milliseconds time) {
  return engine_->progress_until([this] { return outcome_->done(); }, time);
}

bool PendingWork::wait_readable(int fd) {
  while (!outcome_->done() && !outcome_->failed()) {
    if (engine_->progress(fd)) return true;
  }
  return false;
}

Pool::Pool(PoolOptions options)
    : engine_(std::make_shared<Engine>(std::move(options))) {
  engine_->start();
}

}  // namespace cow
