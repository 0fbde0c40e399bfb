// The result of a lesson's run. All reports are made from it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cow/lesson/chart.h"
#include "cow/lesson/claim.h"
#include "cow/lesson/flags.h"
#include "cow/lesson/moment.h"
#include "cow/lesson/page_picture.h"
#include "cow/memory/environment.h"

namespace cow {

/// What is known of a lesson before it runs.
struct About {
  std::string_view name;      ///< that of its folder: "04_global"
  std::string_view question;  ///< in one sentence
  std::string_view answer;    ///< what to remember
  std::string_view next;      ///< what to read next, and why
  Options options = {};
};

/// Text that a lesson shows in addition to its figures.
struct Exhibit {
  std::string title;
  std::string text;  ///< whole lines
};

/// A run of a lesson.
struct Result {
  About about;
  Flags flags;
  int chunk_size = 0;
  Environment environment;
  std::vector<Moment> moments;
  std::vector<Exhibit> exhibits;
  std::optional<PagePicture> picture;
  std::optional<Chart> chart;
  std::vector<Claim> claims;

  /// Whether there are claims and all of them hold.
  bool holds() const;
};

}  // namespace cow
