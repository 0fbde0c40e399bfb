// The functions of screen.h for a cowtop that is built without curses.
#include <stdexcept>

#include "cowtop/screen.h"

namespace cowtop {

std::optional<std::string> why_no_screen() {
  return "built without ncurses, so that there is no live screen; "
         "cowtop --once prints a table";
}

Ending show_live(const Live&) { throw std::runtime_error(*why_no_screen()); }

}  // namespace cowtop
