#include "book/block.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <optional>
#include <regex>
#include <sstream>

namespace book {
namespace {

struct KindName {
  std::string_view name;
  Kind kind;
  std::vector<std::string_view> options;
};

const std::vector<KindName>& kinds() {
  static const std::vector<KindName> all = {
      {"output",
       Kind::kOutput,
       {"part", "lines", "free", "near", "within", "says", "exit", "needs"}},
      {"code", Kind::kCode, {"from", "to"}},
      {"table", Kind::kTable, {}},
      {"figure", Kind::kFigure, {"near", "free", "needs"}},
      {"lessons", Kind::kLessons, {}},
      {"proof", Kind::kProof, {"says", "near", "exit", "needs"}},
      {"figures", Kind::kFigures, {"source", "definition", "from"}},
      {"by hand", Kind::kByHand, {}},
  };
  return all;
}

constexpr std::string_view kOpens = "<!--";
constexpr std::string_view kCloses = "-->";

// The fence that a line opens or closes ("```text" or "```"): its signs,
// without the language.
std::optional<std::string> fence_of(std::string_view line) {
  const std::string_view text = trimmed(line);
  for (const char sign : {'`', '~'}) {
    const auto count = std::min(text.find_first_not_of(sign), text.size());
    if (count >= 3) return std::string(count, sign);
  }
  return std::nullopt;
}

// Goes through a document from its top.
class Parser {
 public:
  Parser(const std::filesystem::path& path, std::string_view text) {
    document_.path = path;
    document_.lines = lines_of(text);
  }

  Document parse() {
    while (at_ < document_.lines.size()) step();
    if (open_) never_ended();
    return std::move(document_);
  }

 private:
  [[noreturn]] void mistake(std::size_t at, const std::string& sentence) const {
    throw Mistake(document_.path, static_cast<int>(at) + 1, sentence);
  }

  [[noreturn]] void never_ended() const {
    throw Mistake(document_.path, open_->line,
                  "this block has no <!-- end -->");
  }

  void step() {
    const std::string& line = document_.lines[at_];
    const auto fence = fence_of(line);
    if (!fence_.empty()) {
      const bool closes = fence && fence->starts_with(fence_) &&
                          trimmed(line).size() == fence->size();
      if (closes) fence_.clear();
      ++at_;
    } else if (fence) {
      fence_ = *fence;
      const std::string_view language = trimmed(line).substr(fence->size());
      if (!open_ && language != "sh") uncovered("a fenced block");
      ++at_;
    } else if (trimmed(line).starts_with(kOpens)) {
      comment();
    } else {
      look_at_table(line);
      ++at_;
    }
  }

  void uncovered(const std::string& what) {
    document_.uncovered.push_back({static_cast<int>(at_) + 1, what});
  }

  // Reports only the first line with a digit of each table.
  void look_at_table(const std::string& line) {
    if (!trimmed(line).starts_with('|')) {
      table_reported_ = false;
      return;
    }
    static const std::regex target(R"(\]\([^)]*\))");
    const std::string cells = std::regex_replace(line, target, "");
    const bool digits =
        std::any_of(cells.begin(), cells.end(),
                    [](unsigned char sign) { return std::isdigit(sign) != 0; });
    if (open_ || table_reported_ || !digits) return;
    table_reported_ = true;
    uncovered("a table with figures");
  }

  // Reads a comment, which takes whole lines, and moves at_ after it.
  void comment() {
    const std::size_t first = at_;
    std::vector<std::string> inside;
    for (;; ++at_) {
      if (at_ == document_.lines.size()) {
        mistake(first, "this comment has no -->");
      }
      const std::string_view line = trimmed(document_.lines[at_]);
      inside.emplace_back(line);
      const auto closes = line.find(kCloses);
      if (closes == std::string_view::npos) continue;
      if (closes + kCloses.size() != line.size()) {
        mistake(at_, "nothing may stand behind --> on its line");
      }
      break;
    }
    ++at_;
    inside.front().erase(0, kOpens.size());
    inside.back().erase(inside.back().size() - kCloses.size());
    if (inside.size() == 1 && trimmed(inside[0]) == "end") {
      end(first);
    } else {
      begin(first, inside);
    }
  }

  void end(std::size_t at) {
    if (!open_) mistake(at, "<!-- end --> ends no block");
    Block block = *std::exchange(open_, std::nullopt);
    block.end = at;
    for (std::size_t i = block.begin; i < block.end; ++i) {
      std::string_view line = document_.lines[i];
      if (line.starts_with(block.indent)) {
        line.remove_prefix(block.indent.size());
      }
      block.body.emplace_back(line);
    }
    document_.blocks.push_back(std::move(block));
  }

  void begin(std::size_t at, const std::vector<std::string>& inside) {
    if (open_) never_ended();
    const auto first = key_and_value(at, inside[0]);
    const KindName& known = kind_of(at, first.first);
    Block block;
    block.kind = known.kind;
    block.what = first.second;
    block.line = static_cast<int>(at) + 1;
    const std::string& line = document_.lines[at];
    block.indent = line.substr(0, line.find(kOpens));
    block.begin = at_;
    for (std::size_t i = 1; i < inside.size(); ++i) {
      if (trimmed(inside[i]).empty()) continue;
      block.options.push_back(key_and_value(at + i, inside[i]));
      check_option(at + i, known, block.options.back().first);
    }
    if (block.kind == Kind::kProof || block.kind == Kind::kFigures) {
      block.end = block.begin;
      document_.blocks.push_back(std::move(block));
    } else {
      open_ = std::move(block);
    }
  }

  const KindName& kind_of(std::size_t at, const std::string& name) const {
    std::vector<std::string_view> names;
    for (const KindName& each : kinds()) {
      if (each.name == name) return each;
      names.push_back(each.name);
    }
    mistake(at, fmt::format("\"{}\" is no kind of block: expected {} or end",
                            name, fmt::join(names, ", ")));
  }

  std::pair<std::string, std::string> key_and_value(
      std::size_t at, std::string_view text) const {
    const auto colon = text.find(':');
    const std::string_view key = trimmed(text.substr(0, colon));
    if (colon == std::string_view::npos ||
        trimmed(text.substr(colon + 1)).empty()) {
      mistake(at, fmt::format(R"("{}" says nothing: expected "{}: ...")",
                              trimmed(text), key.empty() ? "output" : key));
    }
    return {std::string(key), std::string(trimmed(text.substr(colon + 1)))};
  }

  void check_option(std::size_t at, const KindName& kind,
                    const std::string& key) const {
    if (std::find(kind.options.begin(), kind.options.end(), key) !=
        kind.options.end()) {
      return;
    }
    mistake(at,
            kind.options.empty()
                ? fmt::format("{} has no options, and so not \"{}\"", kind.name,
                              key)
                : fmt::format(R"("{}" is no option of {}: expected {})", key,
                              kind.name, fmt::join(kind.options, ", ")));
  }

  Document document_;
  std::size_t at_ = 0;
  std::string fence_;  // closes the open fence
  std::optional<Block> open_;
  bool table_reported_ = false;
};

}  // namespace

Mistake::Mistake(const std::filesystem::path& file, int line,
                 const std::string& sentence)
    : std::runtime_error(
          fmt::format("{}:{}: {}", file.string(), line, sentence)) {}

std::vector<std::string> Block::all(std::string_view key) const {
  std::vector<std::string> values;
  for (const auto& [name, value] : options) {
    if (name == key) values.push_back(value);
  }
  return values;
}

std::string Block::one(std::string_view key) const {
  const auto values = all(key);
  return values.empty() ? "" : values.front();
}

Document parse(const std::filesystem::path& path, std::string_view text) {
  return Parser(path, text).parse();
}

std::string with_bodies(const Document& document,
                        const std::vector<std::vector<std::string>>& bodies) {
  std::string text;
  const auto copy = [&](std::size_t from, std::size_t to) {
    for (; from < to; ++from) text += document.lines[from] + "\n";
  };
  std::size_t at = 0;
  for (std::size_t i = 0; i < document.blocks.size(); ++i) {
    const Block& block = document.blocks[i];
    copy(at, block.begin);
    for (const std::string& line : bodies.at(i)) {
      text += (line.empty() ? line : block.indent + line) + "\n";
    }
    at = block.end;
  }
  copy(at, document.lines.size());
  return text;
}

std::string prose_of(const Document& document) {
  std::string text;
  std::size_t at = 0;
  const auto copy = [&](std::size_t to) {
    for (; at < to; ++at) text += document.lines[at] + "\n";
  };
  for (const Block& block : document.blocks) {
    copy(static_cast<std::size_t>(block.line) - 1);
    at = block.end;
  }
  copy(document.lines.size());
  return text;
}

int minutes_to_read(const Document& document) {
  constexpr int kWordsAMinute = 190;
  int words = 0;
  bool folded = false;
  bool in_comment = false;
  for (const std::string& line : document.lines) {
    if (trimmed(line).starts_with("<details>")) folded = true;
    if (trimmed(line) == "</details>") folded = false;
    in_comment = in_comment || line.find(kOpens) != std::string::npos;
    if (!folded && !in_comment && !trimmed(line).starts_with("![")) {
      std::istringstream stream(line);
      words += static_cast<int>(std::count_if(
          std::istream_iterator<std::string>(stream), {},
          [](const std::string& word) {
            return std::any_of(
                word.begin(), word.end(),
                [](unsigned char sign) { return std::isalnum(sign) != 0; });
          }));
    }
    if (line.find(kCloses) != std::string::npos) in_comment = false;
  }
  return (words + kWordsAMinute / 2) / kWordsAMinute;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace book
