// What a worker leaves behind when it dies: the batches that it was given.
#pragma once

#include <sys/types.h>

#include <deque>
#include <string>

#include "cow/os/child.h"
#include "cow/pool/on_death.h"
#include "cow/pool/worker_link.h"

namespace cow {

/// How a worker has ended.
struct Death {
  pid_t pid = 0;
  ExitStatus status = {};
  /// It was killed for it.
  bool sent_nonsense = false;
};

/// Takes the batches of a worker that has died. One that it had begun fails as
/// WorkerDied, or is run once more; so does one that several workers have died
/// with before they began any. Returns those that are to be run by others, in
/// their order.
std::deque<Assignment> settle(WorkerLink& worker, const Death& death,
                              OnDeath on_death);

/// Has all its batches fail as PoolError, with the reason.
void fail_all(WorkerLink& worker, const std::string& reason);
/// Ends a batch that is not wanted: it fails, for nobody to see.
void discard(const Assignment& unwanted);
/// Has one batch fail as PoolError.
void fail(const Assignment& lost, const std::string& reason);

}  // namespace cow
