// Values whose block is read right into its place: what the prefix says, what
// there is room for, and what must fit together.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cow/pickle/eigen.h"
#include "pickle/bytes.h"

namespace cow::testing {
namespace {

// Has `value` make room for the block of `message`.
template <typename T>
std::span<std::byte> place(const std::string& message, T& value) {
  constexpr std::size_t kPrefix = Placed<T>::kPrefix;
  Unpickler prefix(std::as_bytes(std::span(message)).first(kPrefix));
  return Placed<T>::place(prefix, message.size() - kPrefix, value);
}

// As the pool does it: the prefix first, and the block where it belongs.
template <typename T>
T received(const std::string& message) {
  T value{};
  const std::span<std::byte> block = place(message, value);
  EXPECT_EQ(block.size(), message.size() - Placed<T>::kPrefix);
  std::memcpy(block.data(), message.data() + Placed<T>::kPrefix, block.size());
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

TEST(Placed, IsNothingButAMatrixOrAPointerToOne) {
  EXPECT_EQ(Placed<int>::kPrefix, 0U);
  EXPECT_EQ(Placed<std::string>::kPrefix, 0U);
  EXPECT_EQ(Placed<std::vector<double>>::kPrefix, 0U);
  EXPECT_EQ(Placed<std::shared_ptr<int>>::kPrefix, 0U);
  EXPECT_EQ((Placed<Eigen::Matrix<bool, 2, 2>>::kPrefix), 0U);
  EXPECT_EQ(Placed<Eigen::VectorXd>::kPrefix, 16U);
  EXPECT_EQ(Placed<std::shared_ptr<Eigen::MatrixXi>>::kPrefix, 20U);
}

TEST(Placed, MatrixIsTheOneThatWasSent) {
  const Eigen::VectorXd vector = Eigen::VectorXd::LinSpaced(1000, 0, 1);
  EXPECT_EQ(received<Eigen::VectorXd>(bytes_of(vector)), vector);
  const Eigen::MatrixXf matrix = Eigen::MatrixXf::Random(7, 5);
  EXPECT_EQ(received<Eigen::MatrixXf>(bytes_of(matrix)), matrix);
  const Eigen::Matrix2d fixed = Eigen::Matrix2d::Random();
  EXPECT_EQ(received<Eigen::Matrix2d>(bytes_of(fixed)), fixed);
}

TEST(Placed, BlockIsTheMatrixsOwnMemory) {
  const Eigen::VectorXd sent = Eigen::VectorXd::Ones(8);
  Eigen::VectorXd vector;
  const std::span<std::byte> block = place(bytes_of(sent), vector);
  ASSERT_EQ(vector.size(), 8);
  EXPECT_EQ(static_cast<void*>(block.data()), vector.data());
}

TEST(Placed, ObjectOfAPointerIsTheOneThatWasSent) {
  const auto sent =
      std::make_shared<const Eigen::VectorXd>(Eigen::VectorXd::Random(100));
  const auto back =
      received<std::shared_ptr<const Eigen::VectorXd>>(bytes_of(sent));
  ASSERT_NE(back, nullptr);
  EXPECT_EQ(*back, *sent);
}

TEST(Placed, ObjectOfAPointerIsMadeAnew) {
  auto pointer = std::make_shared<Eigen::VectorXd>(Eigen::VectorXd::Ones(3));
  const auto before = pointer;
  const auto sent = std::make_shared<Eigen::VectorXd>(Eigen::VectorXd::Ones(5));
  place(bytes_of(sent), pointer);
  EXPECT_EQ(pointer->size(), 5);
  EXPECT_EQ(before->size(), 3);
}

TEST(Placed, PointerToWhatCameBeforeIsRefusedAndLeftAsItWas) {
  std::shared_ptr<Eigen::VectorXd> pointer;
  // Memo numbers of new objects have the highest bit.
  const std::string known = raw(std::uint32_t{1}) + shape(1, 1) + raw(1.0);
  EXPECT_THROW(place(known, pointer), PickleError);
  EXPECT_EQ(pointer, nullptr);
}

TEST(Placed, MatrixOfAnotherSizeThanItsBlockIsRefused) {
  expect_refused<Eigen::VectorXd>(3, 1, 16);
  expect_refused<Eigen::VectorXd>(3, 1, 32);
  expect_refused<Eigen::VectorXd>(3, 1, 23);
  expect_refused<Eigen::MatrixXf>(0, 0, 4);
  expect_refused<Eigen::MatrixXf>(5, 0, 20);
  // The size would be right if the product might overflow.
  expect_refused<Eigen::MatrixXd>(std::int64_t{1} << 61, 8, 0);
  expect_refused<Eigen::MatrixXd>((std::int64_t{1} << 62) + 1, 4, 32);
}

TEST(Placed, MatrixOfAnotherShapeThanItsTypeIsRefused) {
  expect_refused<Eigen::VectorXd>(2, 2, 32);
  expect_refused<Eigen::Matrix2d>(4, 1, 32);
  expect_refused<Eigen::VectorXd>(-1, 1, 8);
  expect_refused<Eigen::MatrixXd>(-1, -1, 8);
}

TEST(Placed, PrefixThatIsCutIsRefused) {
  Eigen::VectorXd vector;
  const std::string message = shape(1, 1);
  Unpickler prefix(std::as_bytes(std::span(message)).first(15));
  EXPECT_THROW(Placed<Eigen::VectorXd>::place(prefix, 8, vector), PickleError);
}

}  // namespace
}  // namespace cow::testing
