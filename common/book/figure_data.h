// What pictures are drawn from: the JSON that lessons write, read back. Whoever
// asks for what is not there gets a sentence that says so.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cow/lesson/page_picture.h"

namespace book {

/// A picture cannot be drawn; the text says of which report, and why not.
class FigureError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The figures of a process, in bytes.
struct ProcessFigures {
  std::string name;  ///< "parent", "worker 3", "fork server"
  std::int64_t rss;
  std::int64_t pss;
  std::int64_t uss;
};

/// One of the three.
using Quantity = std::int64_t ProcessFigures::*;

/// The processes of one moment of a run.
struct Processes {
  std::vector<ProcessFigures> all;

  std::int64_t sum(Quantity quantity) const;
  /// The middle one of the workers, by that quantity.
  std::int64_t of_a_worker(Quantity quantity) const;
};

/// The moment called `moment` of the lesson's report, not counting any moment
/// of that name before the last one. Throws FigureError.
Processes processes(const nlohmann::json& report, std::string_view moment);

/// What went to the workers at that moment, in bytes and in batches.
struct Sent {
  std::int64_t bytes;
  std::int64_t batches;
};
Sent sent(const nlohmann::json& report, std::string_view moment);

/// A whole number among the parameters: "data", "workers". Throws FigureError.
std::int64_t parameter(const nlohmann::json& report, std::string_view name);

/// Throws FigureError if the lesson has claims that do not hold, or none.
void require_claims(const nlohmann::json& report);

/// The claim of the figure `what` of a moment. Throws FigureError.
const nlohmann::json& claim(const nlohmann::json& report,
                            std::string_view moment, std::string_view what);

/// The lesson's picture of pages. Throws FigureError.
cow::PagePicture page_picture(const nlohmann::json& report);

/// "763.0 MiB"
std::string size(std::int64_t bytes);
/// "1,024"
std::string number(std::int64_t count);

}  // namespace book
