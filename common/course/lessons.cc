// Runs the lessons in order and puts their claims into one table.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "course/course.h"
#include "cow/lesson/lesson.h"
#include "cow/lesson/table.h"
#include "cow/lesson/formula.h"
#include "cow/os/descriptor.h"
#include "cow/os/error.h"

namespace course {
namespace {

using cow::Table;

std::string shown(const nlohmann::json& claim, const char* key) {
  const bool bytes = claim.at("unit") == "bytes";
  const bool exact = claim.at("low") == claim.at("high");
  const auto unit = bytes ? cow::Unit::kBytes : cow::Unit::kCount;
  const std::int64_t number = claim.at(key);
  return exact ? cow::all_digits(number, unit) : cow::to_string(number, unit);
}

void add_rows(Table& table, const Run& run, const std::string& lesson) {
  if (run.report.is_null()) {
    table.row({lesson, "", "", "",
               run.status.code == cow::kNotPossible ? "not possible here"
                                                    : to_string(run.status)});
    return;
  }
  std::string name = lesson;
  for (const nlohmann::json& claim : run.report.at("claims")) {
    table.row({std::exchange(name, ""), claim.at("name"),
               shown(claim, "predicted"), shown(claim, "measured"),
               claim.at("holds") ? "holds" : "FAILS"});
  }
}

// A failed claim weighs more than a lesson that this machine cannot run.
int worse(int a, int b) {
  const auto weight = [](int status) {
    return status == cow::kEveryClaimHolds ? 0
           : status == cow::kNotPossible   ? 1
                                           : 2;
  };
  return weight(b) > weight(a) ? b : a;
}

}  // namespace

Run run_lesson(const Course& course, const std::string& lesson, bool quiet) {
  // A file without a name, so that none is left behind.
  const cow::Descriptor report(cow::checked(
      [&] { return ::memfd_create("report", 0); }, "memfd_create(report)"));
  std::vector<std::string> command{course.programs / lesson};
  command.insert(command.end(), course.flags.begin(), course.flags.end());
  command.insert(command.end(),
                 {"--json", fmt::format("/proc/self/fd/{}", report.get())});
  cow::Child child = cow::run_program(command, [quiet] {
    if (!quiet) return;
    const int nowhere = ::open("/dev/null", O_WRONLY);
    ::dup2(nowhere, STDOUT_FILENO);
  });
  Run run{.status = child.wait(), .report = nullptr};
  const auto text =
      cow::read_file(fmt::format("/proc/self/fd/{}", report.get()));
  if (text && !text->empty()) run.report = nlohmann::json::parse(*text);
  return run;
}

int run_all(const Course& course) {
  Table table({Table::Align::kLeft, Table::Align::kLeft, Table::Align::kRight,
               Table::Align::kRight, Table::Align::kLeft});
  table.row({"lesson", "claim", "predicted", "measured", ""});
  int status = cow::kEveryClaimHolds;
  for (const std::string& lesson : course.lessons) {
    const Run run = run_lesson(course, lesson, false);
    if (run.status.code == cow::kBadUsage) return cow::kBadUsage;
    add_rows(table, run, lesson);
    status = worse(
        status, run.status.signal == 0 ? run.status.code : cow::kAClaimFails);
    fmt::print("\n{:─<78}\n\n", "");
  }
  fmt::print("The course so far\n{}", table.to_string());
  return status;
}

}  // namespace course
