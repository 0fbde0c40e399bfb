// The names of functions in programs and libraries, from their symbol tables
// and, where there are any, from their files of debug information.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace cow {

/// Looks up functions; opens each file once.
class Symbols {
 public:
  Symbols();
  Symbols(const Symbols&) = delete;
  Symbols& operator=(const Symbols&) = delete;
  ~Symbols();

  /// Whether functions can be looked up: built with elfutils.
  static bool available();
  /// The name of the function that holds the byte at `offset` of a file. Names
  /// of C++ are demangled. Empty if no symbol says that it holds this byte: a
  /// stripped program has few symbols, and the nearest of them is another
  /// function.
  std::string function(const std::string& file, std::uint64_t offset);

 private:
  class File;
  std::map<std::string, std::unique_ptr<File>> files_;
};

}  // namespace cow
