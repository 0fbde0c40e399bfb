// Parts of source files, found by the names of their definitions.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace book {

/// The lines of `source` that define `name`: a function, a class or a variable,
/// with the comment and the template line above it. `language` is the result of
/// `language_of`. Throws std::runtime_error with a sentence if there is no such
/// name, or more than one.
std::vector<std::string> region(std::string_view source, std::string_view name,
                                std::string_view language);

/// The part of `lines` from the first line that contains `from` to the next
/// line that contains `to`. An empty text means from the beginning, or to the
/// end. Throws std::runtime_error with a sentence if there is no such line.
std::vector<std::string> cut(std::vector<std::string> lines,
                             const std::string& from, const std::string& to);

/// The lines without their common indentation.
std::vector<std::string> without_indent(std::vector<std::string> lines);

/// "cpp", "python", "cmake" or "text", by the file's name.
std::string_view language_of(const std::filesystem::path& file);

}  // namespace book
