// The life of a worker process: read a batch, run it, reply, until told to end.
#pragma once

#include <functional>

namespace cow {

/// Serves batches from the descriptor `tasks` and replies on `results` until a
/// stop frame or the end of input. Runs `initializer`, if there is one, first.
/// Returns the worker's exit code. Never throws: what a task throws becomes a
/// reply.
int serve(int tasks, int results, const std::function<void()>& initializer);

/// Exit codes of a worker beside 0: the step that went wrong.
inline constexpr int kInitializerFailed = 71;
inline constexpr int kBrokenPipe = 72;

}  // namespace cow
