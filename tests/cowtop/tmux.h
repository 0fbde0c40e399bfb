// A real terminal for a test: a tmux of its own, with a shell in it.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "support/programs.h"

namespace cow::testing {

/// Why there can be no such terminal here; empty if there can be one.
std::string no_tmux();

/// Starts a tmux that nobody else sees, without a configuration, and ends it
/// with all that runs in it.
class Tmux {
 public:
  /// `environment` is put before the shell: "NO_COLOR=1 TERM=vt100".
  explicit Tmux(int columns = 80, int lines = 24,
                const std::string& environment = "");
  Tmux(const Tmux&) = delete;
  Tmux& operator=(const Tmux&) = delete;
  ~Tmux();

  /// Waits for the shell's prompt, types `text` and presses Enter.
  void type(const std::string& text);
  /// Presses a key by its name in tmux: "q", "Down", "C-c".
  void press(const std::string& key);
  void resize(int columns, int lines);

  /// What is on the screen.
  std::string screen() const;
  /// The same with the sequences for colours and the like.
  std::string screen_with_attributes() const;
  /// A format of tmux for the pane: "#{cursor_flag}".
  std::string ask(const std::string& format) const;

  /// Waits until the screen has `text`, or is as `fits` says; false, with the
  /// screen in the test's output, if it never is.
  bool wait_for(std::string_view text) const;
  bool wait_until(const std::function<bool(const std::string&)>& fits) const;

  /// A file in the folder where the shell is.
  std::filesystem::path file(const std::string& name) const;

 private:
  std::string tmux(std::vector<std::string> arguments) const;

  TemporaryFolder folder_;
};

}  // namespace cow::testing
