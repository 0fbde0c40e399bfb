// The tables of the documents that are made from several runs.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "book/run.h"

namespace book {

/// A table that `make docs` writes. Its cells are Markdown.
struct TableOf {
  std::string name;
  std::vector<Run> runs;
  /// Takes the JSON of each of `runs`, in their order. The first row of the
  /// result is the heading. A column whose heading ends in ':' is aligned
  /// right.
  std::function<std::vector<std::vector<std::string>>(
      const std::vector<nlohmann::json>& reports)>
      rows;
};

/// All tables of the documents.
const std::vector<TableOf>& tables();

/// The rows as lines of Markdown.
std::vector<std::string> as_markdown(
    const std::vector<std::vector<std::string>>& rows);

}  // namespace book
