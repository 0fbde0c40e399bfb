// The live screen. It looks again and again, shows what it sees, and follows
// the keys, until something ends it.
//
// There is one thread and one poll(2). It waits for the terminal, the signals,
// the end of what is watched, and the time of the next look. Between two looks
// it sleeps.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cow/os/reading.h"
#include "cowtop/looks.h"
#include "cowtop/mappings_report.h"
#include "cowtop/sample.h"
#include "cowtop/view.h"

namespace cowtop {

/// What the screen shows, and the functions that it calls.
struct Live {
  std::string title;  ///< what is watched
  std::function<Sample()> look;
  std::function<cow::Reading<std::vector<NamedMappings>>(pid_t)> mappings;
  /// What the process has changed in the pages that it has copied, one
  /// paragraph each.
  std::function<std::vector<std::string>(pid_t)> why;
  /// Starts anew: every process counts as first seen at the next look.
  std::function<void()> forget;
  Order order = Order::kTree;  ///< of the table, at first
  /// How often to look, and what to call when a key changes that. But the time
  /// of the next look is the one that Sample gives.
  std::chrono::milliseconds interval{1000};
  std::function<void(std::chrono::milliseconds)> set_interval;
  /// A descriptor that becomes readable when the screen has to close, because
  /// COMMAND has ended; -1 if there is no COMMAND.
  int ended = -1;
  /// Called after each look: whether there is nothing left to watch.
  std::function<bool()> over;
  /// The last lines of COMMAND's output; empty without a COMMAND.
  std::function<std::vector<std::string>(std::size_t)> last_output;
};

/// Why the screen was closed.
struct Ending {
  enum class Why {
    kQuit,    ///< the user has quit
    kEnded,   ///< what was watched has ended
    kSignal,  ///< `signal` has come: SIGINT, SIGTERM, SIGHUP or SIGQUIT
  };
  Why why = Why::kQuit;
  int signal = 0;
  /// What to print at the end.
  Looks looks;
};

/// Why there can be no screen here, in a sentence that says what to do instead.
/// There is no terminal, the terminal is too simple, or cowtop was built
/// without curses. None if there can be one.
std::optional<std::string> why_no_screen();

/// Shows the screen until something ends it. After that the terminal is as it
/// was before, even if a function of `live` throws. Throws std::runtime_error
/// with the sentence of `why_no_screen`.
Ending show_live(const Live& live);

}  // namespace cowtop
