#include "cowtop/record.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "cow/memory/usage.h"
#include "cow/os/descriptor.h"
#include "cow/os/error.h"
#include "cow/record/recorder.h"
#include "cowtop/run.h"
#include "cowtop/say.h"
#include "cowtop/signals.h"

namespace cowtop {
namespace {

// Waits. Returns whether the command has ended or a signal has come.
bool wait_for(const Command* command, const Signals* signals,
              std::chrono::microseconds time) {
  pollfd polled{
      .fd = command != nullptr ? command->descriptor() : signals->descriptor(),
      .events = POLLIN,
      .revents = 0};
  const std::chrono::nanoseconds all = time;
  const auto second = std::chrono::nanoseconds(std::chrono::seconds(1));
  const timespec left{.tv_sec = all / second,
                      .tv_nsec = (all % second).count()};
  return ::ppoll(&polled, 1, &left, nullptr) > 0;
}

std::string program_of(const Flags& flags) {
  if (!flags.command.empty()) {
    return fmt::format("{}", fmt::join(flags.command, " "));
  }
  for (const cow::ListedProcess& process : cow::list_processes()) {
    if (process.id.pid == flags.pids.front()) return read_command(process);
  }
  return "";
}

}  // namespace

int run_record(const Command* command, const Flags& flags, int file) {
  // Of processes, Ctrl-C ends the recording. Of a command, it ends the command.
  std::optional<Signals> signals;
  if (command == nullptr) signals.emplace({SIGINT, SIGTERM, SIGHUP});
  const std::vector<pid_t> roots =
      command != nullptr ? std::vector{command->pid()} : flags.pids;
  // A process that lives for less than this may be missed.
  constexpr std::chrono::milliseconds kLongest{50};
  cow::Recorder recorder(program_of(flags), roots, false,
                         std::min(flags.interval, kLongest));
  do {
    if (command != nullptr) command->reap_orphans();
    recorder.look();
    // There would never be anything to record.
    if (command == nullptr && recorder.recording().empty()) break;
  } while (
      !recorder.ended() &&
      !wait_for(command, signals ? &*signals : nullptr, recorder.until_next()));
  if (recorder.recording().empty()) {
    const auto usage = cow::read_usage(roots.front());
    return say(kNothingRead, usage ? "nothing could be read" : usage.reason());
  }
  recorder.look();
  if (recorder.all_ended()) recorder.finish();
  cow::replace_content(file, recorder.recording().to_json(""));
  return kDone;
}

}  // namespace cowtop
