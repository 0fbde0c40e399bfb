// The terminal that the person sits at, as curses sees it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cowtop/layout.h"
#include "cowtop/view.h"

namespace cowtop {

/// Why there can be no live screen here, as a sentence; nothing if there can.
std::optional<std::string> no_terminal();

/// Owns the screen: from construction to destruction it is ours, and after
/// that as it was before, with the settings of the terminal, its cursor and
/// what was on it. One at a time; the locale (LC_CTYPE) is that of the
/// environment from then on.
class Terminal {
 public:
  /// Throws std::runtime_error with the sentence of `no_terminal`.
  Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal();

  /// Becomes readable when a key was pressed.
  int descriptor() const;
  Size size() const;

  /// The next key that was pressed; nothing if there is none.
  std::optional<Key> key() const;
  /// Makes the screen show `picture`: only what has changed is written.
  void show(const Picture& picture) const;

  /// Takes over the size that the terminal has now.
  void resize() const;
  /// Gives the screen back for a while, and takes it again.
  void leave() const;
  void enter() const;

 private:
  struct Curses;
  std::unique_ptr<Curses> curses_;
};

}  // namespace cowtop
