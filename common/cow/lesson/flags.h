// The command line of a lesson.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cow/lesson/bad_usage.h"
#include "cow/os/bytes.h"

namespace cow {

/// What only some lessons can be told, or take for given.
struct Options {
  /// How many items a worker gets, unless --items says otherwise.
  int items_a_worker = 1;
  /// How many items make a batch; 0: CPython's choice.
  int chunk_size = 0;
  /// How its pools start their workers.
  std::string_view start_method = "fork";
  /// --svg FILE: the lesson draws a picture.
  bool svg = false;
  /// --objects M, of so many bytes each: another way to give --data.
  Bytes object_size = {};
};

/// What a lesson can be told.
struct Flags {
  Bytes data = 64_MiB;
  int workers = 4;
  int items = 4;
  std::string json;  ///< a file, "-" for standard output, empty for none
  std::string svg;   ///< a file; empty for none
  bool help = false;
};

/// Throws BadUsage. There are at least as many items as workers, so that every
/// worker holds a task; as many, unless more are asked for.
Flags parse_flags(const std::vector<std::string>& arguments,
                  const Options& options = {});

/// The text of --help.
std::string help_text(const std::string& program, const Options& options);

/// "64MiB", "1.5G", "800000000": KiB, MiB ... are powers of 1024; k, kB, M, MB
/// ... of 1000.
/// Throws BadUsage, naming `flag`, unless it is from `least` to 2^62 bytes.
Bytes parse_size(const std::string& flag, const std::string& text, Bytes least);

}  // namespace cow
