#include "cowtop/live.h"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "cow/os/descriptor.h"
#include "cowtop/cells.h"
#include "cowtop/clock.h"
#include "cowtop/looks.h"
#include "cowtop/mappings_report.h"
#include "cowtop/ramp.h"
#include "cowtop/report.h"
#include "cowtop/run.h"
#include "cowtop/say.h"
#include "cowtop/screen.h"
#include "cowtop/signals.h"

namespace cowtop {
namespace {

using std::chrono::milliseconds;

std::string title_of(const Flags& flags) {
  if (!flags.command.empty()) {
    // Without the program's folder, which takes much room and says little.
    std::vector<std::string> words = flags.command;
    words[0] = std::filesystem::path(words[0]).filename();
    return fmt::format("{}", fmt::join(words, " "));
  }
  if (!flags.name.empty()) return "processes with " + flags.name;
  if (flags.user) return fmt::format("processes of user {}", *flags.user);
  if (flags.pids.empty()) return "your processes that share memory";
  return fmt::format("process{} {}", flags.pids.size() == 1 ? "" : "es",
                     fmt::join(flags.pids, ", "));
}

Ending show(Watch& watch, const Command* command, const Flags& flags) {
  Ramp ramp(flags.interval);
  Live live;
  live.title = title_of(flags);
  live.look = [&] {
    if (command != nullptr) {
      command->reap_orphans();
      watch.set_interval(ramp.next());
    }
    return watch.look();
  };
  live.mappings = read_named_mappings;
  live.why = [](pid_t pid) {
    const Why why = explain(kin_of(pid, cow::list_processes()));
    std::vector<std::string> lines = evidence_of(why);
    lines.insert(lines.begin(), sentence_of(why));
    return lines;
  };
  live.forget = [&] { watch.start_anew(); };
  live.interval = flags.interval;
  live.order = flags.order;
  live.set_interval = [&](milliseconds interval) {
    ramp.set_interval(interval);
    watch.set_interval(interval);
  };
  live.over = [&] { return watch.ended(); };
  if (command != nullptr) {
    live.ended = command->descriptor();
    live.last_output = [&](std::size_t most) { return command->tail(most); };
  }
  return show_live(live);
}

void print_largest(const Sample& sample, const Flags& flags) {
  const std::string subject =
      flags.command.empty() ? title_of(flags) : flags.command.front();
  const std::string text = fmt::format(
      "cowtop: {} has ended; the machine paid most at {}:\n\n{}", subject,
      clock(sample.at), to_table(sample, columns_of_output()));
  cow::write_fully(STDOUT_FILENO, text.data(), text.size());
}

}  // namespace

int run_live(Watch& watch, Command* command, const Flags& flags) {
  if (command == nullptr) {
    // A first look without a screen. If nothing is alive, the screen would be
    // gone before its reason was read. If nothing may be read, it would never
    // show a figure.
    const Sample first = watch.look();
    if (watch.ended() || in_vain(first)) {
      return say(kNothingRead, reasons(first));
    }
  }
  const Ending ending = show(watch, command, flags);
  if (ending.why == Ending::Why::kSignal) {
    // After a hang-up there is no terminal to print it to.
    if (command != nullptr && ending.signal != SIGHUP) command->replay();
    end_by(ending.signal);
  }
  if (command != nullptr) command->replay_to_the_end();
  if (ending.why == Ending::Why::kQuit) return kDone;
  if (!ending.looks.largest()) {
    return say(kNothingRead,
               ending.looks.why_none(command != nullptr ? "the command"
                                                        : title_of(flags)));
  }
  print_largest(*ending.looks.reported(), flags);
  return kDone;
}

}  // namespace cowtop
