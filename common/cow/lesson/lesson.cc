#include "cow/lesson/lesson.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "cow/lesson/recorder_link.h"
#include "cow/memory/environment.h"

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
              .chart = {},
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

void Lesson::needs_memory(const Formula& peak_size) const {
  const Bytes peak = peak_size.bytes();
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

Moment Lesson::hold(PendingWork& work, std::string_view name) {
  // First, before waiting: if this process cannot be read, the workers cannot
  // be read either.
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
  if (work.failed()) return {};  // reported at the end of the map
  Moment moment = measured(read_moment(::getpid(), arrived));
  if (arrived.size() < expected) {
    throw std::logic_error(
        "the map ended before every worker had stopped: its task must call "
        "wait_to_be_measured()");
  }
  moment.name = name;
  tell_recorder_held(moment, work.transfer());
  return moment;
}

void Lesson::let_go(PendingWork& work) {
  rendezvous_.open();
  work.wait();
  tell_recorder_done(work.transfer());
  rendezvous_.close();
  work.wait_for_success();
}

Moment Lesson::measure_work(std::string_view name, PendingWork& work,
                            const Look& look) {
  progress_.show(
      fmt::format("{}: {}, {} of data, {} workers", result_.about.name,
                  over_nothing_ ? kOverNothing : name,
                  to_string(over_nothing_ ? kNothing : data()), workers()));
  Moment moment = hold(work, over_nothing_ ? kOverNothing : name);
  moment.nothing = nothing_;
  if (look && !work.failed()) look(moment);
  let_go(work);
  moment.batches = work.transfer().batches;
  moment.to_workers = work.transfer().to_workers;
  moment.from_workers = work.transfer().from_workers;
  moment.seconds = work.elapsed().count();
  keep(moment);
  return moment;
}

Moment Lesson::measure(std::string_view name,
                       Pending<std::vector<double>> squares, const Look& look) {
  Moment moment = measure_work(name, squares, look);
  const std::vector<double> results = squares.get();
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto item = static_cast<double>(i);
    if (results[i] == item * item) ++moment.right_results;
  }
  result_.moments.pop_back();
  keep(moment);
  if (!over_nothing_) right_results_.push_back(moment.right_results);
  return moment;
}

std::vector<Moment> Lesson::measure_others(const MeasuredProgram& program) {
  progress_.show(fmt::format("{}: {} of data, {} workers", result_.about.name,
                             to_string(data()), workers()));
  std::vector<Moment> moments = measure_program(program, rendezvous_);
  result_.moments.insert(result_.moments.end(), moments.begin(), moments.end());
  std::erase_if(moments, [](const Moment& moment) {
    return moment.name == kOverNothing;
  });
  for (const Moment& moment : moments) {
    right_results_.push_back(moment.right_results);
  }
  return moments;
}

void Lesson::keep(Moment& moment) {
  if (over_nothing_) nothing_ = std::make_shared<const Moment>(moment);
  moment.nothing = nothing_;
  result_.moments.push_back(moment);
}

void Lesson::claim(std::string says, Figure measured,
                   const Prediction& prediction, std::string hint) {
  const Expected expected = prediction.of(measured);
  result_.claims.push_back(
      {std::move(says), std::move(measured), expected, std::move(hint)});
}

void Lesson::claim(std::string says, std::vector<std::int64_t> counts,
                   const Prediction& prediction, std::string hint) {
  const Figure figure{.moment = result_.moments.back().name,
                      .what = says,
                      .unit = Unit::kCount,
                      .values = std::move(counts)};
  claim(std::move(says), figure, prediction, std::move(hint));
}

void Lesson::claim(std::string says, Bytes amount,
                   const Prediction& prediction) {
  const Figure figure{.moment = result_.moments.back().name,
                      .what = says,
                      .values = {amount.count()}};
  claim(std::move(says), figure, prediction);
}

void Lesson::show(std::string title, std::string text) {
  result_.exhibits.push_back({std::move(title), std::move(text)});
}

void Lesson::show(PagePicture picture) { result_.picture = std::move(picture); }

void Lesson::show(Chart chart) { result_.chart = std::move(chart); }

const Result& Lesson::finish() {
  if (!right_results_.empty()) {
    claim("the results are right",
          Figure{.moment = "",
                 .what = "results",
                 .unit = Unit::kCount,
                 .values = right_results_},
          symbols().n);
  }
  progress_.clear();
  return result_;
}

}  // namespace cow
