// The screen over a watch: what is done around it.
#pragma once

#include "cowtop/command.h"
#include "cowtop/flags.h"
#include "cowtop/watch.h"

namespace cowtop {

/// Shows the screen (there must be one: why_no_screen) until a person quits or
/// what is watched has ended, and then prints what is worth keeping: what
/// `command` (may be null) has printed meanwhile, and the look at which the
/// machine paid most. When a person quits, the command goes on, and what it
/// prints is printed. Returns the exit status for the case without a command.
/// A signal that ends the screen ends this process.
int run_live(Watch& watch, Command* command, const Flags& flags);

}  // namespace cowtop
