#include "cowtop/table.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "cowtop/amount.h"

namespace cowtop {
namespace {

using Id = Column::Id;

// Blanks between two columns.
constexpr std::size_t kGap = 2;
// Every process has a few MiB for itself. A smaller figure is not marked.
constexpr cow::Bytes kWorthALook(4 << 20);

std::string heading_of(Id id) {
  constexpr std::array<std::string_view, 8> kHeadings = {
      "PID",  "RSS",         "PSS",        "USS",
      "swap", "new private", "per second", "command"};
  return std::string(kHeadings.at(static_cast<std::size_t>(id)));
}

Id column_of(Order order) {
  constexpr std::array<Id, 5> kColumns = {Id::kCommand, Id::kRss, Id::kPss,
                                          Id::kUss, Id::kPrivate};
  return kColumns.at(static_cast<std::size_t>(order));
}

std::size_t width_of(Id id, const Widths& widths) {
  const std::size_t least = heading_of(id).size();
  switch (id) {
    case Id::kPid:
      return std::max(least, widths.pid);
    case Id::kRss:
      return std::max(least, widths.rss);
    case Id::kPss:
      return std::max(least, widths.pss);
    case Id::kUss:
      return std::max(least, widths.uss);
    case Id::kSwap:
      return std::max(least, widths.swap);
    case Id::kPrivate:
    case Id::kRate:
      return std::max(least, widths.change);
    case Id::kCommand:
      break;
  }
  return 0;
}

// A column that is left out if the commands would get less than `room` cells.
struct Sacrifice {
  Id id;
  std::size_t room;
};

std::vector<Sacrifice> sacrifices(const Sample& sample) {
  std::vector<Sacrifice> order;
  if (sample.totals.swap == cow::Bytes()) order.push_back({Id::kSwap, 20});
  order.insert(order.end(), {{Id::kRate, 14},
                             {Id::kSwap, 14},
                             {Id::kPrivate, 14},
                             {Id::kRss, 12},
                             {Id::kPss, 7}});
  return order;
}

// How many cells the other `columns` leave for the command.
std::size_t room_for_command(const std::vector<Column>& columns,
                             std::size_t width) {
  std::size_t taken = 1;  // the mark of the selected row
  for (const Column& column : columns) {
    if (column.id != Id::kCommand) taken += column.width + kGap;
  }
  return width - std::min(width, taken);
}

void erase(std::vector<Column>& columns, Id id) {
  std::erase_if(columns, [&](const Column& column) { return column.id == id; });
}

// The figure of a process for a column, with its look.
Span figure(const Row& row, Id id) {
  const auto span = [](cow::Bytes bytes, std::string text) {
    return Span{std::move(text),
                bytes == cow::Bytes() ? Look::kDim : Look::kPlain};
  };
  switch (id) {
    case Id::kRss:
      return span(row.usage->rss, amount(row.usage->rss));
    case Id::kPss:
      return span(row.usage->pss, amount(row.usage->pss));
    case Id::kUss:
      return span(row.usage->uss(), amount(row.usage->uss()));
    case Id::kSwap:
      return span(row.usage->swap, amount(row.usage->swap));
    case Id::kRate:
      if (row.private_per_second >= kWorthALook) {
        return {change(row.private_per_second), Look::kWarning};
      }
      return span(row.private_per_second, change(row.private_per_second));
    default:
      if (row.became_private >= kWorthALook) {
        return {change(row.became_private), Look::kWarning};
      }
      return span(row.became_private, change(row.became_private));
  }
}

// The lines from each process to its parent, such as "│ └─ ". Goes from the
// last row to the first, because then it is known whether a sibling follows.
std::vector<std::string> branches(const Sample& sample, Charset charset) {
  struct Signs {
    std::string_view sister, last, passing, nothing;
  };
  const Signs signs = charset == Charset::kUtf8
                          ? Signs{"├─ ", "└─ ", "│  ", "   "}
                          : Signs{"|- ", "`- ", "|  ", "   "};
  std::vector<std::string> result(sample.rows.size());
  std::vector<bool> more_follow;
  for (std::size_t i = sample.rows.size(); i-- > 0;) {
    const auto depth =
        static_cast<std::size_t>(std::max(sample.rows[i].depth, 0));
    more_follow.resize(depth + 1);
    for (std::size_t level = 1; level < depth; ++level) {
      result[i] += more_follow[level] ? signs.passing : signs.nothing;
    }
    if (depth > 0) result[i] += more_follow[depth] ? signs.sister : signs.last;
    more_follow[depth] = true;
  }
  return result;
}

// The end of `branch`, so long that half of `room` is left for the command.
std::string shortened(const std::string& branch, std::size_t room) {
  std::string_view rest = branch;
  std::size_t take = cells(rest);
  while (take > room / 2 && !rest.empty()) {
    // A sign and the blanks after it.
    std::size_t next = 1;
    while (next < rest.size() &&
           (static_cast<unsigned char>(rest[next]) & 0xC0U) == 0x80) {
      ++next;
    }
    rest.remove_prefix(next);
    --take;
  }
  return std::string(rest);
}

// The command without the folder of its program, as in top. The folder says
// little and would take half the column.
std::string_view without_folder(std::string_view command) {
  const std::size_t program = command.substr(0, command.find(' ')).rfind('/');
  const bool path = command.starts_with('/') && program + 1 < command.size();
  return path ? command.substr(program + 1) : command;
}

class RowWriter {
 public:
  RowWriter(const Sample& sample, const View& view,
            const std::vector<Column>& columns)
      : view_(view), columns_(columns) {
    if (view.order == Order::kTree) branches_ = branches(sample, view.charset);
  }

  Line write(const Row& row, std::size_t index) const {
    Line line;
    line.selected = row.pid == view_.selected;
    const std::string_view mark = view_.charset == Charset::kUtf8 ? "▸" : ">";
    line.add(line.selected ? std::string(mark) : " ", Look::kStrong);
    if (!row.usage) {
      write_reason(row, line);
    } else {
      for (const Column& column : columns_) write_figure(row, column, line);
    }
    write_command(row, index, line);
    return line;
  }

 private:
  static void write_figure(const Row& row, const Column& column, Line& line) {
    if (column.id == Id::kCommand) return;
    Span span = column.id == Id::kPid ? Span{std::to_string(row.pid)}
                                      : figure(row, column.id);
    line.add(right(span.text, column.width), span.look);
    line.add(std::string(kGap, ' '));
  }

  // Writes the reason in place of the figures.
  void write_reason(const Row& row, Line& line) const {
    std::size_t width = 0;
    for (const Column& column : columns_) {
      if (column.id == Id::kPid) {
        write_figure(row, column, line);
      } else if (column.id != Id::kCommand) {
        width += column.width + kGap;
      }
    }
    if (width < kGap) return;
    const std::string reason = clean(row.usage.reason(), view_.charset);
    line.add(left(cut(reason, width - kGap, view_.charset), width), Look::kDim);
  }

  void write_command(const Row& row, std::size_t index, Line& line) const {
    if (columns_.empty() || columns_.back().id != Id::kCommand) return;
    const std::size_t room = columns_.back().width;
    std::string branch;
    if (!branches_.empty()) branch = shortened(branches_[index], room);
    const std::string command = clean(
        without_folder(row.command).substr(0, 4 * room + 16), view_.charset);
    const std::size_t taken = cells(branch);
    line.add(std::move(branch), Look::kDim);
    line.add(cut(command, room - std::min(room, taken), view_.charset),
             row.usage ? Look::kPlain : Look::kDim);
  }

  const View& view_;
  const std::vector<Column>& columns_;
  std::vector<std::string> branches_;
};

}  // namespace

Widths widened(const Sample& sample, Widths widths) {
  const auto widen = [](std::size_t& width, const std::string& text) {
    width = std::max(width, text.size());
  };
  for (const Row& row : sample.rows) {
    widen(widths.pid, std::to_string(row.pid));
    if (!row.usage) continue;
    widen(widths.rss, amount(row.usage->rss));
    widen(widths.pss, amount(row.usage->pss));
    widen(widths.uss, amount(row.usage->uss()));
    widen(widths.swap, amount(row.usage->swap));
    widen(widths.change, change(row.became_private));
    widen(widths.change, change(row.private_per_second));
  }
  return widths;
}

std::vector<Column> columns_for(const Sample& sample, const View& view,
                                std::size_t width) {
  const Widths widths = widened(sample, view.widths);
  std::vector<Column> columns;
  for (const Id id : {Id::kPid, Id::kRss, Id::kPss, Id::kUss, Id::kSwap,
                      Id::kPrivate, Id::kRate, Id::kCommand}) {
    columns.push_back({id, heading_of(id), width_of(id, widths)});
  }
  for (const Sacrifice& sacrifice : sacrifices(sample)) {
    if (room_for_command(columns, width) >= sacrifice.room) continue;
    if (sacrifice.id != column_of(view.order)) erase(columns, sacrifice.id);
  }
  if (room_for_command(columns, width) < 6) {
    // Too narrow for three columns: keeps the sorted one (or USS) and the
    // command.
    erase(columns, Id::kPid);
    if (column_of(view.order) != Id::kCommand &&
        column_of(view.order) != Id::kUss) {
      erase(columns, Id::kUss);
    }
  }
  columns.back().width = room_for_command(columns, width);
  return columns;
}

Line heading(const std::vector<Column>& columns, Order order) {
  Line line;
  line.add(" ");
  for (const Column& column : columns) {
    const Look look =
        column.id == column_of(order) ? Look::kSorted : Look::kHeading;
    if (column.id == Id::kCommand) {
      line.add(column.heading, look);
    } else {
      const std::size_t blanks = column.width - column.heading.size();
      line.add(std::string(blanks, ' '));
      line.add(column.heading, look);
      line.add(std::string(kGap, ' '));
    }
  }
  return line;
}

std::vector<Line> table_rows(const Sample& sample, const View& view,
                             const std::vector<Column>& columns,
                             std::size_t first, std::size_t count) {
  const std::vector<std::size_t> rows = ordered(sample, view.order);
  const RowWriter writer(sample, view, columns);
  std::vector<Line> lines;
  const std::size_t end = std::min(rows.size(), first + count);
  for (std::size_t i = first; i < end; ++i) {
    lines.push_back(writer.write(sample.rows[rows[i]], rows[i]));
  }
  return lines;
}

}  // namespace cowtop
