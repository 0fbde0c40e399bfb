#include "cow/record/recorder.h"

#include <algorithm>
#include <csignal>
#include <ctime>
#include <thread>
#include <utility>

namespace cow {
namespace {

using Microseconds = std::chrono::microseconds;

// What this process has used of a processor. On a busy machine much more time
// passes, in which others run.
Microseconds processor_time() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return std::chrono::duration_cast<Microseconds>(
      std::chrono::seconds(used.tv_sec) +
      std::chrono::nanoseconds(used.tv_nsec));
}

// From one look to the next, so many pages should change.
constexpr std::size_t kFewChanges = 128;
constexpr std::size_t kManyChanges = 1024;
constexpr Microseconds kShortest{300};

// Stops processes, and lets them go on at its end.
class Stopped {
 public:
  explicit Stopped(std::set<ProcessId>& seen) {
    constexpr int kMostTries = 200;
    for (int tries = 0; tries < kMostTries; ++tries) {
      // A list is not of one moment. A process that was running may have
      // started another one, which is in the next list only.
      const std::size_t before = processes_.size();
      processes_ = living_of(seen);
      all_ = true;
      for (const ListedProcess& process : processes_) {
        if (process.state == 'T' || process.state == 't') continue;
        all_ = false;
        if (stopped_.insert(process.id.pid).second) {
          ::kill(process.id.pid, SIGSTOP);
        }
      }
      all_ = all_ && processes_.size() == before;
      if (all_) return;
      std::this_thread::sleep_for(Microseconds(100));
    }
  }
  Stopped(const Stopped&) = delete;
  Stopped& operator=(const Stopped&) = delete;
  ~Stopped() {
    for (const pid_t pid : stopped_) ::kill(pid, SIGCONT);
  }

  const std::vector<ListedProcess>& processes() const { return processes_; }
  /// False if one of them cannot be stopped just now.
  bool all() const { return all_; }

 private:
  std::vector<ListedProcess> processes_;
  std::set<pid_t> stopped_;
  bool all_ = false;
};

// Whether pages of these processes have come or gone.
bool have_changed(const std::vector<ListedProcess>& before,
                  const std::vector<ListedProcess>& now) {
  return !std::equal(before.begin(), before.end(), now.begin(), now.end(),
                     [](const ListedProcess& a, const ListedProcess& b) {
                       return a.id == b.id && a.rss == b.rss &&
                              a.minor_faults == b.minor_faults &&
                              a.major_faults == b.major_faults;
                     });
}

}  // namespace

Recorder::Recorder(std::string program, const std::vector<pid_t>& roots,
                   bool stops, std::chrono::microseconds longest)
    : recording_(std::move(program)), stops_(stops), longest_(longest) {
  for (const ListedProcess& process : list_processes()) {
    if (std::count(roots.begin(), roots.end(), process.id.pid) > 0) {
      roots_.insert(process.id);
    }
  }
  seen_ = roots_;
}

bool Recorder::ended() const {
  return std::none_of(roots_.begin(), roots_.end(),
                      [&](const ProcessId& id) { return seen_.contains(id); });
}

double Recorder::now() const {
  const std::chrono::duration<double> time = Clock::now() - begun_ - stopped_;
  return time.count();
}

void Recorder::look(RecordedLook known) {
  const Clock::time_point before = Clock::now();
  const Microseconds used_before = processor_time();
  known.time = now();
  Tree tree;
  if (stops_) {
    const Stopped stopped(seen_);
    tree = look_at(stopped.processes(), last_, recording_.drawn_now());
    known.running = !stopped.all();
  } else {
    const std::vector<ListedProcess> processes = living_of(seen_);
    tree = look_at(processes, last_);
    known.running = have_changed(processes, living_of(seen_));
  }
  // A lesson has a fifth of the time at least, and other programs are not to
  // be slowed down.
  const auto took =
      std::chrono::duration_cast<Microseconds>(Clock::now() - before);
  const auto shortest = std::max(
      kShortest, stops_ ? took / 4 : 4 * (processor_time() - used_before));
  if (stops_) stopped_ += Clock::now() - before;
  // What cannot be stopped is in the middle of a start or of its end. (A fork
  // begins anew when it is stopped: it gets longer each time.)
  if (stops_ && known.running && !known.is_kept) {
    recording_.see(tree);
    pause_ = std::max(std::min(pause_ * 2, longest_), shortest);
    return;
  }
  if (tree.empty()) return;  // `finish` will say so
  for (const LookedAt& told : known.tree) {
    for (LookedAt& process : tree) {
      if (process.id.pid != told.id.pid) continue;
      process.rss = told.rss;
      process.pss = told.pss;
      process.uss = told.uss;
    }
  }
  known.tree = tree;
  last_ = std::move(tree);
  if (known.is_kept) pause_ = shortest;
  const std::size_t changes = recording_.add(std::move(known));
  if (changes < kFewChanges) pause_ = std::min(pause_ * 2, longest_);
  if (changes > kManyChanges) pause_ = pause_ / 2;
  pause_ = std::max(pause_, shortest);
}

void Recorder::finish() {
  recording_.add({.time = now(),
                  .what = {},
                  .moment = {},
                  .is_kept = true,
                  .messages = {},
                  .tree = {}});
}

}  // namespace cow
