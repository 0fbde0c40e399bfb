// The user's terminal, through curses.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cowtop/layout.h"
#include "cowtop/view.h"

namespace cowtop {

/// Why there can be no live screen here, in a sentence; none if there can be
/// one.
std::optional<std::string> no_terminal();

/// Owns the screen as long as it exists. After that the terminal is as before:
/// its settings, its cursor and what was on it. Only one at a time. From the
/// first one on, the locale (LC_CTYPE) is that of the environment.
class Terminal {
 public:
  /// Throws std::runtime_error with the sentence of `no_terminal`.
  Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal();

  /// A descriptor that is readable when a key was pressed.
  int descriptor() const;
  Size size() const;

  /// The next key that was pressed; none if there is none.
  std::optional<Key> key() const;
  /// Shows `picture`. Writes only what has changed.
  void show(const Picture& picture) const;

  /// Adapts to the present size of the terminal.
  void resize() const;
  /// Give the screen back for a while, and take it again.
  void leave() const;
  void enter() const;

 private:
  struct Curses;
  std::unique_ptr<Curses> curses_;
};

}  // namespace cowtop
