#include "cow/pool/pool.h"

#include <fcntl.h>

#include "cow/os/deadline.h"
#include "cow/os/error.h"
#include "cow/pool/engine.h"

namespace cow {

bool Begun::look() {
  if (!job_->exhausted()) {
    engine_->expect_usable();  // first, because a fork may share the input
    if (job_->read_input()) engine_->hand_out();
  }
  return job_->is_ready();
}

bool Begun::ready() { return wait_for(std::chrono::milliseconds(0)); }

void Begun::wait() {
  while (!look()) engine_->progress();
}

bool Begun::wait_for(std::chrono::milliseconds time) {
  const Deadline deadline(time);
  while (!look()) {
    const int left = deadline.milliseconds_left();
    engine_->progress(-1, left);  // even if 0: it handles what is there
    if (left == 0) return look();
  }
  return true;
}

bool Begun::wait_readable(int fd) {
  checked([fd] { return ::fcntl(fd, F_GETFD); }, "wait_readable({})", fd);
  while (!look() && !job_->has_failed()) {
    if (engine_->progress(fd)) return true;
  }
  return false;
}

void Begun::cancel() {
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
  const Kept<Engine> engine = engine_;  // for the reason given at `open`
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
