// Values whose block is read right into its place: what the prefix says, what
// there is room for, and what must fit together.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "cow/pickle/eigen.h"
#include "pickle/bytes.h"

namespace cow::testing {
namespace {

// Room in `value` for the block of `message`.
template <typename T>
Room place(const std::string& message, T& value) {
  constexpr std::size_t kPrefix = Placed<T>::kPrefix;
  Unpickler prefix(std::as_bytes(std::span(message)).first(kPrefix));
  return Placed<T>::place(prefix, message.size() - kPrefix, value);
}

// As the pool does it: the prefix first, and the block where it belongs.
template <typename T>
T received(const std::string& message) {
  T value{};
  const Room room = place(message, value);
  std::size_t read = Placed<T>::kPrefix;
  for (auto piece = room(); !piece.empty(); piece = room()) {
    EXPECT_LE(piece.size(), message.size() - read);
    message.copy(reinterpret_cast<char*>(piece.data()), piece.size(), read);
    read += piece.size();
  }
  EXPECT_EQ(read, message.size());
  return value;
}

std::string shape(std::int64_t rows, std::int64_t cols) {
  return raw(rows) + raw(cols);
}

// A message of that shape with so many bytes behind it.
template <typename T>
void expect_refused(std::int64_t rows, std::int64_t cols, std::size_t left) {
  T value{};
  EXPECT_THROW(place(shape(rows, cols) + std::string(left, '\0'), value),
               PickleError)
      << rows << " x " << cols << ", " << left;
}

TEST(TypesReadInPlace, AreThoseWhosePickledFormEndsInOneBlock) {
  EXPECT_EQ(Placed<int>::kPrefix, 0U);
  EXPECT_EQ(Placed<std::vector<bool>>::kPrefix, 0U);
  EXPECT_EQ(Placed<std::vector<std::string>>::kPrefix, 0U);
  EXPECT_EQ(Placed<std::string>::kPrefix, 8U);
  EXPECT_EQ(Placed<std::vector<double>>::kPrefix, 8U);
  EXPECT_EQ(Placed<std::shared_ptr<const std::string>>::kPrefix, 12U);
  EXPECT_EQ(Placed<std::shared_ptr<int>>::kPrefix, 0U);
  EXPECT_EQ((Placed<Eigen::Matrix<bool, 2, 2>>::kPrefix), 0U);
  EXPECT_EQ(Placed<Eigen::VectorXd>::kPrefix, 16U);
  EXPECT_EQ(Placed<std::shared_ptr<Eigen::MatrixXi>>::kPrefix, 20U);
}

TEST(MatrixReadInPlace, EqualsTheMatrixThatWasSent) {
  const Eigen::VectorXd vector = Eigen::VectorXd::LinSpaced(1000, 0, 1);
  EXPECT_EQ(received<Eigen::VectorXd>(bytes_of(vector)), vector);
  const Eigen::MatrixXf matrix = Eigen::MatrixXf::Random(7, 5);
  EXPECT_EQ(received<Eigen::MatrixXf>(bytes_of(matrix)), matrix);
  const Eigen::Matrix2d fixed = Eigen::Matrix2d::Random();
  EXPECT_EQ(received<Eigen::Matrix2d>(bytes_of(fixed)), fixed);
}

TEST(MatrixReadInPlace, ReceivesTheBlockInItsOwnMemory) {
  const Eigen::VectorXd sent = Eigen::VectorXd::Ones(8);
  Eigen::VectorXd vector;
  const std::span<std::byte> block = place(bytes_of(sent), vector)();
  ASSERT_EQ(vector.size(), 8);
  EXPECT_EQ(static_cast<void*>(block.data()), vector.data());
}

TEST(StringOrVectorReadInPlace, EqualsWhatWasSent) {
  std::string text(5'000'001, 'x');
  text.front() = 'a';
  text.back() = 'z';
  EXPECT_TRUE(received<std::string>(bytes_of(text)) == text);
  const std::u32string letters(400'000, U'\u00e9');
  EXPECT_TRUE(received<std::u32string>(bytes_of(letters)) == letters);
  std::vector<double> numbers(300'000);
  std::iota(numbers.begin(), numbers.end(), 0.5);
  EXPECT_TRUE(received<std::vector<double>>(bytes_of(numbers)) == numbers);
  const auto pointer = std::make_shared<const std::string>(text);
  const auto back =
      received<std::shared_ptr<const std::string>>(bytes_of(pointer));
  EXPECT_TRUE(*back == text);
}

TEST(StringReadInPlace, GrowsInPiecesWithoutMoving) {
  std::string text = "what was there before";
  const Room room = place(bytes_of(std::string(1 << 20, 'x')), text);
  EXPECT_EQ(text, "");
  const auto first = room();
  EXPECT_LT(first.size(), std::size_t{1} << 20);
  const auto second = room();
  EXPECT_EQ(second.data(), first.data() + first.size());
  EXPECT_EQ(text.size(), first.size() + second.size());
  EXPECT_EQ(static_cast<void*>(first.data()), text.data());
}

TEST(StringOrVectorReadInPlace, IsRefusedIfItsLengthDiffersFromItsBlock) {
  const auto refused = [](auto value, std::uint64_t size, std::size_t left) {
    EXPECT_THROW(place(raw(size) + std::string(left, '\0'), value), PickleError)
        << size << ", " << left;
  };
  refused(std::string(), 3, 4);
  refused(std::string(), 5, 4);
  refused(std::string(), ~std::uint64_t{0}, 4);
  refused(std::vector<double>(), 2, 15);
  refused(std::vector<double>(), 1, 15);
  refused(std::vector<double>(), 2, 17);
  // The size would be right if the product might overflow.
  refused(std::vector<double>(), (std::uint64_t{1} << 61) + 1, 8);
}

TEST(SharedObjectReadInPlace, EqualsTheObjectThatWasSent) {
  const auto sent =
      std::make_shared<const Eigen::VectorXd>(Eigen::VectorXd::Random(100));
  const auto back =
      received<std::shared_ptr<const Eigen::VectorXd>>(bytes_of(sent));
  ASSERT_NE(back, nullptr);
  EXPECT_EQ(*back, *sent);
}

TEST(SharedObjectReadInPlace, IsANewObject) {
  auto pointer = std::make_shared<Eigen::VectorXd>(Eigen::VectorXd::Ones(3));
  const auto before = pointer;
  const auto sent = std::make_shared<Eigen::VectorXd>(Eigen::VectorXd::Ones(5));
  place(bytes_of(sent), pointer);
  EXPECT_EQ(pointer->size(), 5);
  EXPECT_EQ(before->size(), 3);
}

TEST(SharedObjectReadInPlace, IsRefusedIfItsMemoNumberIsNotNew) {
  std::shared_ptr<Eigen::VectorXd> pointer;
  // Memo numbers of new objects have the highest bit.
  const std::string known = raw(std::uint32_t{1}) + shape(1, 1) + raw(1.0);
  EXPECT_THROW(place(known, pointer), PickleError);
  EXPECT_EQ(pointer, nullptr);
}

TEST(MatrixReadInPlace, IsRefusedIfItsSizeDiffersFromItsBlock) {
  expect_refused<Eigen::VectorXd>(3, 1, 16);
  expect_refused<Eigen::VectorXd>(3, 1, 32);
  expect_refused<Eigen::VectorXd>(3, 1, 23);
  expect_refused<Eigen::MatrixXf>(0, 0, 4);
  expect_refused<Eigen::MatrixXf>(5, 0, 20);
  // The size would be right if the product might overflow.
  expect_refused<Eigen::MatrixXd>(std::int64_t{1} << 61, 8, 0);
  expect_refused<Eigen::MatrixXd>((std::int64_t{1} << 62) + 1, 4, 32);
}

TEST(MatrixReadInPlace, IsRefusedIfItsTypeHasAnotherShape) {
  expect_refused<Eigen::VectorXd>(2, 2, 32);
  expect_refused<Eigen::Matrix2d>(4, 1, 32);
  expect_refused<Eigen::VectorXd>(-1, 1, 8);
  expect_refused<Eigen::MatrixXd>(-1, -1, 8);
}

TEST(MatrixReadInPlace, IsRefusedIfItsShapeIsCut) {
  Eigen::VectorXd vector;
  const std::string message = shape(1, 1);
  Unpickler prefix(std::as_bytes(std::span(message)).first(15));
  EXPECT_THROW(Placed<Eigen::VectorXd>::place(prefix, 8, vector), PickleError);
}

}  // namespace
}  // namespace cow::testing
