// Runs the lessons beside their twins in CPython.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <regex>

#include "course/course.h"
#include "cow/lesson/lesson.h"
#include "cow/lesson/table.h"
#include "cow/lesson/twin.h"

namespace course {
namespace {

using cow::Bytes;
using cow::Moment;
using cow::Table;
using nlohmann::json;

// How far the two may be apart, as a part of D.
constexpr std::int64_t kOneFiftieth = 50;

// CPython's own part of a process varies by half a MiB; at this size that is
// well within the bound, also in the sum of five processes.
constexpr const char* kEnoughData = "256MiB";

cow::Process process_from(const json& from) {
  cow::Process process;
  process.usage.rss = Bytes(from.at("rss").get<std::int64_t>());
  process.usage.pss = Bytes(from.at("pss").get<std::int64_t>());
  process.usage.private_dirty = Bytes(from.at("uss").get<std::int64_t>());
  process.usage.anonymous = Bytes(from.at("anonymous").get<std::int64_t>());
  process.usage.pss_file = Bytes(from.value("pss_file", std::int64_t{0}));
  process.peak_rss = Bytes(from.at("peak_rss").get<std::int64_t>());
  process.page_tables = Bytes(from.at("page_tables").get<std::int64_t>());
  return process;
}

std::vector<Moment> moments_from(const json& report) {
  std::vector<Moment> moments;
  std::shared_ptr<const Moment> nothing;
  for (const json& from : report.at("moments")) {
    Moment moment;
    moment.name = from.at("name");
    for (const json& process : from.at("processes")) {
      if (process.at("role") == "parent") {
        moment.parent = process_from(process);
      } else if (process.at("role") == "fork server") {
        moment.server = process_from(process);
      } else {
        moment.workers.push_back(process_from(process));
      }
    }
    const json& transfer = from.at("transfer");
    moment.to_workers = Bytes(transfer.at("to_workers").get<std::int64_t>());
    moment.right_results = transfer.at("right_results");
    moment.seconds = transfer.at("seconds");
    if (moment.name == cow::kOverNothing) {
      nothing = std::make_shared<const Moment>(moment);
    }
    moment.nothing = nothing;
    moments.push_back(moment);
  }
  return moments;
}

// What the twin has measured of the same: none where Python has no counterpart.
std::optional<cow::Figure> same_figure(const std::vector<Moment>& twin,
                                       const json& figure,
                                       const Moment** moment) {
  for (const Moment& candidate : twin) {
    if (candidate.name != figure.at("moment")) continue;
    *moment = &candidate;
    return candidate.figure(figure.at("what").get<std::string>());
  }
  return std::nullopt;
}

// What the data alone makes of a figure; of several values, the farthest from
// `predicted`.
std::int64_t without_base(std::int64_t base,
                          const std::vector<std::int64_t>& values,
                          std::int64_t predicted) {
  std::int64_t farthest = predicted;
  for (const std::int64_t value : values) {
    if (std::abs(value - base - predicted) > std::abs(farthest - predicted)) {
      farthest = value - base;
    }
  }
  return farthest;
}

// "(N + 1)·D" from "(N + 1)·D + Σb_pss".
std::string formula_without_base(const std::string& formula) {
  static const std::regex base("( \\+ )?(Σ)?b'?_[a-z_]+");
  const std::string without = std::regex_replace(formula, base, "");
  return without.empty() ? "0" : without;
}

// The base that the lesson has taken for a figure of its own.
std::int64_t base_of(const std::vector<Moment>& moments, const json& figure) {
  for (const Moment& moment : moments) {
    if (moment.name == figure.at("moment")) {
      return moment.base_of(figure.at("what").get<std::string>());
    }
  }
  return 0;
}

// Adds a lesson's claims; returns whether the two agree in all of them.
bool compare(const json& report, const std::vector<Moment>& twin,
             Table& table) {
  const std::vector<Moment> own = moments_from(report);
  const std::int64_t data = report.at("parameters").at("data");
  std::string lesson = report.at("lesson");
  bool all_agree = true;
  for (const json& claim : report.at("claims")) {
    const json& figure = claim.at("figure");
    const Moment* theirs = nullptr;
    const auto there = same_figure(twin, figure, &theirs);
    const std::int64_t base = base_of(own, figure);
    const std::int64_t predicted =
        claim.at("predicted").get<std::int64_t>() - base;
    const std::int64_t here =
        without_base(base, figure.at("values"), predicted);
    const bool bytes = claim.at("unit") == "bytes";
    const auto unit = bytes ? cow::Unit::kBytes : cow::Unit::kCount;
    std::vector<std::string> row{std::exchange(lesson, ""), claim.at("name"),
                                 formula_without_base(claim.at("formula")),
                                 cow::to_string(predicted, unit),
                                 cow::to_string(here, unit)};
    if (!there) {
      row.insert(row.end(), {"–", "only in C++"});
    } else {
      const std::int64_t python =
          without_base(theirs->base_of(there->what), there->values, predicted);
      const bool agree = bytes ? std::abs(here - python) <= data / kOneFiftieth
                               : here == python;
      all_agree = all_agree && agree;
      row.insert(row.end(),
                 {cow::to_string(python, unit), agree ? "agree" : "DIFFER"});
    }
    table.row(std::move(row));
  }
  if (own.back().to_workers < Bytes(data)) return all_agree;
  // Where the data went through the pipe, its way took most of the time.
  const double own_seconds = own.back().seconds;
  const double twin_seconds = twin.back().seconds;
  table.row({"", "time of the map by value", "", "",
             fmt::format("{:.2f} s", own_seconds),
             fmt::format("{:.2f} s", twin_seconds),
             fmt::format("{:.1f} times", twin_seconds / own_seconds)});
  return all_agree;
}

cow::Flags flags_of(const json& report) {
  const json& parameters = report.at("parameters");
  cow::Flags flags;
  flags.data = Bytes(parameters.at("data").get<std::int64_t>());
  flags.workers = parameters.at("workers");
  flags.items = parameters.at("items");
  return flags;
}

}  // namespace

int run_twins(Course course) {
  const auto sets_data = [](const std::string& flag) {
    return flag.starts_with("--data") || flag == "--full-scale";
  };
  if (std::none_of(course.flags.begin(), course.flags.end(), sets_data)) {
    course.flags.insert(course.flags.end(), {"--data", kEnoughData});
  }
  const auto python = cow::find_python();
  if (!python) {
    fmt::print(stderr, "course: {}\n", python.reason());
    return cow::kNotPossible;
  }
  using Align = Table::Align;
  Table table({Align::kLeft, Align::kLeft, Align::kLeft, Align::kRight,
               Align::kRight, Align::kRight, Align::kLeft});
  table.row({"lesson", "claim", "formula", "predicted", "C++", "CPython", ""});
  bool all_agree = true;
  for (const std::string& lesson : course.lessons) {
    const Run run = run_lesson(course, lesson, true);
    if (run.report.is_null()) return run.status.code;
    const std::vector<Moment> twin = cow::run_twin(
        *python, course.source / "lessons" / lesson / "twin.py",
        course.source / "common" / "course", flags_of(run.report));
    all_agree = compare(run.report, twin, table) && all_agree;
  }
  fmt::print(
      "The lessons in C++ and their twins in CPython: what the data alone "
      "costs, that\nis, each figure less the same figure of the same pool over "
      "nothing (the bytes in\nthe pipe, too). They agree where they differ by "
      "2 % of D at most.\n\n{}",
      table.to_string());
  return all_agree ? cow::kEveryClaimHolds : cow::kAClaimFails;
}

}  // namespace course
