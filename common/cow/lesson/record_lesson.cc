#include "cow/lesson/record_lesson.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "cow/lesson/recorder_link.h"
#include "cow/os/child.h"
#include "cow/os/error.h"
#include "cow/os/held_signal.h"
#include "cow/record/recorder.h"

namespace cow {
namespace {

using Microseconds = std::chrono::microseconds;

constexpr Microseconds kLongest{16'000};
// They end a lesson, and its recorder behind it.
constexpr std::initializer_list<int> kSignals{SIGINT, SIGTERM, SIGHUP};

// A signal that was held back; 0 if there is none.
int take_signal() {
  sigset_t held;
  ::sigemptyset(&held);
  for (const int signal : kSignals) ::sigaddset(&held, signal);
  const timespec at_once{};
  return std::max(0, ::sigtimedwait(&held, nullptr, &at_once));
}

// Records a lesson, which says when its moments are.
class LessonRecorder {
 public:
  LessonRecorder(std::string_view name, pid_t lesson, int socket)
      : recorder_(std::string(name), {lesson}, true, kLongest),
        socket_(socket) {}

  // Until the lesson has ended.
  void run(const Child& lesson) {
    std::array<pollfd, 2> polled{
        {{.fd = socket_, .events = POLLIN, .revents = 0},
         {.fd = lesson.descriptor(), .events = POLLIN, .revents = 0}}};
    for (;;) {
      const Microseconds wait =
          away_ ? Microseconds(100'000) : recorder_.until_next();
      constexpr Microseconds kSecond{1'000'000};
      const timespec time{.tv_sec = wait / kSecond,
                          .tv_nsec = 1000 * (wait % kSecond).count()};
      checked(
          [&] { return ::ppoll(polled.data(), polled.size(), &time, nullptr); },
          "ppoll(lesson)");
      pass_on_signals(lesson);
      if (polled[0].revents != 0) {
        hear();
        polled[0].fd = socket_;  // -1: the lesson has closed it
      } else if (polled[1].revents != 0) {
        break;
      } else if (!away_) {
        recorder_.look();
      }
    }
    if (!recorder_.recording().empty()) recorder_.finish();
  }

  const std::string& report() const { return report_; }
  std::string recording() { return recorder_.recording().to_json(report_); }

 private:
  // Ctrl-C ends the lesson. What was recorded until then is still written.
  static void pass_on_signals(const Child& lesson) {
    sigset_t pending;
    ::sigpending(&pending);
    for (const int signal : kSignals) {
      if (::sigismember(&pending, signal) == 1) lesson.kill(signal);
    }
  }

  void hear() {
    std::array<char, 1 << 16> part{};
    const ssize_t got =
        retried([&] { return ::recv(socket_, part.data(), part.size(), 0); });
    if (got <= 0) {
      socket_ = -1;
      return;
    }
    line_.append(part.data(), static_cast<std::size_t>(got));
    if (line_.back() != '\n') return;  // the lesson waits for an answer
    const auto said = nlohmann::json::parse(line_);
    line_.clear();
    if (said.contains("held")) {
      hold(said);
    } else if (said.contains("done")) {
      reply(said);
    } else if (said.contains("away")) {
      away_ = said.at("away");
      if (!away_) recorder_.look();
    } else if (said.contains("pages")) {
      draw(said);
    } else {
      report_ = said.at("report");
    }
    const char answer = '+';
    retried([&] { return ::send(socket_, &answer, 1, MSG_NOSIGNAL); });
  }

  void hold(const nlohmann::json& said) {
    if (away_) return;
    RecordedLook known{.what = "every worker holds its task",
                       .moment = said.at("held"),
                       .is_kept = true,
                       .messages = {},
                       .tree = {}};
    workers_.clear();
    for (const auto& process : said.at("processes")) {
      const pid_t pid = process.at("pid");
      const std::string role = process.at("role");
      if (role == "parent") parent_ = pid;
      if (role == "worker") workers_.push_back(pid);
      if (role != "parent") recorder_.recording().set_role(pid, role);
      if (known.moment.empty()) continue;
      LookedAt figures;
      figures.id.pid = pid;
      figures.rss = Bytes(process.at("rss").get<std::int64_t>());
      figures.pss = Bytes(process.at("pss").get<std::int64_t>());
      figures.uss = Bytes(process.at("uss").get<std::int64_t>());
      known.tree.push_back(figures);
    }
    for (const pid_t worker : workers_) {
      add_message(said, "to_workers", parent_, worker, known.messages);
    }
    recorder_.look(std::move(known));
  }

  void reply(const nlohmann::json& said) {
    if (away_) return;
    RecordedLook known{.what = "the parent has every reply",
                       .moment = {},
                       .is_kept = true,
                       .messages = {},
                       .tree = {}};
    for (const pid_t worker : workers_) {
      add_message(said, "from_workers", worker, parent_, known.messages);
    }
    recorder_.look(std::move(known));
  }

  // With one batch for each worker, each is taken to have got an equal part:
  // the sizes are not told.
  void add_message(const nlohmann::json& said, const char* way, pid_t from,
                   pid_t to, std::vector<PipeMessages>& messages) const {
    const std::int64_t batches = said.at("batches");
    const std::int64_t bytes = said.at(way);
    const auto workers = static_cast<std::int64_t>(workers_.size());
    if (batches != workers || bytes % workers != 0 || bytes == 0) return;
    messages.push_back(
        {.from = from, .to = to, .bytes = Bytes(bytes / workers), .count = 1});
  }

  void draw(const nlohmann::json& said) {
    if (away_) return;
    recorder_.look();  // the processes of the experiment before have ended
    std::vector<PageSpan> spans;
    for (const auto& span : said.at("spans")) {
      spans.push_back({.begin = span.at(0), .count = span.at(1)});
    }
    recorder_.recording().draw(said.at("pages"), std::move(spans));
  }

  Recorder recorder_;
  int socket_;
  bool away_ = false;
  pid_t parent_ = 0;
  std::vector<pid_t> workers_;
  std::string line_;
  std::string report_;
};

}  // namespace

int record_this_program(std::string_view name,
                        const std::vector<std::string>& arguments,
                        const std::string& file) {
  std::array<int, 2> sockets{};
  checked(
      [&] {
        return ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
                            sockets.data());
      },
      "socketpair()");
  const Descriptor ours = above_standard(Descriptor(sockets[0]));
  Descriptor theirs = above_standard(Descriptor(sockets[1]));
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    // Of two variables of one name, the lesson would see the first.
    const std::string_view variable(*entry);
    if (variable.substr(0, variable.find('=')) == kRecorderVariable) continue;
    environment.emplace_back(variable);
  }
  environment.push_back(
      fmt::format("{}={},{}", kRecorderVariable, ::getpid(), theirs.get()));
  Child lesson = Child::spawn(std::filesystem::read_symlink("/proc/self/exe"),
                              arguments, environment, {theirs.get()});
  theirs.close();
  std::optional<HeldSignal> held(kSignals);
  LessonRecorder recorder(name, lesson.pid(), ours.get());
  try {
    recorder.run(lesson);
  } catch (...) {
    lesson.kill(SIGKILL);
    lesson.wait();
    throw;
  }
  const ExitStatus status = lesson.wait();
  // What has come meanwhile acts at the end. What comes from now on acts at
  // once: nobody may read the FIFO that is written to.
  const int came = take_signal();
  held.reset();
  // A lesson that was not possible has nothing to be replayed.
  if (!recorder.report().empty() || status.signal != 0) {
    write_file(file, recorder.recording());
  }
  if (status.signal == 0) {
    if (came != 0) ::raise(came);
    return status.code;
  }
  ::raise(status.signal);
  return 128 + status.signal;
}

}  // namespace cow
