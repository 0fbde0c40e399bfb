#include "course/run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <vector>

#include "cow/os/descriptor.h"
#include "cow/os/error.h"

namespace course {
namespace {

// A temporary file without a name, so that none is left over.
class Note {
 public:
  Note()
      : file_(cow::checked([] { return ::memfd_create("note", 0); },
                           "memfd_create(note)")) {}

  int descriptor() const { return file_.get(); }
  std::string path() const {
    return fmt::format("/proc/self/fd/{}", file_.get());
  }
  std::string text() const {
    const auto text = cow::read_file(path());
    return text ? *text : "";
  }

 private:
  cow::Descriptor file_;
};

Run run(const Course& course, std::string_view lesson,
        const std::function<void(const Note&)>& prepare) {
  const Note report;
  const Note said;
  std::vector<std::string> command{course.programs / lesson};
  command.insert(command.end(), course.flags.begin(), course.flags.end());
  command.insert(command.end(), {"--json", report.path()});
  const auto begun = std::chrono::steady_clock::now();
  cow::Child child = cow::run_program(command, [&] { prepare(said); });
  Run run;
  run.status = child.wait();
  run.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begun)
          .count();
  run.said = said.text();
  // A lesson that was killed may have left half a report.
  run.report = nlohmann::json::parse(report.text(), nullptr, false);
  if (!run.report.is_object()) run.report = nullptr;
  return run;
}

}  // namespace

Run run_quietly(const Course& course, std::string_view lesson) {
  return run(course, lesson, [](const Note& said) {
    ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
    ::dup2(said.descriptor(), STDERR_FILENO);
  });
}

Run run_openly(const Course& course, std::string_view lesson) {
  return run(course, lesson, [](const Note&) {});
}

}  // namespace course
