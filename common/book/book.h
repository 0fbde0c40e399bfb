// Writes the blocks of the documents, or says where they are not what the
// programs say.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "book/block.h"
#include "book/compare.h"
#include "book/runs.h"

namespace book {

/// What a block should say.
struct Fresh {
  std::vector<std::string> body;
  Slack slack;
  /// Why this machine cannot say it; the block is then left as it is.
  std::optional<std::string> not_possible;
  /// A picture: the file, and what should stand in it.
  std::filesystem::path drawing;
  std::string svg;
};

/// What has to be run for a block.
std::vector<Runs::Command> commands_of(const Block& block);

/// Runs, reads or draws what `block` asks for. Throws Mistake.
Fresh render(const Document& document, const Block& block, const Places& places,
             Runs& runs);

/// What is wrong with a block, as its document now stands.
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
  std::vector<std::filesystem::path> written;
};

enum class Mode {
  kCheck,  ///< changes nothing
  kWrite,  ///< replaces what disagrees
  kFresh,  ///< replaces everything
};

/// Goes through `documents`, paths below the source's top folder.
Outcome make(const std::vector<std::filesystem::path>& documents,
             const Places& places, Runs& runs, Mode mode);

/// The findings for a person, as a diff.
std::string to_text(const Finding& finding);

}  // namespace book
