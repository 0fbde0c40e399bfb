#include "cow/pool/pool.h"

#include "cow/pool/engine.h"

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
  return engine_->wait_readable(
      fd, [this] { return outcome_->done() || outcome_->failed(); });
}

void ImapWork::read_input() {
  engine_->expect_usable();  // before the input, which a copy may share
  if (job_->read_input()) engine_->hand_out();
}

void ImapWork::progress() { engine_->progress(); }

bool ImapWork::progress_until(const std::function<bool()>& done,
                              std::chrono::milliseconds time) {
  return engine_->progress_until(done, time);
}

bool ImapWork::wait_readable(int fd, const std::function<bool()>& done) {
  return engine_->wait_readable(fd, done);
}

void ImapWork::cancel() {
  job_->cancel();
  engine_->take_back(*job_);
}

Pool::Pool(PoolOptions options) : engine_(std::make_shared<Engine>(options)) {
  engine_->start();
}

Pool::~Pool() {
  if (engine_) engine_->drop();
}

Kept<Engine> Pool::open() const {
  engine_->expect_open();
  return engine_;
}

void Pool::submit(Engine& engine, std::shared_ptr<Job> job) {
  engine.submit(std::move(job));
}

void Pool::close() { engine_->close(); }

void Pool::terminate() { engine_->terminate(); }

void Pool::join() {
  const Kept<Engine> engine = engine_;  // as for `open`
  engine->join();
}

int Pool::size() const { return engine_->size(); }

std::vector<pid_t> Pool::workers() const { return engine_->pids(); }

const Transfer& Pool::initialization() const {
  return engine_->initialization();
}

int Pool::descriptor() const { return engine_->descriptor(); }

pid_t Pool::fork_server() const { return engine_->fork_server(); }

}  // namespace cow
