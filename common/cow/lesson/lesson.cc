#include "cow/lesson/lesson.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "cow/lesson/table.h"
#include "cow/memory/environment.h"
#include "cow/os/descriptor.h"

namespace cow {

Lesson::Lesson(const About& about, const Flags& flags)
    : result_{.about = about,
              .flags = flags,
              .chunk_size = about.options.chunk_size != 0
                                ? about.options.chunk_size
                                : static_cast<int>(default_chunk_size(
                                      flags.items, flags.workers)),
              .environment = read_environment(),
              .moments = {},
              .exhibits = {},
              .picture = {},
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
  // Before anybody is waited for: who cannot read this cannot read the rest.
  const auto measured = [](const auto& reading) {
    if (!reading) {
      throw NotPossible("a process cannot be measured: " + reading.reason());
    }
    return *reading;
  };
  measured(read_process(::getpid()));
  const auto expected = static_cast<std::size_t>(
      std::min<std::int64_t>(workers(), work.batches()));
  std::set<pid_t> arrived;
  while (arrived.size() < expected &&
         work.wait_readable(rendezvous_.descriptor())) {
    for (const pid_t pid : rendezvous_.take_arrivals()) arrived.insert(pid);
  }
  if (work.failed()) return {};  // which is reported when the map has ended
  Moment moment = measured(read_moment(::getpid(), arrived));
  if (arrived.size() < expected) {
    throw std::logic_error(
        "the map ended before every worker had stopped: its task must call "
        "wait_to_be_measured()");
  }
  return moment;
}

void Lesson::let_go(PendingWork& work) {
  rendezvous_.open();
  work.wait();
  rendezvous_.close();
  work.wait_for_success();
}

Moment Lesson::observe_any(std::string_view name, PendingWork& work,
                           const Look& look) {
  Moment moment = hold(work);
  moment.name = name;
  if (look && !work.failed()) look(moment);
  let_go(work);
  moment.batches = work.transfer().batches;
  moment.to_workers = work.transfer().to_workers;
  moment.from_workers = work.transfer().from_workers;
  moment.seconds = work.elapsed().count();
  keep(moment);
  return moment;
}

Moment Lesson::observe(std::string_view name,
                       Pending<std::vector<double>> squares, const Look& look) {
  Moment moment = observe_any(name, squares, look);
  const std::vector<double> results = squares.get();
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto item = static_cast<double>(i);
    if (results[i] == item * item) ++moment.right_results;
  }
  result_.moments.pop_back();
  keep(moment);
  return moment;
}

void Lesson::keep(Moment& moment) {
  if (moment.name == kOverNothing) {
    nothing_ = std::make_shared<const Moment>(moment);
  }
  moment.nothing = nothing_;
  result_.moments.push_back(moment);
}

void Lesson::show(std::string title, std::string text) {
  result_.exhibits.push_back({std::move(title), std::move(text)});
}

void Lesson::show(PagePicture picture) { result_.picture = std::move(picture); }

int Lesson::verdict() const {
  if (!result_.flags.json.empty() && result_.flags.json != "-") {
    write_file(result_.flags.json, to_json(result_));
  }
  if (!result_.flags.svg.empty() && result_.picture) {
    write_file(result_.flags.svg, to_svg(*result_.picture));
  }
  const std::string report = result_.flags.json == "-"
                                 ? to_json(result_)
                                 : to_text(result_, wants_color());
  write_fully(STDOUT_FILENO, report.data(), report.size());
  return result_.holds() ? kEveryClaimHolds : kAClaimFails;
}

}  // namespace cow
