// Runs the lessons side by side with their twins in CPython.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "course/comparison.h"
#include "course/course.h"
#include "course/run.h"
#include "cow/lesson/manifest.h"
#include "cow/lesson/progress.h"
#include "cow/lesson/twin.h"
#include "cow/report/run_lesson.h"
#include "cow/report/table.h"

namespace course {
namespace {

using cow::Bytes;
using cow::Moment;
using nlohmann::json;

// CPython's own part of a process varies by half a MiB. With this much data
// that is well within the bound, even in the sum of five processes.
constexpr const char* kEnoughData = "256MiB";

constexpr std::size_t kColumns = 80;
constexpr std::size_t kBeforeClaim = 12;  // "  C++ only  "

constexpr const char* kIntro =
    "The lessons in C++ and their twins in CPython: what the data alone costs, "
    "that\nis, each figure less the same figure of the same pool over nothing "
    "(the bytes in\nthe pipe, too). They agree where they differ by 2 % of D "
    "at "
    "most.\n\n";

std::string shown(std::int64_t number, const Compared& one) {
  return cow::to_string(number, one.unit);
}

std::string shown_there(const Compared& one) {
  return one.there ? shown(*one.there, one) : "–";
}

const char* verdict(const Compared& one) {
  if (!one.there) return "C++ only";
  return one.agrees ? "agree" : "DIFFER";
}

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t taken = cow::display_width(text);
  return text + std::string(width - std::min(width, taken), ' ');
}

/// The claims of one lesson, in lines of at most 80 columns: the verdict, the
/// claim and both figures, and below them what was predicted.
class Lines {
 public:
  explicit Lines(const std::vector<Compared>& claims) {
    for (const Compared& one : claims) {
      figure_ = std::max({figure_, cow::display_width(shown(one.here, one)),
                          cow::display_width(shown_there(one))});
      claim_ = std::max(claim_, cow::display_width(one.claim));
    }
    const auto room = [&] {
      return kColumns - kBeforeClaim - 2 * (gap_ + figure_);
    };
    if (claim_ > room()) gap_ = 1;
    claim_ = std::min(claim_, room());
  }

  std::string heading(std::string_view lesson) const {
    return line(std::string(lesson), kBeforeClaim + claim_, "C++", "CPython");
  }

  // A claim that is too long for its column goes on in the next line. The
  // figures are in its last line.
  std::string of(const Compared& one) const {
    const std::size_t indent = kColumns - claim_;
    std::string rest = cow::wrap(one.claim, std::string(indent, ' '));
    std::string begin = fmt::format("  {:<8}  ", verdict(one));
    std::string text;
    for (;;) {
      const auto end = rest.find('\n');
      begin += rest.substr(indent, end - indent);
      rest.erase(0, end + 1);
      if (rest.empty()) break;
      text += std::exchange(begin, std::string(kBeforeClaim, ' ')) + '\n';
    }
    text += line(begin, kBeforeClaim + claim_, shown(one.here, one),
                 shown_there(one));
    const std::string predicted = shown(one.predicted, one);
    const bool number = one.formula == "0" || one.formula == predicted;
    return text +
           cow::wrap(fmt::format("predicted: {}{}",
                                 number ? "" : one.formula + " = ", predicted),
                     std::string(kBeforeClaim, ' '));
  }

 private:
  std::string line(const std::string& begin, std::size_t width,
                   const std::string& here, const std::string& there) const {
    const auto right = [&](const std::string& text) {
      return std::string(gap_ + figure_ - cow::display_width(text), ' ') + text;
    };
    return padded(begin, width) + right(here) + right(there) + '\n';
  }

  std::size_t figure_ = 7;  // "CPython"
  std::size_t claim_ = 0;
  std::size_t gap_ = 2;  // before each figure
};

// If the data went through the pipe, that took most of the time. Shows it for
// the last such moment, if the twin has it, too.
std::string time_by_value(const std::vector<Moment>& own,
                          const std::vector<Moment>& twin, Bytes data) {
  std::string text;
  for (const Moment& here : own) {
    const auto there = std::find_if(
        twin.begin(), twin.end(),
        [&](const Moment& moment) { return moment.name == here.name; });
    if (here.to_workers < data || there == twin.end()) continue;
    text = fmt::format(
        "  time of the map by value: C++ {:.2f} s, CPython {:.2f} s, {:.1f} "
        "times\n",
        here.seconds, there->seconds, there->seconds / here.seconds);
  }
  return text;
}

cow::Flags flags_of(const json& report) {
  const json& parameters = report.at("parameters");
  cow::Flags flags;
  flags.data = Bytes(parameters.at("data").get<std::int64_t>());
  flags.workers = parameters.at("workers");
  flags.items = parameters.at("items");
  flags.nodes = parameters.value("nodes", 0);
  return flags;
}

/// How many claims agree, differ, or have no counterpart.
struct Tally {
  int agree = 0;
  int differ = 0;
  int alone = 0;
};

// A lesson's claims and its twin's side by side, as text.
std::string beside(std::string_view lesson, const json& report,
                   const std::vector<Moment>& twin, Tally& count) {
  const std::vector<Compared> claims = compare(report, twin);
  const Lines lines(claims);
  std::string text = lines.heading(lesson);
  for (const Compared& one : claims) {
    text += lines.of(one);
    ++(!one.there ? count.alone : one.agrees ? count.agree : count.differ);
  }
  return text + time_by_value(moments_of(report), twin, flags_of(report).data);
}

// Whether the flags set the size of the data.
bool sets_data(const std::vector<std::string>& flags) {
  return std::any_of(flags.begin(), flags.end(), [](const std::string& flag) {
    return flag.starts_with("--data") || flag == "--full-scale";
  });
}

}  // namespace

int run_twins(Course course) {
  if (!sets_data(course.flags)) {
    course.flags.insert(course.flags.end(), {"--data", kEnoughData});
  }
  const auto python = cow::find_python();
  if (!python) {
    fmt::print(stderr, "course: {}\n", python.reason());
    return cow::kNotPossible;
  }
  const char* intro = kIntro;
  Tally count;
  std::string absent;
  for (const cow::LessonEntry& lesson : cow::lessons()) {
    if (!lesson.written() || !lesson.name.starts_with(course.only)) continue;
    if (!lesson.built()) {
      absent += fmt::format("{} needs {}, which is not on this machine.\n",
                            lesson.name, lesson.needs);
      continue;
    }
    const auto with_all =
        lesson.needs.empty() ? python : cow::find_python("mpi4py");
    if (!with_all) {
      absent += fmt::format("{}: {}.\n", lesson.name, with_all.reason());
      continue;
    }
    cow::ProgressLine waiting;
    waiting.show(fmt::format("{} is running", lesson.name));
    const Run run = run_quietly(course, lesson.name);
    waiting.clear();
    if (run.report.is_null()) {
      fmt::print(stderr, "{}", run.said);
      return run.status.success() || run.status.signal != 0 ? cow::kAClaimFails
                                                            : run.status.code;
    }
    waiting.show(fmt::format("the twin of {} is running", lesson.name));
    const std::vector<Moment> twin = cow::run_twin(
        *with_all, course.source / "lessons" / lesson.name / "twin.py",
        course.source / "common" / "course", flags_of(run.report));
    waiting.clear();
    fmt::print("{}{}\n", std::exchange(intro, ""),
               beside(lesson.name, run.report, twin, count));
    std::fflush(stdout);
  }
  fmt::print("{}", absent);
  if (count.agree + count.differ + count.alone == 0) {
    if (!absent.empty()) return cow::kNotPossible;
    fmt::print(stderr, "course: {}: there is no lesson of that name\n",
               course.only);
    return cow::kBadUsage;
  }
  fmt::print("{} of {} claims agree; {} more are about C++ only.\n",
             count.agree, count.agree + count.differ, count.alone);
  return count.differ == 0 ? cow::kEveryClaimHolds : cow::kAClaimFails;
}

}  // namespace course
