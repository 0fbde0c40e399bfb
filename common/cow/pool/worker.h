// The life of a worker process: read a batch, run it, reply, until it is shut
// down or the pool has closed its pipe.
#pragma once

#include <sys/types.h>

#include "cow/pool/call.h"
#include "cow/pool/frame.h"
#include "cow/pool/offers.h"

namespace cow {

/// Serves batches from the descriptor `tasks` and replies on `results` until a
/// stop frame or the end of input. Makes the call `initializer`, if there is
/// one, first. Returns the worker's exit code. Never throws: what a task throws
/// becomes a reply.
int serve(int tasks, int results, Offers& offers, const Call& initializer);

/// The beginning of each process that the pool starts, `parent` or its fork
/// server. It ends when `parent` does, in whatever way; Ctrl-C, which reaches
/// every process of the terminal, is the parent's to deal with, and so is
/// standard input. False if `parent` has ended already.
bool leave_terminal_to(pid_t parent);

/// Makes the call that lies in a file as a frame. False if there is none;
/// throws what the call throws.
bool make_call_in(int file);

/// Exit codes of a worker beside 0: the step that went wrong.
inline constexpr int kInitializerFailed = 71;
inline constexpr int kBrokenPipe = 72;

}  // namespace cow
