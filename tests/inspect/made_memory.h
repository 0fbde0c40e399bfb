// Memory of a process that a test lays out itself: pools, objects and types of
// CPython, or what only looks like them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "cow/inspect/remote_memory.h"

namespace cow::testing {

inline constexpr std::uint64_t kSmallPage = 4096;
inline constexpr std::uint64_t kPool = std::uint64_t{16} << 10;

// Bits of tp_flags.
inline constexpr std::uint64_t kHasHead = 1 << 14;
inline constexpr std::uint64_t kHasDict = 1 << 4;
inline constexpr std::uint64_t kIsStr = 1 << 28;

class MadeMemory {
 public:
  void write(std::uint64_t address, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      std::vector<std::byte>& page = pages_[address / kSmallPage];
      page.resize(kSmallPage);
      const std::size_t size = on_one_page(address, bytes.size());
      std::memcpy(page.data() + address % kSmallPage, bytes.data(), size);
      address += size;
      bytes = bytes.subspan(size);
    }
  }
  template <typename Number = std::uint64_t>
  void put(std::uint64_t address, Number number) {
    write(address, std::as_bytes(std::span(&number, 1)));
  }

  /// A type with these flags, whose own type is at `meta`.
  void put_type(std::uint64_t at, std::string_view name, std::uint64_t flags,
                std::uint64_t meta, std::uint64_t size = 24) {
    constexpr std::uint64_t kReady = 1 << 12;
    put(at, std::uint64_t{5});
    put(at + 8, meta);
    put(at + 24, at + 512);
    put(at + 32, size);
    put(at + 40, std::uint64_t{0});
    put(at + 168, flags | kReady);
    write(at + 512, std::as_bytes(std::span(name)));
    put(at + 512 + name.size(), std::uint8_t{0});
  }
  /// `type`, which is its own type.
  void put_type_of_types(std::uint64_t at) {
    put_type(at, "type", kHasHead | std::uint64_t{1} << 31, at, 880);
  }
  /// The header of a pool whose first `slots` slots were used, none of them
  /// free; all of them if -1.
  void put_pool(std::uint64_t at, std::uint64_t size, std::uint64_t slot,
                std::uint64_t slots = ~std::uint64_t{0}) {
    slots = std::min(slots, (size - 48) / slot);
    put(at, static_cast<std::uint32_t>(slots));
    put(at + 8, std::uint64_t{0});
    put(at + 36, static_cast<std::uint32_t>(slot / 16 - 1));
    put(at + 40, static_cast<std::uint32_t>(48 + slots * slot));
    put(at + 44, static_cast<std::uint32_t>(size - slot));
    put(at + size - 1, std::uint8_t{0});  // the pages are there
  }
  void put_object(std::uint64_t at, std::uint64_t type,
                  std::uint64_t count = 1) {
    put(at, count);
    put(at + 8, type);
  }

  /// Removes the page that holds the address.
  void remove(std::uint64_t address) { pages_.erase(address / kSmallPage); }
  std::vector<std::byte> copy(std::uint64_t address, std::size_t size) const {
    std::vector<std::byte> bytes(size);
    copy_to(address, bytes);
    return bytes;
  }

  ReadPieces reader() const {
    return [this](std::span<RemotePiece> pieces) -> Reading<std::size_t> {
      std::size_t count = 0;
      for (RemotePiece& piece : pieces) {
        piece.read = copy_to(piece.address, piece.to);
        count += piece.read ? 1 : 0;
      }
      return count;
    };
  }

 private:
  static std::size_t on_one_page(std::uint64_t address, std::size_t size) {
    return std::min<std::size_t>(size, kSmallPage - address % kSmallPage);
  }
  bool copy_to(std::uint64_t address, std::span<std::byte> to) const {
    while (!to.empty()) {
      const auto page = pages_.find(address / kSmallPage);
      if (page == pages_.end()) return false;
      const std::size_t size = on_one_page(address, to.size());
      std::memcpy(to.data(), page->second.data() + address % kSmallPage, size);
      address += size;
      to = to.subspan(size);
    }
    return true;
  }

  std::map<std::uint64_t, std::vector<std::byte>> pages_;
};

}  // namespace cow::testing
