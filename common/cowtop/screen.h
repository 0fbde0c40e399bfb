// The live screen: looks again and again, shows what it sees, and does what the
// keys say, until it is told to end.
//
// One thread and one poll(2): over the terminal, the signals, the end of what
// is watched, and the time of the next look. Between two looks it sleeps.
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

namespace cowtop {

/// What the screen shows, and whom it asks.
struct Live {
  std::string title;  ///< what is watched
  std::function<Sample()> look;
  std::function<cow::Reading<std::vector<NamedMappings>>(pid_t)> mappings;
  /// From now on every process counts as first seen at the next look.
  std::function<void()> forget;
  /// How often to look, and who has to be told when a key changes it. Sample
  /// says when the next look is really due.
  std::chrono::milliseconds interval{1000};
  std::function<void(std::chrono::milliseconds)> set_interval;
  /// Becomes readable when the screen has to be closed: when COMMAND has ended;
  /// -1 if nothing does that.
  int ended = -1;
  /// Asked after each look: whether there is nothing more to watch.
  std::function<bool()> over;
  /// The last lines of COMMAND's output; empty without a COMMAND.
  std::function<std::vector<std::string>(std::size_t)> last_output;
};

/// Why the screen was closed.
struct Ending {
  enum class Why {
    kQuit,    ///< a person has had enough
    kEnded,   ///< what was watched is gone
    kSignal,  ///< `signal` has come: SIGINT, SIGTERM, SIGHUP or SIGQUIT
  };
  Why why = Why::kQuit;
  int signal = 0;
  /// What is worth being printed when all is over.
  Looks looks;
};

/// Why there can be no screen here, as a sentence that says what to do instead:
/// no terminal, one that is too simple, built without curses. Nothing if there
/// can be one.
std::optional<std::string> why_no_screen();

/// Shows the screen until something ends it. Whatever that is, an exception of
/// `live`'s functions too, the terminal is as it was. Throws
/// std::runtime_error with the sentence of `why_no_screen`.
Ending show_live(const Live& live);

}  // namespace cowtop
