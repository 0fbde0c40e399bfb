// Everything a run of a lesson has found out: what its reports are made of.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cow/lesson/claim.h"
#include "cow/lesson/flags.h"
#include "cow/lesson/moment.h"
#include "cow/lesson/page_picture.h"
#include "cow/memory/environment.h"

namespace cow {

/// What is known of a lesson before it runs.
struct About {
  std::string_view name;      ///< as its folder: "04_global"
  std::string_view question;  ///< in one sentence
  std::string_view answer;    ///< what to remember
  std::string_view next;      ///< what to read next, and why
  Options options = {};
};

/// Something that a lesson shows beside its figures.
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
  std::vector<Claim> claims;

  /// Whether there are claims and all of them hold.
  bool holds() const;
};

}  // namespace cow
