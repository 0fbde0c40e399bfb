// The documents: Markdown in which programs write some blocks.
//
// Such a block is between two comments, which are invisible when rendered:
//
//     <!-- output: 04_global --workers 9
//          part: Claims -->
//     ```text
//     ...
//     ```
//     <!-- end -->
//
// The first line of the comment says what the block shows. Each further line is
// an option.
#pragma once

#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace book {

/// An error in a document that its author has to correct:
/// "docs/04_global.md:12: <a sentence>".
class Mistake : public std::runtime_error {
 public:
  Mistake(const std::filesystem::path& file, int line,
          const std::string& sentence);
};

enum class Kind {
  kOutput,   ///< what a command prints, or a part of it
  kCode,     ///< parts of a source file, by the names in it
  kTable,    ///< a table made from the JSON of runs
  kFigure,   ///< a picture
  kLessons,  ///< what the manifest says of the lessons
  kProof,    ///< no text: a run that the prose speaks of
  kFigures,  ///< no text: sources of figures (sentences.py)
  kByHand,   ///< text by the author, with the reason
};

/// A block, and where it is.
struct Block {
  Kind kind{};
  std::string what;  ///< after the kind: command, FILE#NAME, reason
  std::vector<std::pair<std::string, std::string>> options;
  int line = 0;        ///< that of its comment, counted from 1
  std::string indent;  ///< before its comment, as in a list
  /// The lines between the comments, without the indent.
  std::vector<std::string> body;
  /// The lines [begin, end) of the document are the body; counted from 0.
  std::size_t begin = 0, end = 0;

  /// All values of an option, in their order.
  std::vector<std::string> all(std::string_view key) const;
  /// The only value of an option, or "".
  std::string one(std::string_view key) const;
};

/// A fenced block, or a table with digits, that is not between such comments.
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

/// Reads a document. Fenced shell commands ("sh") need no comment. Throws
/// Mistake.
Document parse(const std::filesystem::path& path, std::string_view text);

/// The text of the document with the bodies of its blocks replaced by `bodies`,
/// in the same order.
std::string with_bodies(const Document& document,
                        const std::vector<std::vector<std::string>>& bodies);

/// The text outside of all blocks.
std::string prose_of(const Document& document);

/// How many minutes it takes to read, with 190 words a minute: a reader whose
/// English is a second language. Does not count comments, folded parts
/// (<details>), and the descriptions of pictures.
int minutes_to_read(const Document& document);

/// The lines of a text, without their ends.
std::vector<std::string> lines_of(std::string_view text);

/// The text without blanks at its beginning and end.
std::string_view trimmed(std::string_view text);

}  // namespace book
