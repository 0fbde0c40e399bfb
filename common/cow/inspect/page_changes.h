// What has changed in a page, from its two images: plain data, or only what an
// interpreter keeps beside its objects.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace cow {

/// What a word of 8 bytes is for.
enum class WordUse : std::uint8_t {
  kData,
  kCount,  ///< an object's reference count
  kHead,   ///< what the collector keeps in front of an object
  kHash,   ///< where an object keeps its hash once it is known
};

/// How two images of a page differ.
enum class PageChange : std::uint8_t {
  kIdentical,
  kCounts,   ///< only in reference counts
  kHeads,    ///< only in the collector's heads
  kHashes,   ///< only in hashes that one of the two images does not have yet
  kSeveral,  ///< in more than one of these, but not in data
  kData,
};

/// All of them: "identical", "counts", "heads", "hashes", "several", "data".
inline constexpr std::array<std::string_view, 6> kPageChanges = {
    "identical", "counts", "heads", "hashes", "several", "data"};

/// Compares two images of equal size. `use_of` gives the WordUse of the word at
/// an offset from their beginning.
template <typename UseOf>
PageChange compare_pages(std::span<const std::byte> before,
                         std::span<const std::byte> after, UseOf use_of) {
  constexpr std::uint64_t kNoHash = ~std::uint64_t{0};
  if (std::memcmp(before.data(), after.data(), before.size()) == 0) {
    return PageChange::kIdentical;
  }
  std::array<bool, 4> found{};  // by WordUse
  for (std::size_t at = 0; at < before.size(); at += sizeof kNoHash) {
    std::uint64_t old_word = 0;
    std::uint64_t new_word = 0;
    std::memcpy(&old_word, before.data() + at, sizeof old_word);
    std::memcpy(&new_word, after.data() + at, sizeof new_word);
    if (old_word == new_word) continue;
    const WordUse use = use_of(at);
    const bool rehashed =
        use == WordUse::kHash && old_word != kNoHash && new_word != kNoHash;
    if (use == WordUse::kData || rehashed) return PageChange::kData;
    found[static_cast<std::size_t>(use)] = true;
  }
  if (found[1] + found[2] + found[3] > 1) return PageChange::kSeveral;
  return found[1]   ? PageChange::kCounts
         : found[2] ? PageChange::kHeads
                    : PageChange::kHashes;
}

}  // namespace cow
