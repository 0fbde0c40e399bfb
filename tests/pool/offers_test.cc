// An offer is taken once, by whichever side comes first.
#include "cow/pool/offers.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstdint>

#include "cow/os/child.h"
#include "cow/os/mapping.h"

namespace cow {
namespace {

TEST(Offers, AreEmptyAtFirst) {
  Offers offers{};
  for (std::size_t slot = 0; slot < offers.slots.size(); ++slot) {
    EXPECT_FALSE(offers.is_offered(slot, 1));
    EXPECT_FALSE(offers.take(slot, 1));
  }
}

TEST(Offers, AreTakenOnce) {
  Offers offers{};
  offers.offer(3, 17);
  EXPECT_TRUE(offers.is_offered(3, 17));
  EXPECT_TRUE(offers.take(3, 17));
  EXPECT_FALSE(offers.is_offered(3, 17));
  EXPECT_FALSE(offers.take(3, 17));
}

TEST(Offers, AreTakenOnlyWithTheirSlotAndNumber) {
  Offers offers{};
  offers.offer(3, 17);
  EXPECT_FALSE(offers.take(3, 16));
  EXPECT_FALSE(offers.take(2, 17));
  EXPECT_TRUE(offers.is_offered(3, 17));
  offers.offer(3, 18);  // the slot is used again
  EXPECT_FALSE(offers.take(3, 17));
  EXPECT_TRUE(offers.take(3, 18));
}

// Two processes take as fast as they can: every offer goes to exactly one.
TEST(Offers, AreTakenByExactlyOneOfTwoProcesses) {
  constexpr std::uint64_t kRounds = 200'000;
  const Mapping shared(page_size(), PROT_READ | PROT_WRITE, MAP_SHARED);
  Offers& offers = *reinterpret_cast<Offers*>(shared.data());
  std::atomic<std::uint64_t>& theirs = offers.item;  // how many they have got
  std::atomic<std::uint64_t>& round = offers.slots[63];
  Child child = Child::fork([&] {
    for (std::uint64_t number = 1; number <= kRounds; ++number) {
      while (round.load() < number) continue;
      if (offers.take(5, number)) theirs.fetch_add(1);
    }
    return 0;
  });
  std::uint64_t ours = 0;
  for (std::uint64_t number = 1; number <= kRounds; ++number) {
    offers.offer(5, number);
    round.store(number);
    // Now this side is first, now that one.
    for (std::uint64_t i = number % 50; i > 0; --i) round.load();
    if (offers.take(5, number)) ++ours;
  }
  EXPECT_TRUE(child.wait().success());
  EXPECT_EQ(ours + theirs.load(), kRounds);
}

}  // namespace
}  // namespace cow
