// Two images of a page, laid out by the test: each kind of change is found, and
// no other.
#include "cow/inspect/page_changes.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace cow {
namespace {

constexpr std::uint64_t kNoHash = ~std::uint64_t{0};

// Words 0, 8, 16 … are of these uses in turn.
WordUse use_of(std::size_t offset) {
  return static_cast<WordUse>(offset / 8 % 4);
}

class PageChanges : public ::testing::Test {
 protected:
  PageChange compare() const {
    return compare_pages(std::as_bytes(std::span(before_)),
                         std::as_bytes(std::span(after_)), use_of);
  }
  void change(WordUse use, std::size_t group = 3) {
    after_[4 * group + static_cast<std::size_t>(use)] += 1;
  }

  std::vector<std::uint64_t> before_ = std::vector<std::uint64_t>(512, kNoHash);
  std::vector<std::uint64_t> after_ = before_;
};

TEST_F(PageChanges, AreCalledIdenticalIfNoWordChanged) {
  EXPECT_EQ(compare(), PageChange::kIdentical);
}

TEST_F(PageChanges, AreNamedAfterTheOnlyKindOfWordThatChanged) {
  const auto only = [&](WordUse use) {
    after_ = before_;
    change(use);
    change(use, 127);
    return compare();
  };
  EXPECT_EQ(only(WordUse::kCount), PageChange::kCounts);
  EXPECT_EQ(only(WordUse::kHead), PageChange::kHeads);
  EXPECT_EQ(only(WordUse::kHash), PageChange::kHashes);
  EXPECT_EQ(only(WordUse::kData), PageChange::kData);
}

TEST_F(PageChanges, AreCalledSeveralIfSeveralKindsOfWordsChanged) {
  change(WordUse::kCount);
  change(WordUse::kHead, 5);
  EXPECT_EQ(compare(), PageChange::kSeveral);
  change(WordUse::kHash);
  EXPECT_EQ(compare(), PageChange::kSeveral);
}

TEST_F(PageChanges, AreCalledDataIfOneByteOfDataChanged) {
  for (std::size_t group = 0; group < 128; ++group) {
    change(WordUse::kCount, group);
  }
  EXPECT_EQ(compare(), PageChange::kCounts);
  change(WordUse::kData, 127);
  EXPECT_EQ(compare(), PageChange::kData);
}

TEST_F(PageChanges, AreCalledDataIfAKnownHashChanged) {
  before_[3] = 17;
  after_[3] = 18;
  EXPECT_EQ(compare(), PageChange::kData);
  before_[3] = kNoHash;
  EXPECT_EQ(compare(), PageChange::kHashes);
  before_[3] = 17;
  after_[3] = kNoHash;  // the other process has computed it
  EXPECT_EQ(compare(), PageChange::kHashes);
}

}  // namespace
}  // namespace cow
