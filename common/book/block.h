// The documents: Markdown in which programs write some of the blocks.
//
// A written block stands between two comments, invisible when rendered:
//
//     <!-- output: 04_global --workers 9
//          part: Claims -->
//     ```text
//     ...
//     ```
//     <!-- end -->
//
// The first line says what is written there, each further line is an option.
#pragma once

#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace book {

/// Something in a document that its author has to put right:
/// "docs/04_global.md:12: <a sentence>".
class Mistake : public std::runtime_error {
 public:
  Mistake(const std::filesystem::path& file, int line,
          const std::string& sentence);
};

enum class Kind {
  kOutput,   ///< what a command prints, or a part of it
  kCode,     ///< a piece of a source file, by the names of what is in it
  kTable,    ///< rows made of the JSON of runs
  kFigure,   ///< a picture
  kLessons,  ///< what their manifest says of the lessons
  kProof,    ///< no text: a run that the prose around it speaks of
  kByHand,   ///< text of the author's, with the reason
};

/// A block and where it stands.
struct Block {
  Kind kind{};
  std::string what;  ///< behind the kind: the command, FILE#NAME, the reason
  std::vector<std::pair<std::string, std::string>> options;
  int line = 0;        ///< of its comment; the first line of a file is 1
  std::string indent;  ///< in front of its comment, as inside a list
  /// What stands between the comments, without the indent.
  std::vector<std::string> body;
  /// The lines of the document that `body` is, counted from 0.
  std::size_t begin = 0, end = 0;

  /// All values of an option, in their order.
  std::vector<std::string> all(std::string_view key) const;
  /// Its only value, or "".
  std::string one(std::string_view key) const;
};

/// A fence or a table with digits in it that no comment speaks for.
struct Uncovered {
  int line = 0;
  std::string what;  ///< "a fenced block", "a table"
};

struct Document {
  std::filesystem::path path;
  std::vector<std::string> lines;
  std::vector<Block> blocks;
  std::vector<Uncovered> uncovered;
};

/// Reads a document. A fence of shell commands ("sh") needs no comment. Throws
/// Mistake.
Document parse(const std::filesystem::path& path, std::string_view text);

/// The document with `bodies` in place of those of its blocks, in their order.
std::string with_bodies(const Document& document,
                        const std::vector<std::vector<std::string>>& bodies);

/// What stands in no block.
std::string prose_of(const Document& document);

/// The lines of a text, without their ends.
std::vector<std::string> lines_of(std::string_view text);

/// The text without blanks at its ends.
std::string_view trimmed(std::string_view text);

}  // namespace book
