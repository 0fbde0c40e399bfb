#include "support/programs.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cstdlib>
#include <system_error>

#include "cow/os/descriptor.h"
#include "cow/os/error.h"

namespace cow::testing {
namespace {

// Reads both pipes until both are closed, so that neither can fill up.
void collect(Pipe& out, Pipe& err, Outcome& outcome) {
  std::array<pollfd, 2> polled{
      {{.fd = out.reader.get(), .events = POLLIN, .revents = 0},
       {.fd = err.reader.get(), .events = POLLIN, .revents = 0}}};
  const std::array<std::string*, 2> texts{&outcome.out, &outcome.err};
  while (polled[0].fd != -1 || polled[1].fd != -1) {
    checked([&] { return ::poll(polled.data(), polled.size(), -1); }, "poll()");
    for (std::size_t i = 0; i < polled.size(); ++i) {
      if (polled[i].revents == 0) continue;
      std::array<char, 4096> part{};
      const ssize_t got = checked(
          [&] { return ::read(polled[i].fd, part.data(), part.size()); },
          "read()");
      if (got == 0) polled[i].fd = -1;
      texts[i]->append(part.data(), static_cast<std::size_t>(got));
    }
  }
}

}  // namespace

std::filesystem::path program(const std::string& name) {
  return std::filesystem::path(COWPOOL_BIN) / name;
}

std::filesystem::path source(const std::string& path) {
  return std::filesystem::path(COWPOOL_SOURCE) / path;
}

Outcome run(const std::vector<std::string>& arguments,
            const std::function<void()>& prepare) {
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  Child child = run_program(arguments, [&] {
    ::dup2(out.writer.get(), STDOUT_FILENO);
    ::dup2(err.writer.get(), STDERR_FILENO);
    if (prepare) prepare();
  });
  out.writer.close();
  err.writer.close();
  Outcome outcome;
  collect(out, err, outcome);
  outcome.status = child.wait();
  return outcome;
}

std::vector<pid_t> processes_of(const std::string& path) {
  std::vector<pid_t> pids;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (!std::isdigit(static_cast<unsigned char>(name[0]))) continue;
    const auto command = read_file(entry.path() / "cmdline");
    if (command && command->find(path) != std::string::npos) {
      pids.push_back(std::stoi(name));
    }
  }
  return pids;
}

TemporaryFolder::TemporaryFolder() {
  std::string name =
      (std::filesystem::temp_directory_path() / "cowpool-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw_system_error(errno, "mkdtemp(" + name + ")");
  }
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace cow::testing
