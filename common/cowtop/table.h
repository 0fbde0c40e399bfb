// The table of processes: the columns that fit, and the rows.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cowtop/layout.h"

namespace cowtop {

/// A shown column of the table.
struct Column {
  enum class Id { kPid, kRss, kPss, kUss, kSwap, kPrivate, kRate, kCommand };
  Id id = Id::kPid;
  std::string heading;
  std::size_t width = 0;
};

/// `widths`, made larger where the figures of `sample` need it.
Widths widened(const Sample& sample, Widths widths);

/// The columns that fit into `width` cells. The least important ones are left
/// out first. The column that the table is sorted by is never left out.
std::vector<Column> columns_for(const Sample& sample, const View& view,
                                std::size_t width);

/// The line above the rows.
Line heading(const std::vector<Column>& columns, Order order);

/// Rows [first, first + count) of the table in the view's order.
std::vector<Line> table_rows(const Sample& sample, const View& view,
                             const std::vector<Column>& columns,
                             std::size_t first, std::size_t count);

}  // namespace cowtop
