// The command line of a lesson.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cow/lesson/bad_usage.h"
#include "cow/os/bytes.h"

namespace cow {

/// What differs between lessons: some flags and default values.
struct Options {
  /// How many items per worker, unless --items says otherwise.
  int items_a_worker = 1;
  /// How many items make a batch; 0: CPython's choice.
  int chunk_size = 0;
  /// How the lesson's pools start their workers.
  std::string_view start_method = "fork";
  /// Whether there is --svg FILE: the lesson draws a picture.
  bool svg = false;
  /// Whether it may have huge pages, where it asks for them.
  bool huge_pages = false;
  /// If above 0, there is --objects M: M objects of this size, in place of
  /// --data.
  Bytes object_size = {};
  /// If above 0, the lesson draws at random: there are --share Q and --seed S,
  /// and this is the default of Q.
  double share = 0;
  /// If above 0, there is --nodes K, and this is the default of K. There are at
  /// most as many nodes as workers.
  int nodes = 0;
};

/// The values of a lesson's flags.
struct Flags {
  Bytes data = 64_MiB;
  int workers = 4;
  int items = 4;
  double share = 0;  ///< above 0 and below 1, if the lesson has --share
  int seed = 1;
  int nodes = 0;       ///< above 0 if the lesson has --nodes
  std::string json;    ///< a file, "-" for standard output, empty for none
  std::string svg;     ///< a file; empty for none
  std::string record;  ///< a file; empty for none
  bool help = false;
};

/// Reads the flags. Throws BadUsage. The number of items is at least that of
/// workers, so that every worker holds a task.
Flags parse_flags(const std::vector<std::string>& arguments,
                  const Options& options = {});

/// The text of --help.
std::string help_text(const std::string& program, const Options& options);

/// Reads "64MiB", "1.5G", "800000000". KiB, MiB … are powers of 1024; k, kB, M,
/// MB … are powers of 1000. Throws BadUsage with the name `flag`, unless the
/// result is from `least` to 2^62 bytes.
Bytes parse_size(const std::string& flag, const std::string& text, Bytes least);

}  // namespace cow
