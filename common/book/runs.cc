#include "book/runs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "book/block.h"
#include "cow/lesson/twin.h"
#include "cow/os/descriptor.h"
#include "cow/os/error.h"
#include "cow/report/run_lesson.h"

namespace book {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// A time limit. No command here takes more than a minute.
constexpr std::chrono::minutes kLongest(10);

// Whether it is a lesson, such as "04_global", or a changed one, such as
// "try/04_written".
bool is_lesson(const std::string& program) {
  const std::string name = fs::path(program).filename();
  return name.size() > 3 && std::isdigit(name[0]) != 0 &&
         std::isdigit(name[1]) != 0 && name[2] == '_';
}

// Prepares a child so that its output does not depend on how this program was
// started. For example, a make that runs this program must not pass its flags
// to a make that is run here.
void prepare(const fs::path& folder, int output) {
  for (const char* name : {"MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL",
                           "PYTHONPATH", "COW_RENDEZVOUS"}) {
    ::unsetenv(name);
  }
  ::setenv("NO_COLOR", "1", 1);
  ::setenv("NO_INSTALL", "1", 1);
  ::setenv("LC_ALL", "C.UTF-8", 1);
  ::setenv("PYTHONDONTWRITEBYTECODE", "1", 1);
  if (::chdir(folder.c_str()) != 0) ::_exit(cow::kExecFailed);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
}

// Reads what is there; false at the end.
bool read_some(int from, std::string& text) {
  std::array<char, 65536> buffer{};
  const ssize_t count =
      cow::retried([&] { return ::read(from, buffer.data(), buffer.size()); });
  if (count <= 0) return false;
  text.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

std::string path_of(const cow::Descriptor& file) {
  return fmt::format("/proc/self/fd/{}", file.get());
}

std::shared_ptr<const nlohmann::json> parsed(const std::string& text) {
  auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded()) return nullptr;
  return std::make_shared<nlohmann::json>(std::move(json));
}

}  // namespace

std::vector<std::string> words_of(const std::string& command) {
  std::vector<std::string> words;
  bool quoted = false;
  bool inside = false;
  for (const char sign : command) {
    if (sign == '"') {
      quoted = !quoted;
      if (!inside) words.emplace_back();
      inside = true;
    } else if (sign == ' ' && !quoted) {
      inside = false;
    } else {
      if (!inside) words.emplace_back();
      inside = true;
      words.back() += sign;
    }
  }
  return words;
}

Runs::Command words_of(const Run& run) {
  Runs::Command words = {run.program};
  words.insert(words.end(), run.flags.begin(), run.flags.end());
  return words;
}

// Whether two commands run the same program, directly or as children (`course`
// runs the lessons and their twins). Their processes would share the pages of
// its file, so that the USS of one would depend on the other.
bool run_one_program(const std::string& a, const std::string& b) {
  const auto runs = [](const std::string& program, const std::string& other) {
    return program == "course" && (other == "python3" || is_lesson(other));
  };
  return a == b || runs(a, b) || runs(b, a);
}

// A running command.
struct Runs::Job {
  Ran* ran = nullptr;
  std::string shown;
  std::string program;
  bool reports = false;
  cow::Descriptor report;
  cow::Descriptor output;
  cow::Child child;
  Clock::time_point deadline;
};

cow::Reading<std::string> Runs::program(const std::string& name) const {
  if (fs::is_regular_file(places_.programs / name)) {
    return (places_.programs / name).string();
  }
  if (name == "python3") return cow::find_python();
  return name;
}

std::optional<Runs::Job> Runs::start(const Command& command) {
  Job job;
  job.ran = &done_[command];
  job.shown = fmt::format("{}", fmt::join(command, " "));
  job.program = command[0];
  job.reports = is_lesson(command[0]);
  begins_(job.shown);
  const cow::Reading<std::string> found = program(command[0]);
  if (!found) {
    job.ran->not_possible = found.reason();
    return std::nullopt;
  }
  std::vector<std::string> arguments = command;
  arguments[0] = *found;
  fs::path folder = places_.source;
  if (command[0] == "python3" && command.size() > 1) {
    const fs::path script = command[1];
    folder /= script.parent_path();
    arguments[1] = script.filename();
  }
  // A file without a name, so that none is left over.
  job.report = cow::Descriptor(cow::checked(
      [&] { return ::memfd_create("report", 0); }, "memfd_create(report)"));
  if (job.reports) {
    arguments.insert(arguments.end(), {"--json", path_of(job.report)});
  }
  cow::Pipe pipe = cow::make_pipe();
  job.child =
      cow::run_program(arguments, [&] { prepare(folder, pipe.writer.get()); });
  job.output = std::move(pipe.reader);
  job.deadline = Clock::now() + kLongest;
  return job;
}

void Runs::end(Job& job) const {
  Ran& ran = *job.ran;
  if (Clock::now() >= job.deadline) {
    job.child.kill(SIGKILL);
    ran.error = fmt::format("{} did not end within ten minutes", job.shown);
  }
  ran.status = job.child.wait();
  if (ran.status.code == cow::kExecFailed) {
    ran.error = fmt::format("{}: neither a program of {} nor of this system",
                            job.shown, places_.programs.string());
  }
  if (ran.status.code == cow::kNotPossible) ran.not_possible = ran.text;
  ran.report =
      parsed(job.reports ? *cow::read_file(path_of(job.report)) : ran.text);
}

std::optional<Runs::Job> Runs::start_one(std::vector<Command>& commands,
                                         const std::vector<Job>& running) {
  for (auto command = commands.begin(); command != commands.end();) {
    const bool beside_its_like =
        std::any_of(running.begin(), running.end(), [&](const Job& job) {
          return run_one_program(job.program, (*command)[0]);
        });
    if (beside_its_like) {
      ++command;
      continue;
    }
    const Command chosen = *command;
    command = commands.erase(command);
    if (done_.contains(chosen)) continue;
    if (auto job = start(chosen)) return job;
  }
  return std::nullopt;
}

void Runs::run_all(std::vector<Command> commands, std::size_t at_a_time) {
  std::vector<Job> running;
  for (;;) {
    while (running.size() < at_a_time) {
      auto job = start_one(commands, running);
      if (!job) break;
      running.push_back(std::move(*job));
    }
    if (running.empty()) return;
    std::vector<pollfd> waiting;
    waiting.reserve(running.size());
    for (const Job& job : running) {
      waiting.push_back(
          {.fd = job.output.get(), .events = POLLIN, .revents = 0});
    }
    constexpr int kMilliseconds = 1000;  // after that, checks the deadlines
    ::poll(waiting.data(), waiting.size(), kMilliseconds);
    for (std::size_t i = running.size(); i-- > 0;) {
      Job& job = running[i];
      const bool goes_on = Clock::now() < job.deadline &&
                           (waiting[i].revents == 0 ||
                            read_some(job.output.get(), job.ran->text));
      if (goes_on) continue;
      end(job);
      running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
}

const Ran& Runs::run(const Command& command) {
  run_all({command}, 1);
  const Ran& ran = done_.at(command);
  if (!ran.error.empty()) throw std::runtime_error(ran.error);
  return ran;
}

}  // namespace book
