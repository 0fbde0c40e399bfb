#include "cowtop/tmux.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

namespace cow::testing {
namespace {

using Clock = std::chrono::steady_clock;

// Far more than a busy machine takes: whoever waits so long waits for ever.
constexpr std::chrono::seconds kDeadline{15};
constexpr std::chrono::milliseconds kBetweenTwoLooks{20};

}  // namespace

std::string no_tmux() {
  const Outcome outcome = run({"tmux", "-V"});
  return outcome.status.success() ? "" : "tmux is not installed";
}

Tmux::Tmux(int columns, int lines, const std::string& environment) {
  // The shell's own start-up files and history are not wanted.
  const std::string shell = fmt::format(
      "cd '{}' && exec env -u NO_COLOR -u ENV LC_ALL=C.UTF-8 PS1='ready> ' {} "
      "sh",
      folder_.path().string(), environment);
  tmux({"-f", "/dev/null", "new-session", "-d", "-x", std::to_string(columns),
        "-y", std::to_string(lines), shell});
  tmux({"set-option", "-g", "window-size", "manual"});
}

Tmux::~Tmux() { tmux({"kill-server"}); }

void Tmux::type(const std::string& text) {
  // What is typed before the prompt is there would be mixed with it.
  wait_until([](const std::string& screen) {
    const std::size_t end = screen.find_last_not_of(" \n");
    return end != screen.npos && screen.substr(0, end + 1).ends_with("ready>");
  });
  tmux({"send-keys", "-l", text});
  press("Enter");
}

void Tmux::press(const std::string& key) { tmux({"send-keys", key}); }

void Tmux::resize(int columns, int lines) {
  tmux({"resize-window", "-x", std::to_string(columns), "-y",
        std::to_string(lines)});
}

std::string Tmux::screen() const { return tmux({"capture-pane", "-p"}); }

std::string Tmux::screen_with_attributes() const {
  return tmux({"capture-pane", "-p", "-e"});
}

std::string Tmux::ask(const std::string& format) const {
  std::string answer = tmux({"display-message", "-p", format});
  if (answer.ends_with('\n')) answer.pop_back();
  return answer;
}

bool Tmux::wait_for(std::string_view text) const {
  if (wait_until([&](const std::string& screen) {
        return screen.find(text) != std::string::npos;
      })) {
    return true;
  }
  ADD_FAILURE() << "waited for: " << text;
  return false;
}

bool Tmux::wait_until(
    const std::function<bool(const std::string&)>& fits) const {
  const Clock::time_point deadline = Clock::now() + kDeadline;
  std::string shown;
  do {
    shown = screen();
    if (fits(shown)) return true;
    std::this_thread::sleep_for(kBetweenTwoLooks);
  } while (Clock::now() < deadline);
  ADD_FAILURE() << "waited in vain; the screen is\n" << shown;
  return false;
}

std::filesystem::path Tmux::file(const std::string& name) const {
  return folder_.path() / name;
}

std::string Tmux::tmux(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(),
                   {"tmux", "-u", "-S", (folder_.path() / "socket").string()});
  const Outcome outcome = run(arguments, [] { ::unsetenv("TMUX"); });
  EXPECT_TRUE(outcome.status.success()) << outcome.err;
  return outcome.out;
}

}  // namespace cow::testing
