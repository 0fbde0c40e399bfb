// What the documents say of the lessons, from the manifest.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "book/block.h"
#include "cow/lesson/manifest.h"

namespace book {

/// The lessons and the titles of their parts.
struct Lessons {
  std::span<const cow::LessonEntry> all = cow::lessons();
  std::span<const std::string_view> parts = cow::part_titles();
};

/// The lines of the block `what` of `document`, whose path is below the
/// source's top folder. `what` is one of these:
///
/// - "questions": a table of the written lessons with question and answer;
/// - "contents": all lessons, a heading and a table for each part;
/// - "this one": in a lesson's chapter, where its files are, how long it takes,
///   what comes before and after it.
///
/// Throws std::runtime_error with a sentence if there is no such block.
std::vector<std::string> lines_about(std::string_view what,
                                     const Document& document,
                                     const Lessons& lessons = {});

}  // namespace book
