#include "memory/region_checks.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

namespace cow::testing {

std::string why_pages_cannot_be_counted() {
  for (const char* file : {"/proc/self/smaps", "/proc/self/pagemap"}) {
    if (::access(file, R_OK) != 0) {
      return fmt::format("{}: {}", file, std::strerror(errno));
    }
  }
  return "";
}

PageCount pages_of(const Region& region, pid_t pid) {
  return count_pages(*region.page_map(pid));
}

Pages own_pages_once(const Region& region, Pages wanted) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::minutes(1);
  for (;;) {
    const Pages own = pages_of(region, ::getpid()).exclusive;
    if (own == wanted || Clock::now() > deadline) return own;
  }
}

void expect_pages(const Region& region, pid_t pid, Pages own) {
  const Pages all = region.pages();
  SCOPED_TRACE(fmt::format("process {}, which should own {} of {}", pid,
                           own.count(), to_string(all)));
  EXPECT_EQ(pages_of(region, pid),
            (PageCount{.present = all, .swapped = Pages(0), .exclusive = own}));
  const Usage usage = region.usage(pid)->usage;
  EXPECT_EQ(usage.rss, to_bytes(all));
  EXPECT_EQ(usage.anonymous, to_bytes(all));
  EXPECT_EQ(usage.private_dirty, to_bytes(own));
  EXPECT_EQ(usage.private_clean, 0_B);
  EXPECT_EQ(usage.shared_dirty, to_bytes(all - own));
  EXPECT_EQ(usage.shared_clean, 0_B);
  EXPECT_EQ(usage.uss(), to_bytes(own));
  EXPECT_EQ(usage.swap, 0_B);
  EXPECT_EQ(usage.swap_pss, 0_B);
}

}  // namespace cow::testing
