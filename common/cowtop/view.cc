#include "cowtop/view.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <utility>

namespace cowtop {
namespace {

using std::chrono::milliseconds;

// The intervals for the keys + and -, in milliseconds.
constexpr std::array<int, 9> kIntervals = {100,  200,   500,   1000, 2000,
                                           5000, 10000, 30000, 60000};

milliseconds longer(milliseconds now) {
  for (const int step : kIntervals) {
    if (milliseconds(step) > now) return milliseconds(step);
  }
  return now;
}

milliseconds shorter(milliseconds now) {
  milliseconds result = now;
  for (const int step : kIntervals) {
    if (milliseconds(step) < now) result = milliseconds(step);
  }
  return result;
}

// The figure that decides the order; larger ones come first.
std::int64_t weight(const Row& row, Order order) {
  if (!row.usage) return INT64_MIN;
  switch (order) {
    case Order::kRss:
      return row.usage->rss.count();
    case Order::kPss:
      return row.usage->pss.count();
    case Order::kUss:
      return row.usage->uss().count();
    case Order::kPrivate:
      return row.became_private.count();
    case Order::kTree:
      break;
  }
  return 0;
}

Order after(Order order) {
  if (order == Order::kPrivate) return Order::kTree;
  return static_cast<Order>(static_cast<int>(order) + 1);
}

void select(const Sample& sample, std::size_t position, View& view) {
  const std::vector<std::size_t> rows = ordered(sample, view.order);
  if (rows.empty()) {
    view.selected = 0;
    view.position = 0;
    return;
  }
  view.position = std::min(position, rows.size() - 1);
  view.selected = sample.rows[rows[view.position]].pid;
}

// The position after a key that moves; `last` is the largest possible.
std::size_t moved(Key key, std::size_t position, std::size_t page,
                  std::size_t last) {
  switch (key) {
    case Key::kUp:
      return position - std::min<std::size_t>(position, 1);
    case Key::kDown:
      return std::min(position + 1, last);
    case Key::kPageUp:
      return position - std::min(position, page);
    case Key::kPageDown:
      return std::min(position + page, last);
    case Key::kHome:
      return 0;
    case Key::kEnd:
      return last;
    default:
      return position;
  }
}

void move(Key key, const Sample& sample, View& view) {
  const std::size_t page = std::max<std::size_t>(view.shown, 1);
  if (view.page == Page::kTable) {
    const std::size_t rows = sample.rows.size();
    select(sample, moved(key, view.position, page, rows == 0 ? 0 : rows - 1),
           view);
    view.chosen = view.position != 0;
    return;
  }
  const std::size_t last = view.total - std::min(view.total, view.shown);
  view.first = moved(key, view.first, page, last);
}

void turn_to(Page page, View& view) {
  view.page = page;
  view.first = 0;
}

Action open_mappings(const Sample& sample, View& view) {
  if (selected_row(sample, view) == nullptr) return Action::kNothing;
  turn_to(Page::kMappings, view);
  return Action::kMappings;
}

// The key that opens a page also closes it.
void toggle(Page page, View& view) {
  turn_to(view.page == page ? Page::kTable : page, view);
}

// The keys for the table, on any page.
Action press_of_table(Key key, const Sample& sample, View& view) {
  switch (key) {
    case Key::kSort:
      turn_to(Page::kTable, view);
      view.order = after(view.order);
      // Selects the first row: the user wants to see the largest, not to follow
      // a process.
      view.chosen = false;
      keep_selected(sample, view);
      return Action::kNothing;
    case Key::kPause:
      view.paused = !view.paused;
      return view.paused ? Action::kNothing : Action::kLook;
    case Key::kReset:
      return Action::kForget;
    case Key::kLonger:
      view.interval = longer(view.interval);
      return Action::kInterval;
    case Key::kShorter:
      view.interval = shorter(view.interval);
      return Action::kInterval;
    default:
      move(key, sample, view);
      return Action::kNothing;
  }
}

}  // namespace

std::string_view to_string(Order order) {
  constexpr std::array<std::string_view, 5> kNames = {"tree", "RSS", "PSS",
                                                      "USS", "new private"};
  return kNames.at(static_cast<std::size_t>(order));
}

std::optional<Order> parse_order(std::string_view text) {
  constexpr std::array<std::string_view, 5> kNames = {"tree", "rss", "pss",
                                                      "uss", "new"};
  const auto* const found = std::find(kNames.begin(), kNames.end(), text);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Order>(found - kNames.begin());
}

std::vector<std::size_t> ordered(const Sample& sample, Order order) {
  std::vector<std::size_t> rows(sample.rows.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  if (order == Order::kTree) return rows;
  std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
    return weight(sample.rows[a], order) > weight(sample.rows[b], order);
  });
  return rows;
}

Key key_of(wchar_t character) {
  switch (character) {
    case L'q':
    case L'Q':
      return Key::kQuit;
    case L's':
      return Key::kSort;
    case L'p':
    case L' ':
      return Key::kPause;
    case L'h':
    case L'?':
      return Key::kHelp;
    case L'm':
    case L'\r':
    case L'\n':
      return Key::kMappings;
    case L'w':
      return Key::kWhy;
    case L'o':
      return Key::kOutput;
    case 27:
      return Key::kBack;
    case L'r':
      return Key::kReset;
    case L'+':
      return Key::kLonger;
    case L'-':
      return Key::kShorter;
    case L'k':
      return Key::kUp;
    case L'j':
      return Key::kDown;
    default:
      return Key::kOther;
  }
}

Action press(Key key, const Sample& sample, View& view) {
  switch (key) {
    case Key::kQuit:
      return Action::kQuit;
    case Key::kBack:
      turn_to(Page::kTable, view);
      return Action::kNothing;
    case Key::kHelp:
      toggle(Page::kHelp, view);
      return Action::kNothing;
    case Key::kWhy:
      toggle(Page::kWhy, view);
      return view.page == Page::kWhy ? Action::kWhy : Action::kNothing;
    case Key::kOutput:
      if (view.has_output) toggle(Page::kOutput, view);
      return Action::kNothing;
    case Key::kMappings:
      if (view.page != Page::kMappings) return open_mappings(sample, view);
      turn_to(Page::kTable, view);
      return Action::kNothing;
    default:
      return press_of_table(key, sample, view);
  }
}

void keep_selected(const Sample& sample, View& view) {
  if (!view.chosen) {
    select(sample, 0, view);
    return;
  }
  const std::vector<std::size_t> rows = ordered(sample, view.order);
  const auto found = std::find_if(
      rows.begin(), rows.end(),
      [&](std::size_t row) { return sample.rows[row].pid == view.selected; });
  select(sample,
         found == rows.end() ? view.position
                             : static_cast<std::size_t>(found - rows.begin()),
         view);
}

void sort_rows(Sample& sample, Order order) {
  if (order == Order::kTree) return;
  std::vector<Row> rows;
  for (const std::size_t index : ordered(sample, order)) {
    rows.push_back(std::move(sample.rows[index]));
    rows.back().depth = 0;
  }
  sample.rows = std::move(rows);
}

const Row* selected_row(const Sample& sample, const View& view) {
  const auto found =
      std::find_if(sample.rows.begin(), sample.rows.end(),
                   [&](const Row& row) { return row.pid == view.selected; });
  return found == sample.rows.end() ? nullptr : &*found;
}

}  // namespace cowtop
