// The life of a worker process. It reads a batch, runs it and replies, again
// and again, until it is shut down or the pool has closed its pipe.
#pragma once

#include <sys/types.h>

#include "cow/pool/frame.h"
#include "cow/pool/offers.h"
#include "cow/task/call.h"

namespace cow {

/// First makes the call `initializer`, if there is one. Then serves batches
/// from the descriptor `tasks` and replies on `results`, until a stop frame or
/// the end of input. Returns the worker's exit code. Does not throw: an
/// exception in a task becomes a reply.
int serve(int tasks, int results, Offers& offers, const Call& initializer);

/// Each process that the pool starts calls this first: a worker or the fork
/// server. From now on this process ends when `parent` ends, for any reason. It
/// reads nothing from standard input, and ignores Ctrl-C, which the terminal
/// sends to all its processes: both are left to the parent. Returns false if
/// `parent` has already ended. (A worker of a fork server inherits the last two
/// settings, and calls `die_with_parent` itself.)
bool set_up_pool_process(pid_t parent);

/// Makes the call that is in a file as a frame. False if the file is empty.
/// Throws what the call throws.
bool make_call_in(int file);

/// Exit codes of a worker other than 0: the step that went wrong.
inline constexpr int kInitializerFailed = 71;
inline constexpr int kBrokenPipe = 72;

}  // namespace cow
