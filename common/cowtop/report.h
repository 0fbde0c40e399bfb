// A look as text: a table for a person, and JSON or CSV for a program.
#pragma once

#include <cstddef>
#include <string>

#include "cowtop/looks.h"
#include "cowtop/sample.h"

namespace cowtop {

/// The table, the totals, the diagnosis with its evidence, and the notes. Only
/// commands go beyond 80 columns. They are cut so that the lines have at most
/// `columns`.
std::string to_table(const Sample& sample,
                     std::size_t columns = std::string::npos);

/// One object, with sizes in bytes. Figures that could not be read are left
/// out; then there is a "reason".
std::string to_json(const Sample& sample);

/// A summary of many looks, for a person: the time of the first, and the sums
/// when they were lowest and highest. Empty if nothing was read.
std::string to_summary(const Looks& looks);

/// The line of column names of to_csv.
std::string csv_header();
/// One line per process, and one without a PID for their sums and the
/// diagnosis: RFC 4180, with sizes in bytes. Fields that could not be read are
/// empty.
std::string to_csv(const Sample& sample);

}  // namespace cowtop
