#include "cowtop/command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>

#include "cow/os/error.h"

namespace cowtop {
namespace {

// A file without a name, on disk: the output of a command may be long, and in
// memory it would disturb what is measured here.
cow::Descriptor make_nameless_file() {
  const char* folder = std::getenv("TMPDIR");
  std::string path = folder == nullptr || *folder == '\0' ? "/tmp" : folder;
  path += "/cowtop-XXXXXX";
  cow::Descriptor file(cow::checked(
      [&] { return ::mkostemp(path.data(), O_CLOEXEC | O_APPEND); },
      "mkostemp({})", path));
  ::unlink(path.c_str());
  return file;
}

using Handler = void (*)(int);

// What the terminal's keys do to a process: SIG_DFL, unless they were ignored
// when cowtop was started. (A shell without job control does that for programs
// in the background.)
struct Keys {
  Handler interrupt = SIG_DFL;
  Handler quit = SIG_DFL;
};

Keys ignore_keys() {
  return {::signal(SIGINT, SIG_IGN), ::signal(SIGQUIT, SIG_IGN)};
}

// Runs in the child before the command is executed.
void prepare(Output output, int kept, pid_t parent, const Keys& keys) {
  ::signal(SIGINT, keys.interrupt);
  ::signal(SIGQUIT, keys.quit);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(cow::kChildThrew);
  if (output == Output::kToErrors) ::dup2(STDERR_FILENO, STDOUT_FILENO);
  if (output != Output::kKept) return;
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (::isatty(STDIN_FILENO) == 1) ::dup2(nothing, STDIN_FILENO);
  for (const int standard : {STDOUT_FILENO, STDERR_FILENO}) {
    if (::isatty(standard) == 1) ::dup2(kept, standard);
  }
}

// Executes the command. Returns only if that fails, with errno.
int execute(const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  return errno;
}

}  // namespace

Command::Command(const std::vector<std::string>& arguments, Output output) {
  if (output == Output::kKept) kept_ = make_nameless_file();
  // Its writing end is closed when the command is executed or the child ends.
  // If the command cannot be executed, it carries the reason.
  cow::Pipe executed = cow::make_pipe();
  const pid_t self = ::getpid();
  // What the command leaves behind, as a daemon, is not lost.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const Keys keys = ignore_keys();
  child_ = cow::Child::fork([&] {
    prepare(output, kept_.get(), self, keys);
    const int error = execute(arguments);
    cow::write_fully(executed.writer.get(), &error, sizeof(error));
    return cow::kExecFailed;
  });
  executed.writer.close();
  int error = 0;
  if (cow::read_fully(executed.reader.get(), &error, sizeof(error)) != 0) {
    error_ = error;
  }
}

Command::~Command() {
  if (child_) child_.wait();
}

void Command::reap_orphans() const {
  for (;;) {
    siginfo_t ended{};
    if (::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 ||
        ended.si_pid == 0 || ended.si_pid == pid()) {
      return;
    }
    ::waitid(P_PID, static_cast<id_t>(ended.si_pid), nullptr,
             WEXITED | WNOHANG);
  }
}

bool Command::wait_for(int milliseconds) const {
  return cow::wait_readable(child_.descriptor(), milliseconds);
}

int Command::wait() {
  if (!child_) return status_;
  const cow::ExitStatus status = child_.wait();
  status_ = status.signal != 0 ? 128 + status.signal : status.code;
  return status_;
}

std::vector<std::string> Command::tail(std::size_t most) const {
  std::vector<std::string> lines;
  struct stat file {};
  if (!kept_ || ::fstat(kept_.get(), &file) != 0) return lines;
  constexpr off_t kPart = 64 << 10;
  std::string text(static_cast<std::size_t>(std::min(kPart, file.st_size)),
                   '\0');
  const off_t begin = file.st_size - static_cast<off_t>(text.size());
  const ssize_t got = ::pread(kept_.get(), text.data(), text.size(), begin);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    lines.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  }
  if (lines.size() > most) {
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(most));
  }
  return lines;
}

void Command::replay() {
  if (!kept_) return;
  std::array<char, 16384> part{};
  for (;;) {
    const ssize_t got = cow::checked(
        [&] {
          return ::pread(kept_.get(), part.data(), part.size(), replayed_);
        },
        "pread(what the command has printed)");
    if (got == 0) return;
    cow::write_fully(STDOUT_FILENO, part.data(), static_cast<std::size_t>(got));
    replayed_ += got;
  }
}

void Command::replay_to_the_end() {
  if (!kept_) return;
  const cow::Descriptor changes(
      cow::checked([] { return ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK); },
                   "inotify_init1()"));
  const std::string path = fmt::format("/proc/self/fd/{}", kept_.get());
  cow::checked(
      [&] {
        return ::inotify_add_watch(changes.get(), path.c_str(), IN_MODIFY);
      },
      "inotify_add_watch({})", path);
  std::array<pollfd, 2> polled{
      {{.fd = changes.get(), .events = POLLIN, .revents = 0},
       {.fd = child_.descriptor(), .events = POLLIN, .revents = 0}}};
  while (polled[1].revents == 0) {
    // After the watch was set, so that no output is missed in between.
    replay();
    cow::checked([&] { return ::poll(polled.data(), polled.size(), -1); },
                 "poll(what the command prints)");
    std::array<char, 4096> events{};
    while (::read(changes.get(), events.data(), events.size()) > 0) {
    }
  }
  replay();
}

}  // namespace cowtop
