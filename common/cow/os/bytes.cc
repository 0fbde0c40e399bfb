#include "cow/os/bytes.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cmath>

namespace cow {

Bytes page_size() { return Bytes(::sysconf(_SC_PAGESIZE)); }

Bytes to_bytes(Pages pages) { return page_size() * pages.count(); }

Pages to_pages(Bytes bytes) {
  const std::int64_t page = page_size().count();
  return Pages((bytes.count() + page - 1) / page);
}

std::string to_string(Bytes bytes) {
  const auto count = static_cast<double>(bytes.count());
  const double size = std::abs(count);
  // Whole KiB are shown without a decimal: the kernel counts in pages.
  if (size < 1024) {
    return fmt::format("{} byte{}", bytes.count(), size == 1 ? "" : "s");
  }
  if (size < 1024 * 1024) {
    return std::fmod(count, 1024) == 0
               ? fmt::format("{:.0f} KiB", count / 1024)
               : fmt::format("{:.1f} KiB", count / 1024);
  }
  constexpr double kGibi = 1 << 30;
  if (size < 10 * kGibi) {
    return fmt::format("{:.1f} MiB", count / (1 << 20));
  }
  if (size < 10 * 1024 * kGibi) {
    return fmt::format("{:.2f} GiB", count / kGibi);
  }
  return fmt::format("{:.2f} TiB", count / (1024 * kGibi));
}

std::string to_string(Pages pages) {
  return fmt::format("{} page{}", pages.count(), pages.count() == 1 ? "" : "s");
}

std::string grouped(std::int64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const bool after_digit = i > 0 && digits[i - 1] != '-';
    if (after_digit && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

}  // namespace cow
