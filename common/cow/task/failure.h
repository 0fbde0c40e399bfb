// A description of an exception that can be sent to another process.
#pragma once

#include <cstdint>
#include <string>

namespace cow {

/// What is known of an exception.
struct Failure {
  std::uint64_t item = 0;  ///< index within the map
  std::string type;        ///< name of its class
  std::string text;        ///< its what(), and that of nested ones
  std::int32_t pid = 0;    ///< process where it was thrown

  template <class Archive>
  void serialize(Archive& archive) {
    archive(item, type, text, pid);
  }
};

/// Describes the exception that the caller's catch block is handling. `item` is
/// the item that was running.
Failure describe_exception(std::uint64_t item);

/// "std::runtime_error: no data".
std::string to_string(const Failure& failure);

}  // namespace cow
