// The life of a worker process: read a batch, run it, reply, until it is shut
// down or the pool has closed its pipe.
#pragma once

#include <sys/types.h>

#include "cow/pool/call.h"
#include "cow/pool/frame.h"
#include "cow/pool/offers.h"

namespace cow {

/// First makes the call `initializer`, if there is one. Then serves batches
/// from the descriptor `tasks` and replies on `results`, until a stop frame or
/// the end of input. Returns the worker's exit code. Never throws: what a task
/// throws becomes a reply.
int serve(int tasks, int results, Offers& offers, const Call& initializer);

/// To be called first in each process that the pool itself starts: a worker or
/// the fork server. From now on this process ends when `parent` does, in
/// whatever way. Standard input is left to the parent, and so is Ctrl-C, which
/// reaches every process of the terminal. False if `parent` has ended already.
/// (A worker of the fork server inherits all but the first, for which it calls
/// `end_with`.)
bool set_up_pool_process(pid_t parent);

/// Makes the call that a file holds as a frame. False if it holds none; throws
/// what the call throws.
bool make_call_in(int file);

/// Exit codes of a worker beside 0: the step that went wrong.
inline constexpr int kInitializerFailed = 71;
inline constexpr int kBrokenPipe = 72;

}  // namespace cow
