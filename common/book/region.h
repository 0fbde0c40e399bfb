// Pieces of source files, found by the names of what is in them.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace book {

/// The lines of `source` that define `name`: a function, a class, a variable, a
/// macro's block, with the comment and template line above; or what stands
/// between two marks,
///
///     // docs: name
///     // docs: end
///
/// ("#" in Python and CMake), without the lines of the marks. Common
/// indentation is taken away. `language` is what `language_of` says.
///
/// Throws std::runtime_error with a sentence where there is no such name, or
/// more than one.
std::vector<std::string> region(std::string_view source, std::string_view name,
                                std::string_view language);

/// "cpp", "python", "cmake" or "text", by the file's name.
std::string_view language_of(const std::filesystem::path& file);

}  // namespace book
