#include "cowtop/run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "cow/faults/writers.h"
#include "cow/lesson/flags.h"
#include "cow/memory/process_list.h"
#include "cow/os/descriptor.h"
#include "cow/os/error.h"
#include "cow/report/table.h"
#include "cowtop/cells.h"
#include "cowtop/command.h"
#include "cowtop/flags.h"
#include "cowtop/live.h"
#include "cowtop/looks.h"
#include "cowtop/mappings_report.h"
#include "cowtop/pages_report.h"
#include "cowtop/ramp.h"
#include "cowtop/record.h"
#include "cowtop/report.h"
#include "cowtop/say.h"
#include "cowtop/screen.h"
#include "cowtop/signals.h"
#include "cowtop/tree.h"
#include "cowtop/watch.h"
#include "cowtop/writers_report.h"

namespace cowtop {
namespace {

using cow::BadUsage;
using std::chrono::milliseconds;

// The FILE of --csv that means standard output.
constexpr std::string_view kStandardOutput = "-";

void print(const std::string& text) {
  cow::write_fully(STDOUT_FILENO, text.data(), text.size());
}

// A terminal gets the screen; a file or a pipe gets tables.
bool wants_screen(const Flags& flags) {
  return flags.mode == Mode::kLive && ::isatty(STDOUT_FILENO) == 1;
}

// Where the command's output goes. Only cowtop's own output goes to its
// standard output.
Output output_of(const Flags& flags) {
  if (wants_screen(flags)) return Output::kKept;
  const bool to_file =
      (flags.mode == Mode::kCsv && flags.csv != kStandardOutput) ||
      (flags.mode == Mode::kRecord && flags.record != kStandardOutput);
  return to_file ? Output::kInherited : Output::kToErrors;
}

// Waits. Returns whether the command has ended or a signal has come.
bool wait_for(const Command* command, const Signals* signals, int time) {
  if (command != nullptr) return command->wait_for(time);
  pollfd polled{.fd = signals == nullptr ? -1 : signals->descriptor(),
                .events = POLLIN,
                .revents = 0};
  return ::poll(&polled, 1, time) > 0;
}

// Looks until what is watched has ended, or a signal has come. Calls `use` with
// each look except the last, which finds no process and is returned. The first
// look is returned at once if nothing can be read and there is no command:
// there would never be a figure.
template <typename Use>
Sample look_to_the_end(Watch& watch, const Command* command, const Flags& flags,
                       Use use, const Signals* signals = nullptr) {
  Ramp ramp(flags.interval);
  for (bool first = true;; first = false) {
    if (command != nullptr) {
      command->reap_orphans();
      watch.set_interval(ramp.next());
    }
    Sample sample = watch.look();
    if (watch.ended()) return sample;
    if (first && command == nullptr && in_vain(sample)) return sample;
    use(sample);
    const int wait = static_cast<int>(sample.until_next.count());
    if (wait_for(command, signals, wait)) return sample;
  }
}

// The exit status. If there were no figures, says why.
int conclude(const Looks& looks, const Command* command, const Sample& last) {
  if (looks.largest()) return kDone;
  return say(kNothingRead, command != nullptr ? looks.why_none("the command")
                                              : reasons(last));
}

int run_tables(Watch& watch, const Command* command, const Flags& flags) {
  Looks looks;
  bool first = true;
  const Sample last =
      look_to_the_end(watch, command, flags, [&](const Sample& sample) {
        looks.add(sample);
        // No table for a command before its first figures.
        if (!looks.largest() && command != nullptr) return;
        if (!first) print("\n");
        first = false;
        print(to_table(sample));
      });
  return conclude(looks, command, last);
}

// A worker that was asked for, or else what has copied most.
Why why_of(const Sample& sample, const std::vector<pid_t>& asked) {
  if (asked.size() == 1) {
    const auto kin = kin_of(asked[0], cow::list_processes());
    if (kin && kin->is_worker()) return explain(kin);
  }
  return explain(sample.copier);
}

// One look at what is there now; for a command, the look with the highest ΣPSS.
int run_one(Watch& watch, const Command* command, const Flags& flags) {
  Looks looks;
  Sample last;
  const auto add = [&](const Sample& sample) {
    looks.add(sample, [&](Sample& largest) {
      if (flags.why) largest.why = why_of(largest, flags.pids);
    });
  };
  if (command == nullptr) {
    last = watch.look();
    add(last);
  } else {
    last = look_to_the_end(watch, command, flags, add);
  }
  if (const auto look = looks.reported()) {
    print(flags.json ? to_json(*look) : to_table(*look, columns_of_output()));
  }
  return conclude(looks, command, last);
}

// Empties the file only when there is a line to write, so that a mistyped PID
// does not destroy the last result.
void begin_csv(const Flags& flags, int file) {
  struct stat status {};
  const bool regular = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode);
  if (flags.csv != kStandardOutput && regular) {
    cow::checked([&] { return ::ftruncate(file, 0); }, "ftruncate({})",
                 flags.csv);
  }
  const std::string header = csv_header();
  cow::write_fully(file, header.data(), header.size());
}

int run_csv(Watch& watch, const Command* command, const Flags& flags,
            int file) {
  // Who watches until Ctrl-C wants the summary, too. A command gets the
  // signals.
  std::optional<Signals> signals;
  if (command == nullptr) signals.emplace({SIGINT, SIGTERM, SIGHUP});
  bool begun = false;
  bool slow = false;
  Looks looks;
  const auto use = [&](const Sample& sample) {
    if (sample.rows.empty()) return;
    if (!begun) begin_csv(flags, file);
    begun = true;
    const std::string lines = to_csv(sample);
    cow::write_fully(file, lines.data(), lines.size());
    looks.add(sample);
    // The note on it, which comes last, would be in no line.
    if (sample.until_next > flags.interval && !std::exchange(slow, true)) {
      say(kDone, sample.notes.back());
    }
  };
  const Sample last = look_to_the_end(watch, command, flags, use,
                                      signals ? &*signals : nullptr);
  // Standard error may be closed or full: the CSV is written all the same.
  if (begun) std::fputs(to_summary(looks).c_str(), stderr);
  const int signal = signals ? signals->next() : 0;
  signals.reset();
  if (signal != 0) end_by(signal);
  return conclude(looks, command, last);
}

// Called before the command is started, so that it does not run for nothing.
cow::Descriptor open_file(const char* flag, const std::string& path) {
  cow::Descriptor file(cow::retried([&] {
    if (path == kStandardOutput) {
      return ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    }
    // Does not wait for the reader of a FIFO.
    return ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK,
                  0666);
  }));
  if (!file) {
    throw BadUsage(
        fmt::format("{} {}: expected a file that can be written{}", flag, path,
                    errno == ENXIO ? ", or a FIFO that somebody reads" : ""));
  }
  if (path != kStandardOutput) ::fcntl(file.get(), F_SETFL, 0);
  return file;
}

// Removes a file that was not there before, if nothing was written to it.
class NewFile {
 public:
  explicit NewFile(std::string path)
      : path_(std::move(path)), is_new_(::access(path_.c_str(), F_OK) != 0) {}
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    struct stat status {};
    if (is_new_ && ::stat(path_.c_str(), &status) == 0 &&
        S_ISREG(status.st_mode) && status.st_size == 0) {
      ::unlink(path_.c_str());
    }
  }

 private:
  std::string path_;
  bool is_new_;
};

using Recording = std::unique_ptr<cow::WriterRecording>;

// For --writers; to be called before the command is started. None if perf
// events are not allowed: it says so, and the other figures are reported.
Recording begin_recording(const Flags& flags) {
  if (flags.mode != Mode::kWriters) return nullptr;
  auto recording = !flags.pids.empty()
                       ? cow::WriterRecording::of_tree(flags.pids[0])
                       : cow::WriterRecording::of_next_command();
  if (recording) return *std::move(recording);
  say(kNothingRead, recording.reason());
  return nullptr;
}

// Without a command, until the process has ended or at Ctrl-C.
int run_writers(cow::WriterRecording& recording, const Command* command,
                const Flags& flags) {
  if (command != nullptr) {
    recording.record_until({command->descriptor()});
  } else {
    const Signals signals{SIGINT, SIGTERM};
    const cow::Descriptor process = cow::open_pidfd(flags.pids[0]);
    recording.record_until({process.get(), signals.descriptor()});
    signals.next();  // otherwise it would act now
  }
  const cow::WritersFound found = recording.found();
  print(flags.json ? to_json(found) : to_table(found));
  return kDone;
}

// Returns the exit status for the case without a command.
int watch_with(Command* command, const Flags& flags, int file,
               const std::function<void(Sample&)>& seen,
               const Recording& recording) {
  if (recording) return run_writers(*recording, command, flags);
  if (flags.mode == Mode::kRecord) return run_record(command, flags, file);
  WatchOptions options;
  options.interval = flags.interval;
  options.budget = flags.budget;
  options.name = flags.name;
  options.user = flags.user;
  options.seen = seen;
  options.once = command == nullptr &&
                 (flags.mode == Mode::kOnce || flags.mode == Mode::kJson);
  if (command != nullptr) options.adopter = ::getpid();
  Watch watch(command != nullptr ? std::vector{command->pid()} : flags.pids,
              options);
  if (wants_screen(flags)) return run_live(watch, command, flags);
  if (flags.mode == Mode::kCsv) return run_csv(watch, command, flags, file);
  if (flags.mode == Mode::kLive) return run_tables(watch, command, flags);
  return run_one(watch, command, flags);
}

// The living processes that the command has left to us, and their descendants.
std::vector<pid_t> orphans() {
  const Processes all = cow::list_processes();
  // With zombies: a daemon forks twice, and the first child ends.
  std::set<cow::ProcessId> children;
  for (const cow::ListedProcess& process : all) {
    if (process.parent == ::getpid()) children.insert(process.id);
  }
  std::vector<pid_t> left;
  for (const Node& node : follow(all, children)) {
    if (!node.process.zombie()) left.push_back(node.process.id.pid);
  }
  return left;
}

// Reaps a child that has ended. False if there is none.
bool reap_one() {
  siginfo_t ended{};
  return ::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG) == 0 &&
         ended.si_pid != 0;
}

// A command that has become a daemon has ended, but its work goes on.
void tell_of_orphans() {
  std::vector<pid_t> left;
  // A fork server, and what it has started, end a moment after their program.
  for (int tries = 15; tries > 0; --tries) {
    left = orphans();
    // The list is not of one moment: a daemon may have been forked after the
    // list was begun, by a process that had ended when it was read.
    while (left.empty() && reap_one()) left = orphans();
    if (left.empty()) return;
    nap(milliseconds(20));
  }
  say(kDone,
      fmt::format("the command has ended and left {} behind, which may "
                  "have started more: see cowtop {}",
                  left.size() == 1 ? "a process"
                                   : fmt::format("{} processes", left.size()),
                  left[0]));
}

// Prints what was kept while there was a screen. Otherwise it would be lost.
void print_rest(Command& command) {
  try {
    command.replay_to_the_end();
  } catch (const std::exception& error) {
    say(kNothingRead, error.what());
  }
}

int watch_all(const Flags& flags, const std::function<void(Sample&)>& seen) {
  if (wants_screen(flags)) {
    if (const auto reason = why_no_screen()) return say(kNothingRead, *reason);
  }
  const NewFile new_file(flags.record);
  cow::Descriptor file;
  if (flags.mode == Mode::kCsv) file = open_file("--csv", flags.csv);
  if (flags.mode == Mode::kRecord) file = open_file("--record", flags.record);
  const Recording recording = begin_recording(flags);
  std::unique_ptr<Command> command;
  if (!flags.command.empty()) {
    command = std::make_unique<Command>(flags.command, output_of(flags));
  }
  if (!command) return watch_with(nullptr, flags, file.get(), seen, recording);
  if (command->error() != 0) {
    return say(command->wait(), fmt::format("{}: {}", flags.command[0],
                                            std::strerror(command->error())));
  }
  try {
    watch_with(command.get(), flags, file.get(), seen, recording);
  } catch (const std::exception& error) {
    // Says it now, because the command may run for hours. The exit status is
    // still the command's.
    say(kNothingRead, error.what());
    print_rest(*command);
  }
  const int status = command->wait();
  tell_of_orphans();
  return status;
}

// Checks and sorts each look. Under the screen what there is to say waits until
// that is closed, and a key changes the order.
int run_watch(const Flags& flags) {
  const bool screen = wants_screen(flags);
  Limits limits(flags.limits);
  std::vector<std::string> later;
  const int status = watch_all(flags, [&](Sample& sample) {
    for (const std::string& sentence : limits.check(sample)) {
      if (screen) {
        later.push_back(sentence);
      } else {
        say(kExceeded, sentence);
      }
    }
    if (!screen) sort_rows(sample, flags.order);
  });
  for (const std::string& sentence : later) say(kExceeded, sentence);
  return limits.exceeded() && status == kDone ? kExceeded : status;
}

int run_mappings(const Flags& flags) {
  const auto mappings = read_named_mappings(flags.pid);
  if (!mappings) return say(kNothingRead, mappings.reason());
  print(flags.json ? to_json(flags.pid, *mappings) : to_table(*mappings));
  return kDone;
}

int run_pages(const Flags& flags) {
  const auto report =
      report_pages(flags.pid, flags.pages, flags.json, cow::wants_color());
  if (!report) return say(kNothingRead, report.reason());
  print(*report);
  return kDone;
}

int run_mode(const Flags& flags) {
  switch (flags.mode) {
    case Mode::kHelp:
      print(help_text());
      return kDone;
    case Mode::kVersion:
      print("cowtop " COWTOP_VERSION "\n");
      return kDone;
    case Mode::kMappings:
      return run_mappings(flags);
    case Mode::kPages:
      return run_pages(flags);
    default:
      return run_watch(flags);
  }
}

}  // namespace

int run(const std::vector<std::string>& arguments) {
  try {
    std::setlocale(LC_CTYPE, "");
    // Otherwise the first opened file would become standard output.
    if (::fcntl(STDOUT_FILENO, F_GETFD) == -1) {
      throw BadUsage(
          "standard output is closed; give the report a terminal, a file or a "
          "pipe to go to");
    }
    // The same of standard error, but the report does not need that.
    if (::fcntl(STDERR_FILENO, F_GETFD) == -1) {
      const cow::Descriptor nothing = cow::above_standard(
          cow::Descriptor(::open("/dev/null", O_WRONLY | O_CLOEXEC)));
      if (nothing) ::dup2(nothing.get(), STDERR_FILENO);
    }
    return run_mode(parse_flags(arguments));
  } catch (const BadUsage& error) {
    return say(kBadUsage, error.what());
  } catch (const std::exception& error) {
    return say(kNothingRead, error.what());
  }
}

}  // namespace cowtop
