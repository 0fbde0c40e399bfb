#include "cow/lesson/twin.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "cow/lesson/rendezvous.h"
#include "cow/memory/process.h"
#include "cow/os/child.h"
#include "cow/os/descriptor.h"
#include "cow/os/error.h"

namespace cow {
namespace {

constexpr const char* kTryPython =
    "import sys\n"
    "if sys.version_info < (3, 8): sys.exit(3)\n"
    "try: import numpy\n"
    "except ImportError: sys.exit(4)\n";

// What this Python lacks; empty if it can run the twins.
std::string what_lacks(const std::string& python) {
  Child child = run_program({python, "-c", kTryPython}, [] {
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
    default:
      return "ends with " + to_string(status);
  }
}

// The conversation with a running twin; cowtwin.py is the other side.
class Conversation {
 public:
  Conversation(const std::vector<std::string>& command,
               const std::filesystem::path& modules, int workers)
      : input_(make_pipe()),
        workers_(static_cast<std::size_t>(workers)),
        child_(run_program(command, [&] {
          ::prctl(PR_SET_PDEATHSIG, SIGKILL);
          ::dup2(input_.reader.get(), STDIN_FILENO);
          ::setenv("PYTHONPATH", modules.c_str(), 1);
          ::setenv("PYTHONDONTWRITEBYTECODE", "1", 1);
          // No threads of numpy: their stacks and buffers would be measured,
          // too.
          ::setenv("OPENBLAS_NUM_THREADS", "1", 1);
        })) {
    input_.reader.close();
  }
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;
  ~Conversation() {
    if (!child_) return;
    child_.kill(SIGKILL);
    child_.wait();
  }

  std::vector<Moment> run() {
    std::array<pollfd, 2> polled{
        {{.fd = rendezvous_.descriptor(), .events = POLLIN, .revents = 0},
         {.fd = child_.descriptor(), .events = POLLIN, .revents = 0}}};
    do {
      checked([&] { return ::poll(polled.data(), polled.size(), -1); },
              "poll(twin)");
      for (const std::string& line : rendezvous_.take_lines()) hear(line);
    } while (polled[1].revents == 0);
    const ExitStatus status = child_.wait();
    if (!status.success()) {
      throw std::runtime_error("the twin ended with " + to_string(status));
    }
    return std::move(moments_);
  }

 private:
  void hear(std::string_view line) {
    const auto is = [&line](std::string_view word) {
      if (!line.starts_with(word)) return false;
      line.remove_prefix(word.size());
      return true;
    };
    if (is("moment ")) {
      moments_.emplace_back().name = line;
    } else if (is("+ ")) {
      arrived_.insert(std::stoi(std::string(line)));
      if (arrived_.size() == workers_) measure();
    } else if (is("end ")) {
      end(nlohmann::json::parse(line));
    }
  }

  void measure() {
    Moment& moment = moments_.back();
    const std::string name = moment.name;
    moment = *read_moment(child_.pid(), std::exchange(arrived_, {}));
    moment.name = name;
    rendezvous_.open();
  }

  void end(const nlohmann::json& said) {
    Moment& moment = moments_.back();
    moment.seconds = said.at("seconds");
    moment.right_results = said.at("right_results");
    moment.to_workers = Bytes(said.value("to_workers", std::int64_t{0}));
    if (moment.name == kOverNothing) {
      nothing_ = std::make_shared<const Moment>(moment);
    }
    moment.nothing = nothing_;
    rendezvous_.close();
    write_fully(input_.writer.get(), "\n", 1);
  }

  Rendezvous rendezvous_;
  Pipe input_;
  std::size_t workers_;
  Child child_;
  std::set<pid_t> arrived_;
  std::vector<Moment> moments_;
  std::shared_ptr<const Moment> nothing_;
};

}  // namespace

Reading<std::string> find_python() {
  std::vector<std::string> candidates{"python3", "/usr/bin/python3"};
  if (const char* chosen = std::getenv("COW_PYTHON")) candidates = {chosen};
  std::string reasons;
  for (const std::string& python : candidates) {
    const std::string lacks = what_lacks(python);
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
  Conversation conversation(
      {python, script, std::to_string(flags.data.count()),
       std::to_string(flags.workers), std::to_string(flags.items)},
      modules, std::min(flags.workers, flags.items));
  return conversation.run();
}

}  // namespace cow
