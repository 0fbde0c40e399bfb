#include "cow/lesson/twin.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "cow/lesson/measured_program.h"
#include "cow/os/child.h"

namespace cow {
namespace {

constexpr const char* kTryPython =
    "import sys\n"
    "if sys.version_info < (3, 8): sys.exit(3)\n"
    "try: import numpy\n"
    "except ImportError: sys.exit(4)\n"
    "try: __import__(sys.argv[1])\n"
    "except ImportError: sys.exit(5)\n";

// What this Python lacks; empty if it can run the twins.
std::string what_lacks(const std::string& python, const std::string& module) {
  Child child = run_program({python, "-c", kTryPython, module}, [] {
    const int nowhere = ::open("/dev/null", O_RDWR);
    ::dup2(nowhere, STDERR_FILENO);
  });
  const ExitStatus status = child.wait();
  if (status.success()) return "";
  switch (status.code) {
    case kExecFailed:
      return "is not there";
    case 3:
      return "is older than 3.8";
    case 4:
      return "has no numpy";
    case 5:
      return "has no " + module;
    default:
      return "ends with " + to_string(status);
  }
}

}  // namespace

Reading<std::string> find_python(const std::string& module) {
  std::vector<std::string> candidates{"python3", "/usr/bin/python3"};
  if (const char* chosen = std::getenv("COW_PYTHON")) candidates = {chosen};
  std::string reasons;
  for (const std::string& python : candidates) {
    const std::string lacks = what_lacks(python, module);
    if (lacks.empty()) return python;
    reasons +=
        fmt::format("{}{} {}", reasons.empty() ? "" : ", ", python, lacks);
  }
  return Absent{"no Python for the twins: " + reasons};
}

std::vector<Moment> run_twin(const std::string& python,
                             const std::filesystem::path& script,
                             const std::filesystem::path& modules,
                             const Flags& flags) {
  MeasuredProgram twin{
      .command = {python, script, std::to_string(flags.data.count()),
                  std::to_string(flags.workers), std::to_string(flags.items)},
      .workers = std::min(flags.workers, flags.items),
      .prepare = [&] {
        ::setenv("PYTHONPATH", modules.c_str(), 1);
        ::setenv("PYTHONDONTWRITEBYTECODE", "1", 1);
        // No threads of numpy: their stacks and buffers would be measured, too.
        ::setenv("OPENBLAS_NUM_THREADS", "1", 1);
      }};
  if (flags.nodes != 0) {
    twin.command.push_back(std::to_string(flags.nodes));
    twin.signal = SIGTERM;  // it becomes mpirun, which cleans up then
  }
  Rendezvous rendezvous;
  return measure_program(twin, rendezvous);
}

}  // namespace cow
