// The objects of CPython 3.8 to 3.13 in the memory of another process, which is
// not trusted: each pointer and each length is checked before it is used.
//
// Objects of up to 512 bytes lie in *pools*: 4 KiB until 3.9, then 16 KiB, with
// a header of 48 bytes and slots of equal size. An object may have a prefix: 16
// bytes for the collector, and as much for its dictionary (from 3.11). Sources:
// Objects/obmalloc.c, Include/cpython/object.h, Include/object.h of CPython.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "cow/inspect/page_changes.h"
#include "cow/inspect/remote_memory.h"

namespace cow {

/// A type of CPython.
struct PythonType {
  std::string name;
  std::size_t prefix = 0;   ///< bytes in front of each object
  std::size_t least = 0;    ///< bytes of each object, at least
  bool collected = false;   ///< the collector has a head in the prefix
  std::size_t hash_at = 0;  ///< where str, bytes, frozenset keep it; 0: nowhere
};

/// A pool, from its header.
struct PythonPool {
  std::size_t size = 0;
  std::size_t slot = 0;    ///< bytes of each slot
  std::size_t slots = 0;   ///< how many were ever used
  std::uint64_t free = 0;  ///< address of the first that is free again, or 0
};

inline constexpr std::size_t kPoolHeader = 48;

/// Reads a header of `kPoolHeader` bytes as that of a pool of `size` bytes.
/// Returns none if it cannot be the header of a pool.
std::optional<PythonPool> parse_pool(std::span<const std::byte> header,
                                     std::size_t size);

/// The types of one process. Remembers what it has read. Reads only a limited
/// number of addresses that are not types, whatever the process does.
class PythonTypes {
 public:
  explicit PythonTypes(ReadPieces memory) : memory_(std::move(memory)) {}

  /// The type at this address; null if there is none. An object is taken for a
  /// type if its type, or the type of that type, and so on, is `type` after a
  /// few steps. (`type` is its own type.)
  const PythonType* find(std::uint64_t address);

 private:
  struct Header;
  std::optional<Header> read(std::uint64_t address) const;
  bool leads_to_type(std::uint64_t address, int steps);
  bool is_in_pool(std::uint64_t address);
  std::string name_at(std::uint64_t address) const;

  ReadPieces memory_;
  std::unordered_map<std::uint64_t, std::optional<PythonType>> types_;
  std::unordered_map<std::uint64_t, bool> pools_;  // by page of 4 KiB
  std::uint64_t last_ = 0;
  const PythonType* last_type_ = nullptr;
};

/// The objects in one block of memory. The block begins and ends at addresses
/// where a pool of any version can begin and end. The image has zeros where it
/// could not be read.
class PythonObjects {
 public:
  static constexpr std::size_t kBlock = 16 << 10;

  PythonObjects(std::uint64_t begin, std::span<const std::byte> image,
                PythonTypes& types);

  /// What the word at this offset of the block is for. Outside of pools, the
  /// words beside it decide. It is a count if a type follows, and a head if an
  /// object follows. It is a hash if the type of a str or a bytes is in front
  /// of it.
  WordUse use_of(std::size_t offset) const;
  /// The type whose objects take most of these bytes. Null if they take less
  /// than a quarter of the bytes. (The tables of dicts, say, may lie between
  /// them.)
  const PythonType* main_type(std::size_t begin, std::size_t end) const;

 private:
  struct Pool : PythonPool {
    std::size_t begin = 0;                 // offset in the block
    std::vector<const PythonType*> types;  // of each slot; null: no object
  };
  struct Slot {
    const PythonType* type;
    std::size_t offset;  // in the slot
    std::size_t left;    // bytes until its end
  };
  void add(std::uint64_t address, std::size_t begin, PythonPool pool);
  const Pool* pool_at(std::size_t offset) const;
  std::optional<Slot> slot_at(std::size_t offset) const;
  WordUse use_outside_of_pools(std::size_t offset) const;

  std::span<const std::byte> image_;
  PythonTypes& types_;
  std::vector<Pool> pools_;
};

}  // namespace cow
