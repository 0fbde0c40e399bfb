// A set of pages. It takes one bit for each page, in all ranges in which it has
// had a page.
#pragma once

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace cow {

/// Pages by their number: address / page size.
class PageSet {
 public:
  /// Returns false if the page was in the set.
  bool insert(std::uint64_t page) {
    auto bit = parts_[page / kPart][page % kPart];
    if (bit) return false;
    return bit = true;
  }
  /// Returns whether the page was in the set.
  bool erase(std::uint64_t page) {
    const auto part = parts_.find(page / kPart);
    if (part == parts_.end() || !part->second[page % kPart]) return false;
    part->second[page % kPart] = false;
    return true;
  }
  /// Removes the pages [begin, end).
  void erase(std::uint64_t begin, std::uint64_t end) {
    for (auto& [part, bits] : parts_) {
      const std::uint64_t first = part * kPart;
      const std::uint64_t last = std::min(first + kPart, end);
      for (std::uint64_t page = std::max(first, begin); page < last; ++page) {
        bits[page % kPart] = false;
      }
    }
  }
  /// Adds all pages of `other`.
  void insert(const PageSet& other) {
    for (const auto& [number, bits] : other.parts_) parts_[number] |= bits;
  }

 private:
  static constexpr std::size_t kPart = 512;  // 2 MiB in pages of 4 KiB

  std::unordered_map<std::uint64_t, std::bitset<kPart>> parts_;
};

}  // namespace cow
