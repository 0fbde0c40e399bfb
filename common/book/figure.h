// The pictures of the documents: the data of each, and how it is drawn.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "book/run.h"

namespace book {

/// A drawn picture.
struct Drawing {
  std::string svg;  ///< a whole document, for light and dark pages
  std::string alt;  ///< the same in words, with its figures
};

/// A picture that `make docs` draws into docs/figures/NAME.svg.
struct Figure {
  std::string name;
  std::vector<Run> runs;
  /// Takes the JSON of each of `runs`, in their order.
  std::function<Drawing(const std::vector<nlohmann::json>& reports)> draw;
};

/// All pictures of the documents.
const std::vector<Figure>& figures();

}  // namespace book
