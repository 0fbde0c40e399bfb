// A look as text: a table for a person, and JSON or CSV for a program.
#pragma once

#include <string>

#include "cowtop/sample.h"

namespace cowtop {

/// The table, the totals, the diagnosis with its evidence, and the notes. Only
/// commands go beyond 80 columns.
std::string to_table(const Sample& sample);

/// One object, with sizes in bytes. Figures that could not be read are left
/// out; then there is a "reason".
std::string to_json(const Sample& sample);

/// The line of column names of to_csv.
std::string csv_header();
/// One line per process: RFC 4180, with sizes in bytes. Fields that could not
/// be read are empty.
std::string to_csv(const Sample& sample);

}  // namespace cowtop
