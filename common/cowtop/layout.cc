#include "cowtop/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>

#include "cowtop/amount.h"
#include "cowtop/clock.h"
#include "cowtop/pages.h"
#include "cowtop/table.h"

namespace cowtop {
namespace {

using Lines = std::vector<Line>;

void append(Lines& to, Lines lines) {
  to.insert(to.end(), std::make_move_iterator(lines.begin()),
            std::make_move_iterator(lines.end()));
}

// `line`, cut off after `width` cells.
Line fitted(Line line, std::size_t width, Charset charset) {
  std::size_t taken = 0;
  for (Span& span : line.spans) {
    span.text = cut(span.text, width - taken, charset);
    taken += cells(span.text);
  }
  return line;
}

std::size_t cells_of(const std::vector<Span>& spans) {
  std::size_t sum = 0;
  for (const Span& span : spans) sum += cells(span.text);
  return sum;
}

// "2 s", "0.5 s", "1.3 s".
std::string seconds(std::chrono::milliseconds time) {
  return fmt::format("{:.3g} s", static_cast<double>(time.count()) / 1000);
}

// The right end of the first line: as many facts as fit into `width`.
std::vector<Span> facts(const Sample& sample, const View& view,
                        std::size_t width) {
  const std::size_t count = sample.rows.size();
  std::vector<Span> pieces;
  if (view.paused) pieces.push_back({"paused", Look::kWarning});
  if (view.order != Order::kTree) {
    pieces.push_back(
        {fmt::format("by {}", to_string(view.order)), Look::kStrong});
  }
  pieces.push_back(
      {fmt::format("{} process{}", count, count == 1 ? "" : "es")});
  if (sample.group) {
    pieces.push_back({fmt::format("cgroup {} of {}", amount(sample.group->used),
                                  amount(sample.group->limit))});
  }
  pieces.push_back({clock(sample.at)});
  // The first looks at a command come sooner than asked for. The interval is
  // shown all the same, so that the figure does not change each time. While
  // paused, `until_next` does not yet follow the keys + and -.
  const std::chrono::milliseconds wait =
      view.paused ? view.interval : std::max(sample.until_next, view.interval);
  pieces.push_back({fmt::format("every {}", seconds(wait))});
  const std::string gap = view.charset == Charset::kUtf8 ? " · " : " - ";
  std::vector<Span> spans;
  for (Span& piece : pieces) {
    const std::size_t more = cells(piece.text) + (spans.empty() ? 0 : 3);
    if (cells_of(spans) + more > width) break;
    if (!spans.empty()) spans.push_back({gap, Look::kDim});
    spans.push_back(std::move(piece));
  }
  return spans;
}

Line first_line(const Sample& sample, const View& view, std::size_t width) {
  constexpr std::string_view kName = "cowtop";
  const std::string whole_title = clean(view.title, view.charset);
  // The title may take a third, and all that the facts do not need.
  const std::size_t room = width - std::min(width, kName.size() + 2);
  const std::size_t least = std::min(room / 3, cells(whole_title) + 2);
  std::vector<Span> right_end = facts(sample, view, room - least);
  const std::size_t taken = cells_of(right_end);
  Line line;
  line.add(std::string(kName), Look::kStrong);
  const std::size_t left_over = room - std::min(room, taken);
  line.add("  ");
  const std::size_t title = left_over - std::min<std::size_t>(left_over, 2);
  line.add(left(cut(whole_title, title, view.charset), left_over));
  for (Span& span : right_end) line.spans.push_back(std::move(span));
  return line;
}

// A bar whose full length is `width` cells, in half cells if the charset has
// them.
std::string bar(double part, std::size_t width, Charset charset) {
  const double cells = std::clamp(part, 0.0, 1.0) * static_cast<double>(width);
  std::string text;
  if (charset == Charset::kAscii) {
    return text.append(static_cast<std::size_t>(std::lround(cells)), '=');
  }
  const auto halves = static_cast<std::size_t>(std::lround(cells * 2));
  for (std::size_t i = 0; i < halves / 2; ++i) text += "━";
  if (halves % 2 == 1) text += "╸";
  return text;
}

// The two totals, one above the other, to the same scale.
Lines totals(const Totals& totals, Charset charset, std::size_t width) {
  const bool utf8 = charset == Charset::kUtf8;
  const std::array<std::string, 2> sums = {utf8 ? "ΣRSS" : "sum of RSS",
                                           utf8 ? "ΣPSS" : "sum of PSS"};
  const std::array<std::string, 2> words = {"what top adds up",
                                            "what the machine pays"};
  const std::array<cow::Bytes, 2> bytes = {totals.rss, totals.pss};
  const std::array<std::string, 2> figures = {amount(bytes[0]),
                                              amount(bytes[1])};
  const auto digits =
      std::max<std::size_t>({8, figures[0].size(), figures[1].size()});
  const std::size_t named = 21 + 2 + digits;
  const std::size_t summed = named + 2 + cells(sums[0]);
  const std::size_t most = std::max(bytes[0], bytes[1]).size();
  Lines lines(2);
  for (std::size_t i = 0; i < 2; ++i) {
    Line& line = lines[i];
    if (width >= named) {
      line.add(left(words[i], 21 + 2));
    } else {
      line.add(sums[i] + "  ");
    }
    line.add(right(figures[i], digits), Look::kStrong);
    if (width >= summed) line.add("  " + sums[i], Look::kDim);
    if (width < summed + 2 + 10 || most == 0) continue;
    const double part =
        static_cast<double>(bytes[i].count()) / static_cast<double>(most);
    line.add("  ");
    line.add(bar(part, std::min<std::size_t>(width - summed - 2, 60), charset),
             i == 0 ? Look::kTop : Look::kMachine);
  }
  return lines;
}

Look look_of(Kind kind) {
  switch (kind) {
    case Kind::kCopies:
      return Look::kBad;
    case Kind::kDirtying:
      return Look::kWarning;
    case Kind::kShared:
      return Look::kGood;
    default:
      return Look::kStrong;
  }
}

// Paragraphs, each after `sign`. Further lines are indented below the text.
Lines paragraphs(const std::vector<std::string>& texts, std::string_view sign,
                 Look look, Charset charset, std::size_t width) {
  const std::size_t indent = cells(sign);
  Lines lines;
  for (const std::string& text : texts) {
    bool first = true;
    for (std::string& piece :
         wrapped(clean(text, charset), width - std::min(width, indent))) {
      Line& line = lines.emplace_back();
      line.add(std::exchange(first, false) ? std::string(sign)
                                           : std::string(indent, ' '),
               look);
      line.add(std::move(piece), look);
    }
  }
  return lines;
}

struct KeyHint {
  std::string_view key;
  std::string_view text;
};

// The hints about keys that fit; the first ones are the most important.
Line hints(const View& view, std::size_t width) {
  std::vector<KeyHint> all;
  if (view.page == Page::kTable) {
    all = {{"q", "quit"},  {"h", "help"},     {"s", "sort"},
           {"p", "pause"}, {"m", "mappings"}, {"r", "reset"}};
    if (view.has_output) all.insert(all.begin() + 4, {"o", "output"});
  } else {
    all = {{"q", "quit"}, {"Esc", "back"}};
  }
  Line line;
  std::size_t taken = 0;
  for (const KeyHint& hint : all) {
    const std::size_t needs = hint.key.size() + 1 + hint.text.size() + 3;
    if (taken + needs - 3 > width) break;
    line.add(std::string(hint.key), Look::kStrong);
    line.add(fmt::format(" {}   ", hint.text), Look::kDim);
    taken += needs;
  }
  return line;
}

// What is not shown of a longer list: " 12 above · 970 below". `above` and
// `below` are added to each.
Line position(std::size_t first, std::size_t rest, Charset charset,
              const std::string& above = "", const std::string& below = "") {
  std::string text;
  if (first > 0) text = fmt::format(" {} above{}", first, above);
  if (first > 0 && rest > 0) text += charset == Charset::kUtf8 ? " ·" : " -";
  if (rest > 0) text += fmt::format(" {} below{}", rest, below);
  Line line;
  line.add(std::move(text), Look::kDim);
  return line;
}

// The same for the table, with the PSS of the hidden rows.
Line position(const Sample& sample, const View& view, const Picture& picture,
              std::size_t width) {
  const std::vector<std::size_t> rows = ordered(sample, view.order);
  const std::size_t end = picture.first + picture.shown;
  cow::Bytes above;
  cow::Bytes below;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = sample.rows[rows[i]];
    if (!row.usage) continue;
    if (i < picture.first) above += row.usage->pss;
    if (i >= end) below += row.usage->pss;
  }
  const std::size_t rest = rows.size() - end;
  Line line = position(picture.first, rest, view.charset,
                       fmt::format(", PSS {}", amount(above)),
                       fmt::format(", PSS {}", amount(below)));
  if (cells_of(line.spans) <= width) return line;
  return position(picture.first, rest, view.charset);
}

// The index of the first shown row, if `shown` of `total` rows are shown, so
// that the selected one is among them.
std::size_t first_shown(const View& view, std::size_t shown,
                        std::size_t total) {
  std::size_t first = std::min(view.first, total - std::min(total, shown));
  if (view.position < first) first = view.position;
  if (shown > 0 && view.position >= first + shown) {
    first = view.position + 1 - shown;
  }
  return first;
}

// Distributes the lines of the screen: first to what must be there, then to
// each part that asks, as long as lines are left.
class Spare {
 public:
  explicit Spare(std::size_t lines) : lines_(lines) {}

  std::size_t left() const { return lines_; }
  std::size_t take(std::size_t wanted) {
    const std::size_t taken = std::min(wanted, lines_);
    lines_ -= taken;
    return taken;
  }
  // All or none.
  bool take_all(std::size_t wanted) {
    if (wanted > lines_) return false;
    lines_ -= wanted;
    return true;
  }

 private:
  std::size_t lines_;
};

// The first `most` of `lines`. If there are more, the last one says so.
Lines shortened(Lines lines, std::size_t most, std::size_t width,
                Charset charset) {
  if (lines.size() <= most) return lines;
  lines.resize(most);
  if (most == 0) return lines;
  Line& last = lines.back();
  const std::string mark = charset == Charset::kUtf8 ? " …" : " ..";
  last = fitted(std::move(last), width - std::min(width, cells(mark)), charset);
  last.add(mark, last.spans.empty() ? Look::kPlain : last.spans.back().look);
  return lines;
}

// The parts of the table's page, and how many lines each gets.
class TablePage {
 public:
  TablePage(const Sample& sample, const View& view, Size size)
      : sample_(sample), view_(view), size_(size) {
    const bool utf8 = view.charset == Charset::kUtf8;
    sentence_ =
        text({sample.diagnosis.sentence}, "", look_of(sample.diagnosis.kind));
    evidence_ =
        text(sample.diagnosis.evidence, utf8 ? "  · " : "  - ", Look::kDim);
    if (!sample.diagnosis.advice.empty()) {
      append(sentence_, text({"To do: " + sample.diagnosis.advice + "."}, "",
                             Look::kPlain));
    }
    for (const Diagnosis& other : sample.others) {
      append(evidence_, text({other.sentence}, "", look_of(other.kind)));
    }
    notes_ = text(sample.notes, utf8 ? "· " : "- ", Look::kPlain);
    share_out();
  }

  Picture picture() {
    Picture picture;
    Lines& lines = picture.lines;
    lines.push_back(first_line(sample_, view_, size_.columns));
    append(lines, totals(sample_.totals, view_.charset, size_.columns));
    if (blank_before_sentence_) lines.emplace_back();
    append(lines, std::move(sentence_));
    append(lines, std::move(evidence_));
    if (blank_before_table_) lines.emplace_back();
    add_table(picture);
    // The notes and the keys stay at the bottom.
    const std::size_t below = notes_.size() + (keys_ ? 1 : 0);
    while (lines.size() + below < size_.lines) lines.emplace_back();
    append(lines, std::move(notes_));
    if (keys_) lines.push_back(hints(view_, size_.columns));
    return picture;
  }

 private:
  Lines text(const std::vector<std::string>& texts, std::string_view sign,
             Look look) const {
    return paragraphs(texts, sign, look, view_.charset, size_.columns);
  }

  void share_out() {
    const std::size_t total = sample_.rows.size();
    // The first line, two totals, the heading.
    constexpr std::size_t kFixed = 4;
    Spare spare(size_.lines - std::min(size_.lines, kFixed));
    rows_ = spare.take(std::min<std::size_t>(total, 1));
    keys_ = spare.take_all(1);
    // The sentence and the notes leave a third for the table, other parts a
    // half.
    rows_ += spare.take(wanted(size_.lines / 3));
    shorten(sentence_, spare.take(sentence_.size()));
    shorten(notes_, spare.take(std::min(notes_.size(), most_notes())));
    rows_ += spare.take(wanted(size_.lines / 2));
    blank_before_sentence_ = !sentence_.empty() && spare.take_all(1);
    blank_before_table_ = spare.take_all(1);
    // A high screen has some lines for the evidence, even if rows are hidden.
    const std::size_t kept =
        size_.lines < 20 ? 0 : std::min<std::size_t>(evidence_.size(), 4);
    rows_ += spare.take(
        std::min(wanted(total), spare.left() - std::min(spare.left(), kept)));
    // Space before the keys.
    if (size_.lines >= 20) spare.take(1);
    shorten(evidence_, spare.take(evidence_.size()));
    rows_ += spare.take(wanted(total));
  }

  // How many more rows there should be: up to `least`, or up to all.
  std::size_t wanted(std::size_t least) const {
    const std::size_t goal = std::min(sample_.rows.size(), least);
    return goal - std::min(goal, rows_);
  }
  std::size_t most_notes() const {
    return std::max<std::size_t>(1, size_.lines / 6);
  }
  void shorten(Lines& lines, std::size_t most) const {
    lines = shortened(std::move(lines), most, size_.columns, view_.charset);
  }

  void add_table(Picture& picture) const {
    const std::vector<Column> columns =
        columns_for(sample_, view_, size_.columns);
    picture.lines.push_back(heading(columns, view_.order));
    picture.total = sample_.rows.size();
    picture.widths = widened(sample_, view_.widths);
    // If not all are shown, one line says so.
    const bool all = rows_ >= picture.total;
    const bool says_so = !all && rows_ > 1;
    picture.shown = says_so ? rows_ - 1 : std::min(rows_, picture.total);
    picture.first = first_shown(view_, picture.shown, picture.total);
    append(picture.lines,
           table_rows(sample_, view_, columns, picture.first, picture.shown));
    if (says_so) {
      picture.lines.push_back(position(sample_, view_, picture, size_.columns));
    }
    if (picture.total == 0 && picture.lines.size() < size_.lines) {
      picture.lines.emplace_back().add(" no process", Look::kDim);
    }
  }

  const Sample& sample_;
  const View& view_;
  const Size size_;
  Lines sentence_;
  Lines evidence_;
  Lines notes_;
  bool blank_before_sentence_ = false;
  bool blank_before_table_ = false;
  bool keys_ = false;
  std::size_t rows_ = 0;
};

Scroll scroll_of(const Scene& scene, const View& view, Size size) {
  switch (view.page) {
    case Page::kMappings:
      return mappings_page(scene, view, size.columns);
    case Page::kWhy:
      return why_page(scene, view, size.columns);
    case Page::kOutput:
      return output_page(scene, view);
    default:
      return help_page(view, size.columns);
  }
}

Picture page_picture(const Scene& scene, const View& view, Size size) {
  Scroll page = scroll_of(scene, view, size);
  Picture picture;
  picture.widths = view.widths;
  picture.total = page.lines.size();
  picture.lines.push_back(first_line(scene.sample, view, size.columns));
  if (size.lines > 10) picture.lines.emplace_back();
  append(picture.lines, std::move(page.fixed));
  const std::size_t room =
      size.lines - std::min(size.lines, picture.lines.size() + 1);
  const bool all = picture.total <= room;
  picture.shown = all ? picture.total : room - std::min<std::size_t>(room, 1);
  picture.first = std::min(view.first, picture.total - picture.shown);
  const auto begin =
      page.lines.begin() + static_cast<std::ptrdiff_t>(picture.first);
  append(picture.lines,
         {begin, begin + static_cast<std::ptrdiff_t>(picture.shown)});
  if (!all) {
    picture.lines.push_back(
        position(picture.first, picture.total - picture.first - picture.shown,
                 view.charset));
  }
  while (picture.lines.size() + 1 < size.lines) picture.lines.emplace_back();
  picture.lines.push_back(hints(view, size.columns));
  return picture;
}

}  // namespace

std::string to_string(const Line& line) {
  std::string text;
  for (const Span& span : line.spans) text += span.text;
  return text;
}

Picture lay_out(const Scene& scene, const View& view, Size size) {
  Picture picture = view.page == Page::kTable
                        ? TablePage(scene.sample, view, size).picture()
                        : page_picture(scene, view, size);
  if (picture.lines.size() > size.lines) picture.lines.resize(size.lines);
  for (Line& line : picture.lines) {
    line = fitted(std::move(line), size.columns, view.charset);
  }
  return picture;
}

}  // namespace cowtop
