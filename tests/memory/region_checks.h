// What the tests of regions expect of smaps and page map together.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <string>

#include "cow/memory/region.h"
#include "memory/print.h"

namespace cow::testing {

/// Why pages cannot be counted on this machine; empty if they can.
std::string why_pages_cannot_be_counted();

/// What the page map says of the region in process `pid`.
PageCount pages_of(const Region& region, pid_t pid);

/// The pages of the region that only this process maps, once they are `wanted`
/// or a minute has passed. For figures after the end of another process:
/// whoever reads /proc/PID/stat of that one at its end keeps its memory for a
/// moment longer.
Pages own_pages_once(const Region& region, Pages wanted);

/// Expects that process `pid` has all pages of the region in memory, `own` of
/// them alone and the others together with other processes, and that smaps and
/// page map both say so.
void expect_pages(const Region& region, pid_t pid, Pages own);

/// A tests' fixture that skips where pages cannot be counted.
class CountedPages : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string reason = why_pages_cannot_be_counted();
    if (!reason.empty()) GTEST_SKIP() << reason;
  }
};

}  // namespace cow::testing
