// An unpickler that fetches its bytes while it reads, in parts of whatever
// size.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "cow/pickle/eigen.h"
#include "pickle/bytes.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;

// Bytes that are brought in parts; counts what was asked for.
class Source {
 public:
  using PartSize = std::function<std::size_t()>;

  Source(std::string bytes, PartSize part_size)
      : bytes_(std::move(bytes)), part_size_(std::move(part_size)) {}

  Unpickler::Fetch fetch() {
    return [this](void* to, std::size_t size) {
      const std::size_t part =
          std::min({size, part_size_(), bytes_.size() - taken_});
      std::memcpy(to, bytes_.data() + taken_, part);
      taken_ += part;
      return part;
    };
  }
  std::size_t taken() const { return taken_; }

 private:
  std::string bytes_;
  PartSize part_size_;
  std::size_t taken_ = 0;
};

using Everything =
    std::tuple<bool, std::string, std::vector<int>, std::map<int, std::string>,
               Eigen::VectorXd, std::vector<std::string>, double,
               std::vector<bool>>;

Everything everything() {
  return {true,
          "hello",
          std::vector<int>(10'000, 7),
          {{1, "one"}, {2, std::string(20'000, 'x')}},
          Eigen::VectorXd::LinSpaced(30'000, 0, 1),
          std::vector<std::string>(100, "word"),
          0.5,
          std::vector<bool>(3000, true)};
}

std::vector<Source::PartSize> ways_to_bring() {
  return {[] { return std::size_t{1}; },
          [] { return std::size_t{7}; },
          [] { return std::size_t{65536}; },
          [] { return std::size_t{1} << 30; },
          [random = std::mt19937()]() mutable {
            return std::size_t{1} << random() % 17;
          },
          [random = std::mt19937(1)]() mutable {
            return std::size_t{1} + random() % 20'000;
          }};
}

TEST(Fetch, GivesTheSameValuesInPartsOfAnySize) {
  const std::string bytes = bytes_of(everything());
  for (const Source::PartSize& part_size : ways_to_bring()) {
    Source source(bytes, part_size);
    Unpickler unpickler(source.fetch(), Bytes(bytes.size()));
    EXPECT_EQ(unpickle<Everything>(unpickler), everything());
    EXPECT_EQ(unpickler.left(), Bytes());
    EXPECT_EQ(source.taken(), bytes.size());
  }
}

TEST(Fetch, IsNeverAskedForMoreThanTheMessage) {
  const std::string first = bytes_of(everything());
  const std::string second = bytes_of(std::string("the next message"));
  for (const Source::PartSize& part_size : ways_to_bring()) {
    Source source(first + second, part_size);
    Unpickler unpickler(source.fetch(), Bytes(first.size()));
    EXPECT_EQ(unpickle<Everything>(unpickler), everything());
    EXPECT_EQ(source.taken(), first.size());
    Unpickler next(source.fetch(), Bytes(second.size()));
    EXPECT_EQ(unpickle<std::string>(next), "the next message");
  }
}

TEST(Fetch, SaysHowManyBytesAreLeft) {
  const std::string bytes = raw(1) + raw(2) + raw(3);
  Source source(bytes, [] { return std::size_t{5}; });
  Unpickler unpickler(source.fetch(), Bytes(12));
  EXPECT_EQ(unpickler.left(), Bytes(12));
  EXPECT_EQ(unpickle<int>(unpickler), 1);
  EXPECT_EQ(unpickler.left(), Bytes(8));
  EXPECT_EQ(unpickle<int>(unpickler), 2);
  EXPECT_EQ(unpickler.left(), Bytes(4));
  EXPECT_EQ(unpickle<int>(unpickler), 3);
  EXPECT_EQ(unpickler.left(), Bytes(0));
}

TEST(SkipRest, LeadsToTheNextMessage) {
  const std::string first = bytes_of(everything());
  const std::string second = bytes_of(42);
  for (const Source::PartSize& part_size : ways_to_bring()) {
    for (const int read : {0, 1, 2}) {
      Source source(first + second, part_size);
      Unpickler unpickler(source.fetch(), Bytes(first.size()));
      if (read > 0) {
        EXPECT_TRUE(unpickle<bool>(unpickler));
      }
      if (read > 1) {
        EXPECT_EQ(unpickle<std::string>(unpickler), "hello");
      }
      unpickler.skip_rest();
      EXPECT_EQ(unpickler.left(), Bytes());
      EXPECT_EQ(source.taken(), first.size());
      Unpickler next(source.fetch(), Bytes(second.size()));
      EXPECT_EQ(unpickle<int>(next), 42);
    }
  }
}

TEST(SkipRest, LeavesNothingOfAMessageInMemory) {
  const std::string bytes(100, 'x');
  Unpickler unpickler(std::as_bytes(std::span(bytes)));
  unpickler.skip_rest();
  EXPECT_EQ(unpickler.left(), Bytes());
}

TEST(SkipRest, EndsWhenTheInputHasEnded) {
  Source source("abc", [] { return std::size_t{2}; });
  Unpickler unpickler(source.fetch(), Bytes(1000));
  unpickler.skip_rest();
  EXPECT_EQ(source.taken(), 3U);
}

std::string error_of(std::string bytes, Bytes announced) {
  Source source(std::move(bytes), [] { return std::size_t{1} << 20; });
  Unpickler unpickler(source.fetch(), announced);
  try {
    unpickle<std::pair<std::string, std::vector<double>>>(unpickler);
  } catch (const PickleError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Fetch, NamesTheByteIfTheInputEndsEarly) {
  const std::string whole =
      bytes_of(std::pair(std::string("hello"), std::vector<double>(10'000, 1)));
  ASSERT_EQ(whole.size(), 80'021U);
  EXPECT_THAT(error_of("", Bytes(whole.size())),
              HasSubstr("cut off at byte 0 of 80021"));
  EXPECT_THAT(error_of(whole.substr(0, 10), Bytes(whole.size())),
              HasSubstr("cut off at byte 10 of 80021"));
  EXPECT_THAT(error_of(whole.substr(0, 50'000), Bytes(whole.size())),
              HasSubstr("cut off at byte 50000 of 80021"));
}

// Both the message and its container announce what does not come.
template <typename Block>
std::size_t bytes_taken_for(std::size_t announced) {
  using Element = typename Block::value_type;
  Source source(raw(std::uint64_t{announced / sizeof(Element)}) +
                    std::string(10'000, 'x'),
                [] { return std::size_t{1} << 20; });
  Unpickler unpickler(source.fetch(), Bytes(8 + announced));
  Block block;
  EXPECT_THROW(unpickle_into(unpickler, block), PickleError);
  return block.size() * sizeof(Element);
}

TEST(Fetch, TakesMemoryForABlockOnlyAsItArrives) {
  constexpr std::size_t kAnnounced = std::size_t{256} << 20;
  EXPECT_LE(bytes_taken_for<std::string>(kAnnounced), std::size_t{1} << 20);
  EXPECT_LE(bytes_taken_for<std::vector<double>>(kAnnounced),
            std::size_t{1} << 20);
}

TEST(Fetch, SaysAtWhichByteItStopsIfTheLengthIsTooSmall) {
  const std::string whole =
      bytes_of(std::pair(std::string("hello"), std::vector<double>(10'000, 1)));
  EXPECT_THAT(error_of(whole, Bytes(5)), HasSubstr("byte 0 of 5"));
  EXPECT_THAT(error_of(whole, Bytes(50'000)), HasSubstr("byte 21 of 50000"));
}

}  // namespace
}  // namespace cow::testing
