// A look as text: a table for a person, JSON and CSV for a program.
#pragma once

#include <string>

#include "cowtop/sample.h"

namespace cowtop {

/// The table, the totals, the diagnosis with its evidence and the notes, in 80
/// columns but for the commands.
std::string to_table(const Sample& sample);

/// One object, sizes in bytes; what could not be read is absent, with a
/// "reason".
std::string to_json(const Sample& sample);

/// The line of column names of to_csv.
std::string csv_header();
/// One line a process: RFC 4180, sizes in bytes, empty where it could not be
/// read.
std::string to_csv(const Sample& sample);

}  // namespace cowtop
