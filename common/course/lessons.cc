// Runs the lessons in order, and shows a table of them at the end.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "course/claims.h"
#include "course/course.h"
#include "course/run.h"
#include "cow/lesson/manifest.h"
#include "cow/lesson/progress.h"
#include "cow/report/run_lesson.h"
#include "cow/report/table.h"

namespace course {
namespace {

using cow::LessonEntry;
using cow::Table;
using nlohmann::json;

// A failed claim is worse than a lesson that this machine cannot run.
int worse(int a, int b) {
  const auto weight = [](int status) {
    return status == cow::kEveryClaimHolds ? 0
           : status == cow::kNotPossible   ? 1
                                           : 2;
  };
  return weight(b) > weight(a) ? b : a;
}

/// How many claims there are, and how many of them hold.
struct Count {
  int claims = 0;
  int held = 0;
};

Count count(const Run& run) {
  Count count;
  if (run.report.is_null()) return count;
  for (const json& claim : run.report.at("claims")) {
    ++count.claims;
    if (claim.at("holds")) ++count.held;
  }
  return count;
}

// "holds", or why not.
std::string verdict(const Run& run) {
  if (run.status.success()) return "holds";
  if (run.status.code == cow::kNotPossible) return "not possible here";
  if (run.status.signal == 0 && !run.report.is_null()) return "FAILS";
  return to_string(run.status);
}

std::string plural(int number, const char* thing) {
  return fmt::format("{} {}{}", number, thing, number == 1 ? "" : "s");
}

std::string indented(std::string_view text) { return cow::wrap(text, "  "); }

// The answer and claims of a run, shown below the lesson's question.
std::string found(const LessonEntry& lesson, const Run& run, Show show) {
  std::string text;
  if (run.report.is_null()) {
    std::string_view said = run.said;
    const std::string name = fmt::format("{}: ", lesson.name);
    if (said.starts_with(name)) said.remove_prefix(name.size());
    text = indented(fmt::format("{}:", verdict(run)));
    for (std::string_view rest = said; !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      text += indented(line);
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
    return text;
  }
  if (run.status.success()) text += indented(lesson.answer);
  for (const json& claim : run.report.at("claims")) {
    if (!claim.at("holds")) {
      text += why_it_fails(claim);
    } else if (show == Show::kClaims) {
      text += to_text(claim);
    }
  }
  return text;
}

// Runs a lesson, and shows its result when it has ended.
Run run_and_show(const Course& course, const LessonEntry& lesson,
                 const std::string& place) {
  if (course.show == Show::kReports) {
    Run run = run_openly(course, lesson.name);
    if (run.status.code != cow::kBadUsage) {
      fmt::print("\n{:─<78}\n\n", "");
    }
    return run;
  }
  cow::ProgressLine waiting;
  waiting.show(fmt::format("{} is running ({})", lesson.name, place));
  Run run = run_quietly(course, lesson.name);
  waiting.clear();
  if (run.status.code == cow::kBadUsage) {
    fmt::print(stderr, "{}", run.said);
    return run;
  }
  fmt::print("{}\n{}{}\n", lesson.name, indented(lesson.question),
             found(lesson, run, course.show));
  std::fflush(stdout);
  return run;
}

}  // namespace

int run_all(const Course& course) {
  std::vector<LessonEntry> written;
  for (const LessonEntry& lesson : cow::lessons()) {
    if (lesson.written()) written.push_back(lesson);
  }
  Table table({Table::Align::kLeft, Table::Align::kRight, Table::Align::kRight,
               Table::Align::kRight, Table::Align::kLeft});
  table.row({"lesson", "claims", "held", "seconds", ""});
  Count all;
  int without = 0;
  int status = cow::kEveryClaimHolds;
  int place = 0;
  std::string missing;
  for (const LessonEntry& lesson : written) {
    ++place;
    if (!lesson.built()) {
      table.row({std::string(lesson.name), "", "", "", "not on this machine"});
      missing += indented(fmt::format(
          "{} needs {}: make lesson N={} installs it, if it can be had",
          lesson.name, lesson.needs, lesson.name.substr(0, 2)));
      continue;
    }
    const Run run = run_and_show(
        course, lesson, fmt::format("{} of {}", place, written.size()));
    if (run.status.code == cow::kBadUsage) return cow::kBadUsage;
    const Count one = count(run);
    all.claims += one.claims;
    all.held += one.held;
    const bool reported = !run.report.is_null();
    if (!reported) ++without;
    table.row({std::string(lesson.name),
               reported ? std::to_string(one.claims) : "",
               reported ? std::to_string(one.held) : "",
               fmt::format("{:.1f}", run.seconds), verdict(run)});
    status = worse(
        status, run.status.signal == 0 ? run.status.code : cow::kAClaimFails);
  }
  fmt::print("The lessons\n{}\n{} of {} hold", table.to_string(), all.held,
             plural(all.claims, "claim"));
  if (without != 0) {
    fmt::print("; {} made none", plural(without, "lesson"));
  }
  fmt::print(".\n{}", missing);
  if (course.show != Show::kReports) {
    fmt::print(
        "The whole report of a lesson: make lesson N=04 (or another)\n"
        "Every claim of all lessons: make lessons ARGS=--claims\n");
  }
  return status;
}

}  // namespace course
