#include "book/runs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include "book/block.h"
#include "cow/lesson/lesson.h"
#include "cow/lesson/twin.h"
#include "cow/os/descriptor.h"
#include "cow/os/error.h"

namespace book {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// Nothing here takes a minute; but for ever would be too long.
constexpr std::chrono::minutes kLongest(10);

// "04_global", and "try/04_written" for a changed one.
bool is_lesson(const std::string& program) {
  const std::string name = fs::path(program).filename();
  return name.size() > 3 && std::isdigit(name[0]) != 0 &&
         std::isdigit(name[1]) != 0 && name[2] == '_';
}

// So that what is printed does not depend on who runs it. A make that runs this
// program must not hand its own flags on to a make that is run here.
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

// Reads to the end; false if that takes too long.
bool read_to_end(int from, std::string& text) {
  const auto deadline = Clock::now() + kLongest;
  std::array<char, 65536> buffer{};
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    pollfd waiting{.fd = from, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(left.count()));
    if (ready <= 0) continue;
    const ssize_t count = ::read(from, buffer.data(), buffer.size());
    if (count <= 0) return true;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

nlohmann::json parsed(const std::string& text) {
  auto json = nlohmann::json::parse(text, nullptr, false);
  return json.is_discarded() ? nlohmann::json() : json;
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

const Ran& Runs::run(const std::string& command) {
  return run(words_of(command));
}

const Ran& Runs::run(const Run& run) {
  std::vector<std::string> words = {run.program};
  words.insert(words.end(), run.flags.begin(), run.flags.end());
  return this->run(words);
}

cow::Reading<std::string> Runs::program(const std::string& name) const {
  if (fs::is_regular_file(places_.programs / name)) {
    return (places_.programs / name).string();
  }
  if (name == "python3") return cow::find_python();
  return name;
}

const Ran& Runs::run(const std::vector<std::string>& words) {
  const auto [known, is_new] = done_.try_emplace(words);
  Ran& ran = known->second;
  if (!is_new) return ran;
  begins_(fmt::format("{}", fmt::join(words, " ")));
  const cow::Reading<std::string> found = program(words[0]);
  if (!found) {
    ran.not_possible = found.reason();
    return ran;
  }
  std::vector<std::string> command = words;
  command[0] = *found;
  // A file without a name, so that none is left behind.
  const cow::Descriptor report(cow::checked(
      [&] { return ::memfd_create("report", 0); }, "memfd_create(report)"));
  const std::string path = fmt::format("/proc/self/fd/{}", report.get());
  if (is_lesson(words[0])) command.insert(command.end(), {"--json", path});
  fs::path folder = places_.source;
  if (words[0] == "python3" && words.size() > 1) {
    const fs::path script = words[1];
    folder /= script.parent_path();
    command[1] = script.filename();
  }
  execute(command, folder, ran);
  if (ran.status.code == cow::kExecFailed) {
    throw std::runtime_error(
        fmt::format("{}: neither a program of {} nor of this system", words[0],
                    places_.programs.string()));
  }
  if (ran.status.code == cow::kNotPossible) ran.not_possible = ran.text;
  ran.report = parsed(is_lesson(words[0]) ? *cow::read_file(path) : ran.text);
  return ran;
}

void Runs::execute(const std::vector<std::string>& command,
                   const fs::path& folder, Ran& ran) {
  cow::Pipe pipe = cow::make_pipe();
  cow::Child child =
      cow::run_program(command, [&] { prepare(folder, pipe.writer.get()); });
  pipe.writer.close();
  const bool ended = read_to_end(pipe.reader.get(), ran.text);
  if (!ended) child.kill(SIGKILL);
  ran.status = child.wait();
  if (!ended) {
    throw std::runtime_error(
        fmt::format("{} did not end within ten minutes", command[0]));
  }
}

}  // namespace book
