// What the user has chosen to see, and what each key changes in that. Nothing
// here depends on a terminal.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cowtop/cells.h"
#include "cowtop/sample.h"

namespace cowtop {

/// The page on the screen.
enum class Page { kTable, kMappings, kWhy, kOutput, kHelp };

/// The order of the table: parents before their children, or the largest first.
enum class Order { kTree, kRss, kPss, kUss, kPrivate };

/// "tree", "RSS", "PSS", "USS", "new private".
std::string_view to_string(Order order);

/// The same as it is typed after --sort: "new" is short for "new private".
std::optional<Order> parse_order(std::string_view text);

/// The rows of `sample` in that order, as indexes. Processes that could not be
/// read come last.
std::vector<std::size_t> ordered(const Sample& sample, Order order);

/// How wide the columns of the table have been. They only grow, so that figures
/// keep their place when they change.
struct Widths {
  std::size_t pid = 3;
  std::size_t rss = 8;  ///< "64.0 MiB"
  std::size_t pss = 8;
  std::size_t uss = 8;
  std::size_t swap = 4;
  std::size_t change = 9;  ///< "+64.0 MiB"
};

struct View {
  std::string title;  ///< what is watched, for the first line
  Charset charset = Charset::kUtf8;
  bool has_output = false;  ///< whether COMMAND's output is kept

  Page page = Page::kTable;
  Order order = Order::kTree;
  bool paused = false;
  /// How often to look, as the user wants.
  std::chrono::milliseconds interval{1000};

  pid_t selected = 0;        ///< 0 before the first look
  std::size_t position = 0;  ///< of `selected` in the order
  /// The user has moved to the selected process. Otherwise the first row is
  /// selected, whatever process it is.
  bool chosen = false;
  std::size_t first = 0;  ///< index of the first shown row or line
  /// From the last picture: how much there is, and how much was shown.
  std::size_t shown = 1;
  std::size_t total = 0;
  Widths widths;
};

enum class Key {
  kOther,
  kQuit,
  kSort,
  kPause,
  kHelp,
  kMappings,
  kWhy,
  kOutput,
  kBack,
  kReset,
  kLonger,
  kShorter,
  kUp,
  kDown,
  kPageUp,
  kPageDown,
  kHome,
  kEnd
};

/// The key for a character; kOther if it has no meaning.
Key key_of(wchar_t character);

/// What has to be done in addition to showing the view again.
enum class Action {
  kNothing,
  kQuit,
  kLook,
  kForget,
  kInterval,
  kMappings,
  kWhy
};

/// Changes `view` as `key` says. `sample` is on the screen now.
Action press(Key key, const Sample& sample, View& view);

/// Selects the same process in a new look. If that process is gone, selects the
/// same position in the table.
void keep_selected(const Sample& sample, View& view);

/// Puts the rows in that order. In any order but kTree all depths become 0.
void sort_rows(Sample& sample, Order order);

/// The row that is selected; null if there is none.
const Row* selected_row(const Sample& sample, const View& view);

}  // namespace cowtop
