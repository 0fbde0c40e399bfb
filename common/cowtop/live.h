// Runs the live screen for a watch, from its beginning to what is printed after
// it.
#pragma once

#include "cowtop/command.h"
#include "cowtop/flags.h"
#include "cowtop/watch.h"

namespace cowtop {

/// Shows the screen until the user quits or the watched processes have ended.
/// There must be a screen: why_no_screen. Then prints what `command` has
/// printed meanwhile, and the look at which the machine paid most. `command`
/// may be null. After a quit, `command` goes on, and so does its output.
/// Returns the exit status for the case without a command. A signal that ends
/// the screen ends this process.
int run_live(Watch& watch, Command* command, const Flags& flags);

}  // namespace cowtop
