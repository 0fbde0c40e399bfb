#include "cow/lesson/lesson.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <numeric>
#include <set>
#include <system_error>

#include "cow/lesson/table.h"
#include "cow/memory/environment.h"
#include "cow/os/descriptor.h"

namespace cow {
namespace {

Process read_or_throw(pid_t pid) {
  Reading<Process> process = read_process(pid);
  if (!process) {
    throw NotPossible("a process cannot be measured: " + process.reason());
  }
  return *process;
}

}  // namespace

Lesson::Lesson(const About& about, const Flags& flags)
    : result_{.about = about,
              .flags = flags,
              .chunk_size = static_cast<int>(
                  default_chunk_size(flags.items, flags.workers)),
              .environment = read_environment(),
              .moments = {},
              .claims = {}} {}

std::vector<int> Lesson::items() const {
  std::vector<int> items(static_cast<std::size_t>(result_.flags.items));
  std::iota(items.begin(), items.end(), 0);
  return items;
}

Symbols Lesson::symbols() const {
  const std::int64_t items = result_.flags.items;
  const std::int64_t chunk = result_.chunk_size;
  return {.D = {"D", data()},
          .N = {"N", std::int64_t{workers()}},
          .n = {"n", items},
          .T = {"T", (items + chunk - 1) / chunk}};
}

void Lesson::needs(Bytes peak) const {
  const Reading<Bytes>& available = result_.environment.available;
  if (!available) {
    throw NotPossible("the available memory cannot be read: " +
                      available.reason());
  }
  if (peak > *available) {
    throw NotPossible(fmt::format(
        "this needs about {} of memory, and {} are available; choose a smaller "
        "--data or fewer --workers",
        to_string(peak), to_string(*available)));
  }
}

Moment Lesson::hold(PendingWork& work) {
  const auto expected = static_cast<std::size_t>(
      std::min<std::int64_t>(workers(), work.batches()));
  std::set<pid_t> arrived;
  while (arrived.size() < expected &&
         work.wait_readable(rendezvous_.descriptor())) {
    for (const pid_t pid : rendezvous_.take_arrivals()) arrived.insert(pid);
  }
  Moment moment;
  if (work.failed()) return moment;  // `observe` reports it
  if (arrived.size() < expected) {
    throw std::logic_error(
        "the map ended before every worker had stopped: its task must call "
        "wait_to_be_measured()");
  }
  for (const pid_t pid : arrived) moment.workers.push_back(read_or_throw(pid));
  moment.parent = read_or_throw(::getpid());
  return moment;
}

Moment Lesson::observe(std::string_view name, Pending<double> squares) {
  Moment moment = hold(squares);
  rendezvous_.open();
  squares.wait();
  rendezvous_.close();
  const std::vector<double> results = squares.get();
  moment.name = name;
  moment.batches = squares.transfer().batches;
  moment.to_workers = squares.transfer().to_workers;
  moment.from_workers = squares.transfer().from_workers;
  moment.seconds = squares.elapsed().count();
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto item = static_cast<double>(i);
    if (results[i] == item * item) ++moment.right_results;
  }
  if (name == kOverNothing) nothing_ = std::make_shared<const Moment>(moment);
  moment.nothing = nothing_;
  result_.moments.push_back(moment);
  return moment;
}

int Lesson::verdict() const {
  if (!result_.flags.json.empty() && result_.flags.json != "-") {
    write_file(result_.flags.json, to_json(result_));
  }
  const std::string report = result_.flags.json == "-"
                                 ? to_json(result_)
                                 : to_text(result_, wants_color());
  write_fully(STDOUT_FILENO, report.data(), report.size());
  return result_.holds() ? kEveryClaimHolds : kAClaimFails;
}

}  // namespace cow
