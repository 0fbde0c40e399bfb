#include "cowtop/terminal.h"

// Must be defined before curses is included, for wide characters.
#ifndef _XOPEN_SOURCE_EXTENDED
#define _XOPEN_SOURCE_EXTENDED 1
#endif
// Functions instead of macros such as `move` and `clear`.
#define NCURSES_NOMACROS 1
#include <curses.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>
// term.h has a macro for each capability. These two names are used here.
#undef columns
#undef lines

#include <array>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "cow/os/descriptor.h"

namespace cowtop {
namespace {

// After Esc, a terminal has this number of milliseconds to send the rest of a
// key's sequence. After that it counts as the key Esc.
constexpr int kEscapeDelay = 50;

const char* environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

cow::Descriptor open_terminal() {
  return cow::Descriptor(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
}

// Whether the terminal has a text `capability`, such as "cup".
bool knows(const char* capability) { return ::tigetstr(capability) != nullptr; }

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

// A stream to the terminal.
File open_stream(int terminal, const char* mode) {
  const int copy = ::fcntl(terminal, F_DUPFD_CLOEXEC, 0);
  return File(copy == -1 ? nullptr : ::fdopen(copy, mode));
}

// Restores the signal handlers: curses sets its own and does not remove them.
class Handlers {
 public:
  Handlers() {
    for (auto& [signal, action] : saved_) {
      ::sigaction(signal, nullptr, &action);
    }
  }
  Handlers(const Handlers&) = delete;
  Handlers& operator=(const Handlers&) = delete;
  ~Handlers() {
    for (const auto& [signal, action] : saved_) {
      ::sigaction(signal, &action, nullptr);
    }
  }

 private:
  std::array<std::pair<int, struct sigaction>, 4> saved_{
      {{SIGINT, {}}, {SIGTERM, {}}, {SIGTSTP, {}}, {SIGWINCH, {}}}};
};

// Keeps the settings of the terminal and restores them at the end.
class Settings {
 public:
  explicit Settings(int terminal) : terminal_(terminal) {
    read_ = ::tcgetattr(terminal, &saved_) == 0;
  }
  Settings(const Settings&) = delete;
  Settings& operator=(const Settings&) = delete;
  ~Settings() { restore(); }

  void restore() const {
    if (read_) ::tcsetattr(terminal_, TCSADRAIN, &saved_);
  }

 private:
  int terminal_;
  bool read_ = false;
  termios saved_{};
};

bool wants_color() { return *environment("NO_COLOR") == '\0'; }

// The colour pairs, for the Looks that have a colour.
enum Pair : short { kNone, kCyan, kGreen, kRed, kMagenta };

void start_color() {
  if (!wants_color() || !::has_colors()) return;
  ::start_color();
  // Uses the terminal's own background.
  if (::use_default_colors() == ERR) return;
  ::init_pair(kCyan, COLOR_CYAN, -1);
  ::init_pair(kGreen, COLOR_GREEN, -1);
  ::init_pair(kRed, COLOR_RED, -1);
  ::init_pair(kMagenta, COLOR_MAGENTA, -1);
}

struct Style {
  attr_t attributes = A_NORMAL;
  short pair = kNone;
};

Style style_of(Look look) {
  switch (look) {
    case Look::kPlain:
      return {};
    case Look::kDim:
      return {A_DIM, kNone};
    case Look::kStrong:
      return {A_BOLD, kNone};
    case Look::kHeading:
      return {A_DIM, kNone};
    case Look::kSorted:
      return {A_BOLD | A_UNDERLINE, kNone};
    case Look::kTop:
      return {A_DIM, kNone};
    case Look::kMachine:
      return {A_NORMAL, kCyan};
    case Look::kGood:
      return {A_BOLD, kGreen};
    case Look::kBad:
      return {A_BOLD, kRed};
    case Look::kWarning:
      return {A_BOLD, kMagenta};
  }
  return {};
}

Key key_of_code(wint_t code) {
  switch (code) {
    case KEY_UP:
      return Key::kUp;
    case KEY_DOWN:
      return Key::kDown;
    case KEY_PPAGE:
      return Key::kPageUp;
    case KEY_NPAGE:
      return Key::kPageDown;
    case KEY_HOME:
      return Key::kHome;
    case KEY_END:
      return Key::kEnd;
    case KEY_ENTER:
      return Key::kMappings;
    default:
      return Key::kOther;
  }
}

// Gives the screen back. A terminal without a second screen (vt100) is cleared.
void give_back() {
  if (!knows("rmcup")) {
    ::erase();
    ::refresh();
  }
  ::endwin();
}

struct DeleteScreen {
  void operator()(SCREEN* screen) const { ::delscreen(screen); }
};

}  // namespace

// The members in the order in which they are taken. They are given back in
// reverse order.
struct Terminal::Curses {
  cow::Descriptor terminal = open_terminal();
  Handlers handlers;
  Settings settings{terminal.get()};
  File out = open_stream(terminal.get(), "w");
  File in = open_stream(terminal.get(), "r");
  std::unique_ptr<SCREEN, DeleteScreen> screen{
      ::newterm(nullptr, out.get(), in.get())};

  WINDOW* window = screen == nullptr ? nullptr : stdscr;

  Curses() = default;
  Curses(const Curses&) = delete;
  Curses& operator=(const Curses&) = delete;
  ~Curses() {
    if (screen != nullptr && !::isendwin()) give_back();
  }
};

std::optional<std::string> no_terminal() {
  if (!open_terminal()) {
    return "there is no terminal to show a screen on; cowtop --once prints a "
           "table";
  }
  const std::string name = environment("TERM");
  int error = 0;
  const bool known =
      ::setupterm(nullptr, STDOUT_FILENO, &error) == OK && knows("cup");
  if (cur_term != nullptr) ::del_curterm(cur_term);
  if (known) return std::nullopt;
  return fmt::format(
      "TERM={}: a terminal of this name cannot show a screen, or is not known "
      "here; cowtop --once prints a table",
      name.empty() ? "(not set)" : name);
}

Terminal::Terminal() {
  if (const std::optional<std::string> reason = no_terminal()) {
    throw std::runtime_error(*reason);
  }
  std::setlocale(LC_CTYPE, "");
  curses_ = std::make_unique<Curses>();
  if (curses_->screen == nullptr) {
    throw std::runtime_error("curses cannot open the terminal");
  }
  start_color();
  ::set_escdelay(kEscapeDelay);
  ::cbreak();
  ::noecho();
  ::nonl();
  ::keypad(curses_->window, TRUE);
  ::nodelay(curses_->window, TRUE);
  ::curs_set(0);
  resize();
}

Terminal::~Terminal() = default;

int Terminal::descriptor() const { return curses_->terminal.get(); }

Size Terminal::size() const {
  return {.columns = static_cast<std::size_t>(getmaxx(curses_->window)),
          .lines = static_cast<std::size_t>(getmaxy(curses_->window))};
}

std::optional<Key> Terminal::key() const {
  wint_t character = 0;
  switch (::wget_wch(curses_->window, &character)) {
    case OK:
      return key_of(static_cast<wchar_t>(character));
    case KEY_CODE_YES:
      return key_of_code(character);
    default:
      return std::nullopt;
  }
}

void Terminal::show(const Picture& picture) const {
  WINDOW* window = curses_->window;
  ::werase(window);
  int y = 0;
  for (const Line& line : picture.lines) {
    ::wmove(window, y++, 0);
    for (const Span& span : line.spans) {
      Style style = style_of(span.look);
      if (line.selected)
        style.attributes = (style.attributes & ~A_DIM) | A_BOLD;
      ::wattr_set(window, style.attributes, style.pair, nullptr);
      // Writing the last cell of the last line gives an error, which does not
      // matter.
      ::waddstr(window, span.text.c_str());
    }
  }
  ::wattr_set(window, A_NORMAL, kNone, nullptr);
  ::wrefresh(window);
}

void Terminal::resize() const {
  winsize window{};
  if (::ioctl(descriptor(), TIOCGWINSZ, &window) == -1) return;
  if (window.ws_row == 0 || window.ws_col == 0) return;
  ::resizeterm(window.ws_row, window.ws_col);
}

void Terminal::leave() const {
  give_back();
  curses_->settings.restore();
}

void Terminal::enter() const {
  ::reset_prog_mode();
  resize();
  ::clearok(::curscr, TRUE);
  ::wrefresh(curses_->window);
}

}  // namespace cowtop
