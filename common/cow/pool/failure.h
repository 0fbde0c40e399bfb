// An exception on its way from one process to another.
#pragma once

#include <cstdint>
#include <string>

namespace cow {

/// What is known of an exception; the payload of kFailure and kBroken.
struct Failure {
  std::uint64_t item = 0;  ///< index within the map
  std::string type;        ///< name of its class
  std::string text;        ///< its what(), and of those nested in it
  std::int32_t pid = 0;    ///< process where it was thrown

  template <class Archive>
  void serialize(Archive& archive) {
    archive(item, type, text, pid);
  }
};

/// What the caller's catch block is handling; `item` was at work.
Failure describe_exception(std::uint64_t item);

/// "std::runtime_error: no data".
std::string to_string(const Failure& failure);

}  // namespace cow
