// Pieces of source files, found by the names of what is in them.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace book {

/// The lines of `source` that define `name`, a function, a class or a variable,
/// with the comment and the template line above. `language` is what
/// `language_of` says. Throws std::runtime_error with a sentence where there is
/// no such name, or more than one.
std::vector<std::string> region(std::string_view source, std::string_view name,
                                std::string_view language);

/// Of `lines`, those from the first that holds `from` to the first one from
/// there on that holds `to`; an empty text means: from the beginning, to the
/// end. Throws std::runtime_error with a sentence where there is none.
std::vector<std::string> cut(std::vector<std::string> lines,
                             const std::string& from, const std::string& to);

/// The lines without the indentation that all of them have.
std::vector<std::string> without_indent(std::vector<std::string> lines);

/// "cpp", "python", "cmake" or "text", by the file's name.
std::string_view language_of(const std::filesystem::path& file);

}  // namespace book
