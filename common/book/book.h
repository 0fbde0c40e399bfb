// book is the program behind `make docs` and `make proof`. It writes the blocks
// of the documents, or says where a block differs from what the programs say.
// It is not the text of the course, which is in docs/. It does not run the
// lessons for students: the program of common/course does. The lessons are in
// lessons/, and the library with which they are written is cow/lesson.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "book/block.h"
#include "book/compare.h"
#include "book/runs.h"

namespace book {

/// What a block should say.
struct Fresh {
  std::vector<std::string> body;
  Slack slack;
  /// Why this machine cannot make the block; then it stays as it is.
  std::optional<std::string> not_possible;
  /// For a picture: its file, and what the file should contain.
  std::filesystem::path drawing;
  std::string svg;
};

/// The commands that must run for a block.
std::vector<Runs::Command> commands_of(const Block& block);

/// Makes the content of `block`: runs, reads or draws. Throws Mistake.
Fresh render(const Document& document, const Block& block, const Places& places,
             Runs& runs);

/// What is wrong with a block in its document.
struct Finding {
  std::filesystem::path path;
  Block block;
  std::vector<Difference> differences;
};

/// A block that this machine cannot make.
struct Skipped {
  std::string where;  ///< "docs/04_global.md:12"
  std::string why;
};

/// What happened to the documents.
struct Outcome {
  int blocks = 0;
  std::vector<Finding> findings;
  std::vector<std::string> mistakes;
  std::vector<Skipped> skipped;
  int left_out = 0;  ///< blocks
  std::vector<std::filesystem::path> written;
};

enum class Mode {
  kCheck,  ///< changes nothing
  kWrite,  ///< replaces what disagrees
  kFresh,  ///< replaces everything
};

/// Checks or writes `documents`, given as paths below the source's top folder.
/// Leaves out the blocks of the program `left_out`, if one is named.
Outcome make(const std::vector<std::filesystem::path>& documents,
             const Places& places, Runs& runs, Mode mode,
             std::string_view left_out = {});

/// A finding for a person, as a diff.
std::string to_text(const Finding& finding);

}  // namespace book
