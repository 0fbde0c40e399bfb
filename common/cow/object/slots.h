// Where small blocks are, as in CPython's allocator. Arenas of 1 MiB are cut
// into pools of 16 KiB, and each pool into slots of one size.
//
//     arena  | pool | pool | pool | ...                       64 pools
//     pool   | header, 48 bytes | slot | slot | ...   rest |  16 KiB
//
// Arenas and pools begin at a multiple of their size. So masking an address
// gives its pool and its arena. Slots and pools are handed out in the order of
// their addresses. No part of a pool is touched before it is needed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "cow/os/bytes.h"

namespace cow {

inline constexpr Bytes kArenaSize = 1_MiB;
inline constexpr Bytes kPoolSize = 16_KiB;
/// Slot sizes are multiples of this.
inline constexpr Bytes kSlotStep = 16_B;
/// The largest slot. A larger block gets a mapping of its own.
inline constexpr Bytes kLargestSlot = 512_B;

/// What the slots of a pool are for. The three kinds never share a pool. So the
/// pool alone says whether a slot holds an object, and where in the slot the
/// count is. (In CPython, objects and buffers do share pools.)
enum class Domain : std::uint16_t {
  kObjects,     ///< the slot begins with the object's header
  kContainers,  ///< the slot begins with the collector's links
  kBuffers,     ///< the slot is no object
};
inline constexpr std::size_t kDomains = 3;

/// What is in a freed slot: a pointer to the slot that was freed before it.
struct FreeSlot {
  FreeSlot* next;
};

/// The beginning of a pool. It is written when a slot is handed out or freed,
/// but not when an object is read or its count changes.
struct PoolHeader {
  std::uint64_t used;    ///< slots handed out; 0: the pool is free
  FreeSlot* freed;       ///< the freed slots, the last one first
  PoolHeader* next;      ///< in its PoolList
  PoolHeader* previous;  ///< in its PoolList
  std::uint32_t fresh;   ///< offset of the first slot that was never used
  std::uint32_t end;     ///< offset after the last slot
  std::uint16_t slot_size;
  Domain domain;
  /// The pools of containers are numbered from 1. The number 0 means that this
  /// was never one of them.
  std::uint32_t number;

  bool full() const { return freed == nullptr && fresh == end; }
};
static_assert(sizeof(PoolHeader) == 48);
static_assert(std::is_trivial_v<PoolHeader>);

/// How much of a pool its header takes.
inline constexpr Bytes kHeaderSize = Bytes(sizeof(PoolHeader));

/// How many slots of `slot_size` bytes a pool has.
constexpr std::int64_t slots_in_pool(Bytes slot_size) {
  return (kPoolSize - kHeaderSize).count() / slot_size.count();
}
static_assert(slots_in_pool(32_B) == 510);

/// Pools chained by their headers.
class PoolList {
 public:
  PoolHeader* first() const { return first_; }

  void push_front(PoolHeader& pool) {
    pool.previous = nullptr;
    pool.next = first_;
    if (first_ != nullptr) first_->previous = &pool;
    first_ = &pool;
  }

  void remove(PoolHeader& pool) {
    (pool.previous != nullptr ? pool.previous->next : first_) = pool.next;
    if (pool.next != nullptr) pool.next->previous = pool.previous;
  }

 private:
  PoolHeader* first_ = nullptr;
};

}  // namespace cow
