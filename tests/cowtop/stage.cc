// A program for the tests of the screen: the live screen over figures that are
// made up, so that a test knows every one of them.
//
//   cowtop_stage [--rows N] [--interval MS] [--throws N] [--over N]
//                [--watches PID]
//
// --throws N   look number N throws
// --over N     after look number N there is nothing more to watch
// --watches    ends when that process does
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>

#include "cow/os/bytes.h"
#include "cow/os/child.h"
#include "cowtop/screen.h"
#include "cowtop/signals.h"

namespace {

using cow::Bytes;
using cow::literals::operator""_KiB;
using cow::literals::operator""_MiB;
using std::chrono::milliseconds;

struct Flags {
  int rows = 5;
  int throws = 0;
  int over = 0;
  int watches = 0;
  int interval = 50;
};

Flags parse(int argc, char** argv) {
  Flags flags;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    const int value = std::stoi(argv[i + 1]);
    if (flag == "--rows") flags.rows = value;
    if (flag == "--throws") flags.throws = value;
    if (flag == "--over") flags.over = value;
    if (flag == "--watches") flags.watches = value;
    if (flag == "--interval") flags.interval = value;
  }
  return flags;
}

cowtop::Row make_row(int i) {
  cowtop::Row row;
  row.pid = 1000 + i;
  row.parent = i == 0 ? 1 : 1000;
  row.depth = i == 0 ? 0 : 1;
  row.command =
      i == 0 ? "python3 job.py" : fmt::format("worker {} of job.py", i);
  if (i == 3) {
    row.usage = cow::Absent{"permission denied"};
    return row;
  }
  cow::Usage usage;
  usage.rss = 68_MiB + Bytes(i) * 1024;
  usage.pss = 14_MiB + Bytes(i * 7 % 5) * 1024;
  usage.private_dirty = 80_KiB + Bytes(i * 3 % 7) * 4096;
  row.usage = usage;
  row.became_private = Bytes(i) * 4096;
  return row;
}

class Stage {
 public:
  explicit Stage(Flags flags) : flags_(flags), interval_(flags.interval) {}

  cowtop::Sample look() {
    if (++looks_ == flags_.throws) throw std::runtime_error("made to fail");
    cowtop::Sample sample;
    sample.at = std::chrono::system_clock::now();
    sample.until_next = interval_;
    for (int i = 0; i < flags_.rows; ++i) sample.rows.push_back(make_row(i));
    for (const cowtop::Row& row : sample.rows) {
      if (!row.usage) continue;
      sample.totals.rss += row.usage->rss;
      sample.totals.pss += row.usage->pss;
      sample.totals.uss += row.usage->uss();
    }
    sample.diagnosis = {
        .kind = cowtop::Kind::kShared,
        .sentence =
            "About 64.0 MiB is shared by all processes; copy-on-write "
            "works.",
        .evidence = {"a worker has 80 KiB of its own", "Σ PSS is 64.3 MiB"}};
    sample.notes = {fmt::format("look {}, forgotten {}", looks_, forgotten_)};
    return sample;
  }

  static cow::Reading<std::vector<cowtop::NamedMappings>> mappings(pid_t pid) {
    if (pid == 1003) return cow::Absent{"permission denied"};
    std::vector<cowtop::NamedMappings> mappings(40);
    for (int i = 0; i < 40; ++i) {
      cowtop::NamedMappings& sum = mappings[static_cast<std::size_t>(i)];
      sum.name = fmt::format("/lib/lib{}.so", 39 - i);
      sum.count = 1;
      sum.usage.rss = 1_MiB;
      sum.usage.private_dirty = Bytes(39 - i) * 4096;
    }
    return mappings;
  }

  int run() {
    cow::Descriptor watched;
    if (flags_.watches != 0) watched = cow::open_pidfd(flags_.watches);
    const cowtop::Ending ending = cowtop::show_live(
        {.title = "stage",
         .look = [&] { return look(); },
         .mappings = mappings,
         .why =
             [&](pid_t pid) {
               return std::vector{fmt::format("asked {} of {}", ++asked_, pid)};
             },
         .forget = [&] { ++forgotten_; },
         .interval = interval_,
         .set_interval = [&](milliseconds interval) { interval_ = interval; },
         .ended = watched.get(),
         .over = [&] { return looks_ == flags_.over; },
         .last_output = {}});
    if (ending.why == cowtop::Ending::Why::kSignal) {
      cowtop::end_by(ending.signal);
    }
    fmt::print("{}\n", ending.why == cowtop::Ending::Why::kQuit
                           ? "a person has quit"
                           : "the process has ended");
    return 0;
  }

 private:
  Flags flags_;
  milliseconds interval_;
  int looks_ = 0;
  int forgotten_ = 0;
  int asked_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  try {
    if (const auto reason = cowtop::why_no_screen()) {
      fmt::print(stderr, "cowtop: {}\n", *reason);
      return 1;
    }
    return Stage(parse(argc, argv)).run();
  } catch (const std::exception& error) {
    fmt::print(stderr, "cowtop: {}\n", error.what());
    return 1;
  }
}
