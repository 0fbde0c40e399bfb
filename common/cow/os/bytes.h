// Amounts of memory with their unit in the type: bytes and pages.
//
// The kernel counts in kB in some files, in pages in others, and in bytes in
// the rest. Only the parsers know which. All other code sees these two types.
#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>

namespace cow {

/// A signed number of bytes (signed, because figures are subtracted).
class Bytes {
 public:
  constexpr Bytes() = default;
  template <std::integral Count>
  explicit constexpr Bytes(Count count)
      : count_(static_cast<std::int64_t>(count)) {}

  constexpr std::int64_t count() const { return count_; }
  /// For calls that take a std::size_t; `count()` must not be negative.
  constexpr std::size_t size() const {
    return static_cast<std::size_t>(count_);
  }

  friend constexpr auto operator<=>(Bytes, Bytes) = default;

  constexpr Bytes& operator+=(Bytes other) {
    count_ += other.count_;
    return *this;
  }
  constexpr Bytes& operator-=(Bytes other) {
    count_ -= other.count_;
    return *this;
  }
  friend constexpr Bytes operator+(Bytes a, Bytes b) { return a += b; }
  friend constexpr Bytes operator-(Bytes a, Bytes b) { return a -= b; }

  template <std::integral Count>
  friend constexpr Bytes operator*(Bytes a, Count times) {
    return Bytes(a.count_ * static_cast<std::int64_t>(times));
  }
  template <std::integral Count>
  friend constexpr Bytes operator*(Count times, Bytes a) {
    return a * times;
  }
  template <std::integral Count>
  friend constexpr Bytes operator/(Bytes a, Count parts) {
    return Bytes(a.count_ / static_cast<std::int64_t>(parts));
  }

 private:
  std::int64_t count_ = 0;
};

/// A number of pages of the machine's base page size.
class Pages {
 public:
  constexpr Pages() = default;
  template <std::integral Count>
  explicit constexpr Pages(Count count)
      : count_(static_cast<std::int64_t>(count)) {}

  constexpr std::int64_t count() const { return count_; }
  /// For indexes and loops; `count()` must not be negative.
  constexpr std::size_t size() const {
    return static_cast<std::size_t>(count_);
  }

  friend constexpr auto operator<=>(Pages, Pages) = default;
  friend constexpr Pages operator+(Pages a, Pages b) {
    return Pages(a.count_ + b.count_);
  }
  friend constexpr Pages operator-(Pages a, Pages b) {
    return Pages(a.count_ - b.count_);
  }

 private:
  std::int64_t count_ = 0;
};

/// The machine's base page size: sysconf(_SC_PAGESIZE).
Bytes page_size();

/// The memory that `pages` take.
Bytes to_bytes(Pages pages);

/// The pages that `bytes` touch when they begin on a page boundary.
Pages to_pages(Bytes bytes);

/// For a person to read: "64.0 MiB", "36 KiB", "85 bytes". The units are
/// binary.
std::string to_string(Bytes bytes);
std::string to_string(Pages pages);
/// A count with its digits in groups: "1,234".
std::string grouped(std::int64_t number);

inline namespace literals {
constexpr Bytes operator""_B(unsigned long long n) { return Bytes(n); }
constexpr Bytes operator""_KiB(unsigned long long n) { return Bytes(n << 10); }
constexpr Bytes operator""_MiB(unsigned long long n) { return Bytes(n << 20); }
constexpr Bytes operator""_GiB(unsigned long long n) { return Bytes(n << 30); }
}  // namespace literals

}  // namespace cow
