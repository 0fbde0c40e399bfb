// What the fuzz targets share: the input taken apart, and the word for what
// must hold of it.
//
// A target is a file with `LLVMFuzzerTestOneInput`, which libFuzzer calls with
// every input that it thinks of (`make fuzz`), and replay.cc with those that
// are in corpus/ (`make test`).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace cow::fuzz {

/// Ends the process unless `holds`: that is what a fuzzer takes for a finding.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "fuzz: does not hold: %s\n", what);
  std::abort();
}

/// An input that is taken apart from the front. At its end there are zeros.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size)
      : rest_(reinterpret_cast<const char*>(data), size) {}

  /// The next number, as it lies in memory.
  template <typename Number>
  Number take() {
    Number number{};
    const std::size_t size = std::min(sizeof number, rest_.size());
    if (size != 0) std::memcpy(&number, rest_.data(), size);
    rest_.remove_prefix(size);
    return number;
  }

  /// The text up to the next `end`, which is taken too; all that is left if
  /// there is none.
  std::string_view take_until(char end) {
    const std::size_t at = rest_.find(end);
    const std::string_view text = rest_.substr(0, at);
    rest_.remove_prefix(at == rest_.npos ? rest_.size() : at + 1);
    return text;
  }

  /// All that is left.
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace cow::fuzz
