// What goes through a pipe between the pool and a worker: frames. A frame is a
// header of fixed size, then a payload of the size that the header says.
#pragma once

#include <cstdint>

#include "cow/os/bytes.h"

namespace cow {

enum class FrameKind : std::uint16_t {
  kBatch = 1,       ///< to the worker: a task and its items
  kStop = 2,        ///< to the worker: end
  kResults = 3,     ///< to the pool: the results of a batch
  kFailure = 4,     ///< to the pool: a batch ended in an exception
  kBroken = 5,      ///< to the pool: the initializer failed
  kInitialize = 6,  ///< to the worker: call this before the first batch
  kReady = 7,       ///< to the pool: all up to this number is done or skipped
};

/// The header of every frame, as it lies in the pipe.
struct FrameHeader {
  static constexpr std::uint32_t kMagic = 0x31574f43;  // "COW1"

  std::uint32_t magic = kMagic;
  FrameKind kind = FrameKind::kStop;
  std::uint16_t slot = 0;     ///< where the batch is offered: offers.h
  std::uint64_t payload = 0;  ///< bytes after the header
  std::uint64_t batch = 0;    ///< number of a batch or call, from 1
  std::uint64_t entry = 0;    ///< the code for the payload, as an offset
  std::uint64_t first = 0;    ///< index of its first item within the map
  std::uint64_t count = 0;    ///< how many items it holds
};
static_assert(sizeof(FrameHeader) == 48);

/// A frame up to this size is copied when it is sent. In a larger frame, blocks
/// of at least this size are not copied. They are written directly from their
/// place in memory. To give the kernel one more piece costs less than to copy
/// it.
inline constexpr Bytes kMostCopied{4096};

/// What a batch takes in the pipe in addition to its pickled task and items.
inline constexpr Bytes kBatchHeader{sizeof(FrameHeader)};

}  // namespace cow
