// What each kind of value takes in a message, in numbers that a person can
// check against pickler.h. The lessons predict what crosses a pipe from them.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "cow/pickle/eigen.h"
#include "pickle/bytes.h"

namespace cow::testing {
namespace {

// The message says its size in three ways.
template <typename T>
std::int64_t size_of(const T& value) {
  const Message message = pickle(value);
  std::int64_t in_pieces = 0;
  for (const auto piece : pieces_of(message)) {
    EXPECT_FALSE(piece.empty());
    in_pieces += static_cast<std::int64_t>(piece.size());
  }
  EXPECT_EQ(Bytes(in_pieces), message.size());
  EXPECT_EQ(Bytes(message.to_string().size()), message.size());
  return message.size().count();
}

enum class Small : std::uint8_t { kYes };
enum class Large : std::int64_t { kYes };

TEST(Sizes, ANumberTakesItsSizeInMemory) {
  EXPECT_EQ(size_of(true), 1);
  EXPECT_EQ(size_of('x'), 1);
  EXPECT_EQ(size_of(std::int16_t{1}), 2);
  EXPECT_EQ(size_of(1), 4);
  EXPECT_EQ(size_of(std::int64_t{1}), 8);
  EXPECT_EQ(size_of(1.0F), 4);
  EXPECT_EQ(size_of(1.0), 8);
  EXPECT_EQ(size_of(Small::kYes), 1);
  EXPECT_EQ(size_of(Large::kYes), 8);
}

TEST(Sizes, AContainerTakesEightBytesAndItsElements) {
  EXPECT_EQ(size_of(std::string()), 8);
  EXPECT_EQ(size_of(std::string("hello")), 13);
  EXPECT_EQ(size_of(std::vector<int>()), 8);
  EXPECT_EQ(size_of(std::vector<int>{1, 2, 3}), 20);
  EXPECT_EQ(size_of(std::vector<double>(1000)), 8008);
  EXPECT_EQ(size_of(std::vector<bool>(10)), 18);
  EXPECT_EQ(size_of(std::vector<std::string>{"a", "bc"}), 27);
  EXPECT_EQ(size_of(std::map<int, double>{{1, 1}, {2, 2}}), 32);
}

TEST(Sizes, FixedSizeTypesTakeNoLength) {
  EXPECT_EQ(size_of(std::array<int, 5>()), 20);
  EXPECT_EQ(size_of(std::pair<int, double>()), 12);  // no padding
  EXPECT_EQ(size_of(std::tuple<char, double, char>()), 10);
  EXPECT_EQ(size_of(std::tuple<>()), 0);
}

TEST(Sizes, AnOptionalTakesOneByteMoreAndAVariantFour) {
  EXPECT_EQ(size_of(std::optional<int>()), 1);
  EXPECT_EQ(size_of(std::optional<int>(1)), 5);
  EXPECT_EQ((size_of(std::variant<int, double>(1))), 8);
  EXPECT_EQ((size_of(std::variant<int, double>(1.0))), 12);
}

TEST(Sizes, ASharedPointerTakesFourBytesAndItsObjectTheFirstTime) {
  const auto number = std::make_shared<int>(1);
  EXPECT_EQ(size_of(std::shared_ptr<int>()), 4);
  EXPECT_EQ(size_of(number), 8);
  EXPECT_EQ(size_of(std::pair(number, number)), 12);
  EXPECT_EQ(size_of(std::vector(100, number)), 8 + 4 + 100 * 4);
}

TEST(Sizes, AUniquePointerTakesOneByteAndItsObject) {
  EXPECT_EQ(size_of(std::unique_ptr<int>()), 1);
  EXPECT_EQ(size_of(std::make_unique<int>(1)), 5);
}

struct Point {
  double x = 0;
  char tag = 0;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(x, tag);
  }
};

TEST(Sizes, AClassTakesItsMembersAndNothingElse) {
  EXPECT_EQ(size_of(Point()), 9);
  EXPECT_EQ(size_of(std::vector<Point>(3)), 35);
}

TEST(Sizes, AMatrixTakesSixteenBytesAndItsNumbers) {
  EXPECT_EQ(size_of(Eigen::VectorXd()), 16);
  EXPECT_EQ(size_of(Eigen::VectorXd(1)), 24);
  EXPECT_EQ(size_of(Eigen::VectorXd(Eigen::VectorXd::Zero(100'000))), 800'016);
  EXPECT_EQ(size_of(Eigen::MatrixXf(3, 5)), 76);
  EXPECT_EQ(size_of(Eigen::MatrixXd(0, 5)), 16);
  EXPECT_EQ(size_of(Eigen::Matrix3d()), 88);
}

TEST(Sizes, TheNamedConstantsAreRight) {
  EXPECT_EQ(kLength, Bytes(8));
  EXPECT_EQ(kMemoNumber, Bytes(4));
  EXPECT_EQ(kMatrixHeader, Bytes(16));
}

TEST(Sizes, ValuesAreSentAsTheyLieInMemory) {
  EXPECT_EQ(bytes_of(std::int32_t{0x41424344}), raw(0x41424344));
  EXPECT_EQ(bytes_of(std::string("hi")), length(2) + "hi");
  EXPECT_EQ(bytes_of(std::vector<int>{1, 2}), length(2) + raw(1) + raw(2));
  EXPECT_EQ(bytes_of(std::pair(true, 1.5)), std::string("\1") + raw(1.5));
  EXPECT_EQ(bytes_of(Eigen::Vector2d(3, 4)),
            raw(std::int64_t{2}) + raw(std::int64_t{1}) + raw(3.0) + raw(4.0));
}

}  // namespace
}  // namespace cow::testing
