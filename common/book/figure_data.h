// The data of the pictures: reads the JSON that lessons write. If something is
// missing, the exception says so in a sentence.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cow/lesson/chart.h"
#include "cow/lesson/page_picture.h"

namespace book {

/// A picture cannot be drawn. The text says why not, and names the report.
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

/// One of its three figures.
using Quantity = std::int64_t ProcessFigures::*;

/// The processes of one moment of a run.
struct Processes {
  std::vector<ProcessFigures> all;

  std::int64_t sum(Quantity quantity) const;
  /// The median of the workers.
  std::int64_t of_a_worker(Quantity quantity) const;
};

/// The moment `moment` of the lesson's report; the last one if there are
/// several. Throws FigureError.
Processes processes(const nlohmann::json& report, std::string_view moment);

/// What was sent to the workers for that moment.
struct Sent {
  std::int64_t bytes;
  std::int64_t batches;
};
Sent sent(const nlohmann::json& report, std::string_view moment);

/// The lesson that wrote the report, "?" if it names none.
std::string lesson_of(const nlohmann::json& report);

/// A parameter of the report that is a whole number: "data", "workers". Throws
/// FigureError.
std::int64_t parameter(const nlohmann::json& report, std::string_view name);

/// Throws FigureError if the report has no claims, or one that does not hold.
void require_claims(const nlohmann::json& report);

/// The claim of the figure `what` of a moment. Throws FigureError.
const nlohmann::json& claim(const nlohmann::json& report,
                            std::string_view moment, std::string_view what);

/// The lesson's picture of pages. Throws FigureError.
cow::PagePicture page_picture(const nlohmann::json& report);

/// The lesson's chart. Throws FigureError.
cow::Chart chart(const nlohmann::json& report);

/// "763.0 MiB"
std::string size(std::int64_t bytes);
/// "1,024"
std::string number(std::int64_t count);

}  // namespace book
