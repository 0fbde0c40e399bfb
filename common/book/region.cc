#include "book/region.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <regex>
#include <stdexcept>

#include "book/block.h"

namespace book {
namespace {

using Lines = std::vector<std::string>;

// Lines [begin, end) of a source.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::size_t indent_of(const std::string& line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

std::string quoted(std::string_view name) {
  static const std::regex special(R"([.*+?^${}()|\[\]\\])");
  return std::regex_replace(std::string(name), special, R"(\$&)");
}

// The spans with the least indentation: a function, not a method of the same
// name.
std::vector<Span> outermost(const Lines& lines, std::vector<Span> spans) {
  std::size_t least = std::string::npos;
  for (const Span& span : spans) {
    least = std::min(least, indent_of(lines[span.begin]));
  }
  std::erase_if(spans, [&](const Span& span) {
    return indent_of(lines[span.begin]) != least;
  });
  return spans;
}

// Finds the end of a C++ definition that begins in line `begin`: after the ";"
// or "}" that closes it. Knows strings, characters and comments.
class CppEnd {
 public:
  std::size_t find(const Lines& lines, std::size_t begin) {
    for (std::size_t i = begin; i < lines.size(); ++i) {
      if (ends_in(lines[i])) return i + 1;
    }
    return lines.size();
  }
  bool has_body() const { return has_body_; }

 private:
  bool ends_in(const std::string& line) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const char sign = line[i];
      if (line.compare(i, 2, "//") == 0) return false;
      if (sign == '"' || sign == '\'') {
        i = behind_quotes(line, i);
      } else if (sign == '(' || sign == '[') {
        ++round_;
      } else if (sign == ')' || sign == ']') {
        --round_;
      } else if (sign == '{') {
        ++curly_;
        has_body_ = true;
      } else if (sign == '}') {
        --curly_;
      }
      const bool may_end = sign == '}' || sign == ';';
      if (may_end && curly_ == 0 && round_ == 0) return true;
    }
    return false;
  }

  // An apostrophe inside a number does not begin a character.
  static std::size_t behind_quotes(const std::string& line, std::size_t i) {
    const char quote = line[i];
    if (quote == '\'' && i > 0 && std::isdigit(line[i - 1]) != 0) return i;
    for (++i; i < line.size() && line[i] != quote; ++i) {
      if (line[i] == '\\') ++i;
    }
    return i;
  }

  int round_ = 0;
  int curly_ = 0;
  bool has_body_ = false;
};

bool is_comment(const std::string& line) {
  return trimmed(line).starts_with("//");
}

// Includes the comments, template lines and broken declarators directly above.
std::size_t with_what_stands_above(const Lines& lines, std::size_t begin) {
  static const std::regex goes_on(R"(.*[,(<]$|^template.*|^inline$|^static$)");
  while (begin > 0) {
    const std::string above(trimmed(lines[begin - 1]));
    if (indent_of(lines[begin - 1]) != indent_of(lines[begin]) ||
        !(above.starts_with("//") || std::regex_match(above, goes_on))) {
      break;
    }
    --begin;
  }
  return begin;
}

// The definitions of `name`: lines where it follows a type or a keyword, and a
// definition can go on after it. If one has a body, those without are left out.
std::vector<Span> defined_in_cpp(const Lines& lines, std::string_view name) {
  const std::regex introduced(fmt::format(
      "^ *([A-Za-z_].*[ *&>])?({})( *[({{;=].*| *:[^:].*| *$|<.*| final.*)",
      quoted(name)));
  static const std::regex no_definition(
      R"(^ *(return|throw|if|for|while|case|else|co_return|delete|new)\b.*)");
  std::vector<Span> bodies;
  std::vector<Span> others;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::smatch match;
    if (is_comment(lines[i]) || std::regex_match(lines[i], no_definition) ||
        !std::regex_match(lines[i], match, introduced)) {
      continue;
    }
    const std::string before = match[1];
    // There is no type before a call; but before a macro with a body there may
    // be.
    if (before.find_first_of("(=.\"") != std::string::npos) continue;
    CppEnd finder;
    const std::size_t end = finder.find(lines, i);
    const bool is_call = before.empty() && !finder.has_body();
    if (is_call) continue;
    (finder.has_body() ? bodies : others)
        .push_back({with_what_stands_above(lines, i), end});
  }
  return bodies.empty() ? others : bodies;
}

// "def name" or "class name" with the indented lines below and the decorators
// above, or "name = ..." without indentation.
std::vector<Span> defined_in_python(const Lines& lines, std::string_view name) {
  const std::regex definition(
      fmt::format(R"(^ *(def|class) +{}\b.*)", quoted(name)));
  const std::regex value(fmt::format("^{} *=[^=].*", quoted(name)));
  std::vector<Span> found;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!std::regex_match(lines[i], definition) &&
        !std::regex_match(lines[i], value)) {
      continue;
    }
    std::size_t begin = i;
    while (begin > 0 && indent_of(lines[begin - 1]) == indent_of(lines[i]) &&
           (trimmed(lines[begin - 1]).starts_with('@') ||
            trimmed(lines[begin - 1]).starts_with('#'))) {
      --begin;
    }
    std::size_t end = i + 1;
    for (std::size_t next = end; next < lines.size(); ++next) {
      if (trimmed(lines[next]).empty()) continue;
      const bool closes = trimmed(lines[next]).find_first_of(")]}") == 0;
      if (indent_of(lines[next]) <= indent_of(lines[i]) && !closes) break;
      end = next + 1;
    }
    found.push_back({begin, end});
  }
  return found;
}

}  // namespace

std::vector<std::string> region(std::string_view source, std::string_view name,
                                std::string_view language) {
  const Lines lines = lines_of(source);
  const std::vector<Span> found =
      outermost(lines, language == "cpp"      ? defined_in_cpp(lines, name)
                       : language == "python" ? defined_in_python(lines, name)
                                              : std::vector<Span>());
  if (found.size() == 1) {
    return {lines.begin() + static_cast<std::ptrdiff_t>(found[0].begin),
            lines.begin() + static_cast<std::ptrdiff_t>(found[0].end)};
  }
  if (found.empty()) {
    throw std::runtime_error(
        fmt::format("nothing there is called \"{}\"", name));
  }
  std::vector<std::size_t> numbers;
  numbers.reserve(found.size());
  for (const Span& span : found) numbers.push_back(span.begin + 1);
  throw std::runtime_error(
      fmt::format("\"{}\" is defined more than once, in "
                  "lines {}",
                  name, fmt::join(numbers, ", ")));
}

std::vector<std::string> cut(std::vector<std::string> lines,
                             const std::string& from, const std::string& to) {
  const auto find = [&](auto begin, const std::string& text) {
    const auto found = std::find_if(begin, lines.end(), [&](const auto& line) {
      return line.find(text) != std::string::npos;
    });
    if (found == lines.end()) {
      throw std::runtime_error(fmt::format("no line there holds \"{}\"", text));
    }
    return found;
  };
  const auto first = from.empty() ? lines.begin() : find(lines.begin(), from);
  const auto last = to.empty() ? lines.end() : find(first, to) + 1;
  return {first, last};
}

std::vector<std::string> without_indent(std::vector<std::string> lines) {
  std::size_t indent = std::string::npos;
  for (const std::string& line : lines) {
    if (!line.empty()) indent = std::min(indent, indent_of(line));
  }
  for (std::string& line : lines) line.erase(0, indent);
  return lines;
}

std::string_view language_of(const std::filesystem::path& file) {
  const std::string extension = file.extension();
  if (extension == ".cc" || extension == ".h") return "cpp";
  if (extension == ".py") return "python";
  if (extension == ".cmake" || file.filename() == "CMakeLists.txt") {
    return "cmake";
  }
  return "text";
}

}  // namespace book
