// --record FILE: what happens in a tree of processes, page by page, to be
// replayed.
#pragma once

#include "cowtop/command.h"
#include "cowtop/flags.h"

namespace cowtop {

/// Records the command, or the processes `flags.pids`, until they have ended or
/// a signal has come. Then writes the recording into `file`, which was opened
/// before. Returns the exit status for the case without a command.
int run_record(const Command* command, const Flags& flags, int file);

}  // namespace cowtop
