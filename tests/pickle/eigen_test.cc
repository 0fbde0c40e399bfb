// Eigen's matrices and vectors, of every kind of shape.
#include "cow/pickle/eigen.h"

#include <gtest/gtest.h>

#include <complex>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "pickle/bytes.h"

namespace cow::testing {
namespace {

std::string shape(std::int64_t rows, std::int64_t cols) {
  return raw(rows) + raw(cols);
}

template <typename Matrix>
void expect_back(const Matrix& matrix) {
  const Matrix back = sent(matrix);
  ASSERT_EQ(back.rows(), matrix.rows());
  ASSERT_EQ(back.cols(), matrix.cols());
  EXPECT_TRUE(back.cwiseEqual(matrix).all());
}

TEST(Matrices, OfDynamicSizeComeBack) {
  expect_back<Eigen::MatrixXd>(Eigen::MatrixXd::Random(3, 5));
  expect_back<Eigen::MatrixXi>(Eigen::MatrixXi::Random(200, 300));
  expect_back<Eigen::VectorXf>(Eigen::VectorXf::Random(7));
  expect_back<Eigen::RowVectorXd>(Eigen::RowVectorXd::Random(7));
  expect_back<Eigen::ArrayXXd>(Eigen::ArrayXXd::Random(2, 2));
  expect_back<Eigen::VectorXcd>(Eigen::VectorXcd::Random(4));
}

TEST(Matrices, OfFixedSizeComeBack) {
  expect_back<Eigen::Matrix3d>(Eigen::Matrix3d::Random());
  expect_back<Eigen::Vector4f>(Eigen::Vector4f::Random());
  expect_back<Eigen::Matrix<double, 2, Eigen::Dynamic>>(
      Eigen::Matrix<double, 2, Eigen::Dynamic>::Random(2, 9));
}

TEST(Matrices, OfBoundedSizeComeBack) {
  using Bounded = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic,
                                Eigen::ColMajor, 3, 4>;
  expect_back<Bounded>(Bounded::Random(3, 4));
  expect_back<Bounded>(Bounded::Random(2, 1));
}

TEST(Matrices, WithoutElementsKeepTheirShape) {
  expect_back<Eigen::MatrixXd>(Eigen::MatrixXd(0, 5));
  expect_back<Eigen::MatrixXd>(Eigen::MatrixXd(5, 0));
  expect_back<Eigen::MatrixXd>(Eigen::MatrixXd());
  expect_back<Eigen::VectorXd>(Eigen::VectorXd());
}

TEST(Matrices, AreSentByRowsIfStoredByRows) {
  using ByRows = Eigen::Matrix<int, 2, 2, Eigen::RowMajor>;
  ByRows matrix;
  matrix << 1, 2, 3, 4;
  expect_back<ByRows>(matrix);
  EXPECT_EQ(bytes_of(matrix), shape(2, 2) + raw(1) + raw(2) + raw(3) + raw(4));
  Eigen::Matrix2i by_columns = matrix;
  EXPECT_EQ(bytes_of(by_columns),
            shape(2, 2) + raw(1) + raw(3) + raw(2) + raw(4));
}

TEST(Matrices, ComeBackInContainers) {
  const std::vector<Eigen::VectorXd> vectors{Eigen::VectorXd::Ones(3),
                                             Eigen::VectorXd::Zero(0)};
  EXPECT_EQ(sent(vectors), vectors);
  const auto shared =
      std::make_shared<Eigen::MatrixXd>(Eigen::MatrixXd::Random(4, 4));
  EXPECT_EQ(*sent(shared), *shared);
}

TEST(Matrices, AreRefusedIfTheirTypeHasAnotherShape) {
  const std::string three = shape(3, 1) + raw(1.0) + raw(2.0) + raw(3.0);
  EXPECT_EQ(value_of<Eigen::Vector3d>(three), Eigen::Vector3d(1, 2, 3));
  EXPECT_THROW(value_of<Eigen::Vector2d>(three), PickleError);
  EXPECT_THROW(value_of<Eigen::Vector4d>(three), PickleError);
  EXPECT_THROW(value_of<Eigen::RowVector3d>(three), PickleError);
  EXPECT_THROW(value_of<Eigen::RowVectorXd>(three), PickleError);
}

TEST(Matrices, AreRefusedIfTheyAnnounceMoreThanFollows) {
  for (const std::string& announced :
       {shape(4, 1), shape(2, 2), shape(1, 1'000'000'000'000)}) {
    EXPECT_THROW(value_of<Eigen::MatrixXd>(announced + raw(1.0) + raw(2.0)),
                 PickleError);
  }
}

TEST(Matrices, AreRefusedIfTheirAnnouncedSizeOverflows) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kHalf = std::int64_t{1} << 32;
  for (const std::string& announced :
       {shape(kHalf, kHalf), shape(kHalf, kHalf / 8), shape(kMost, kMost),
        shape(kMost, 2), shape(2, kMost), shape(std::int64_t{1} << 61, 1),
        shape(1, std::int64_t{1} << 61), shape(-1, -1), shape(-1, 1),
        shape(1, -1), shape(-kMost - 1, 2)}) {
    EXPECT_THROW(value_of<Eigen::MatrixXd>(announced), PickleError);
    EXPECT_THROW(value_of<Eigen::MatrixXd>(announced + std::string(64, '\1')),
                 PickleError);
  }
}

TEST(Matrices, AreRefusedIfLargerThanTheirBound) {
  using Bounded = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic,
                                Eigen::ColMajor, 2, 2>;
  const std::string numbers(3 * 8, '\0');
  EXPECT_THROW(value_of<Bounded>(shape(3, 1) + numbers), PickleError);
  EXPECT_THROW(value_of<Bounded>(shape(1, 3) + numbers), PickleError);
  EXPECT_THROW(value_of<Bounded>(shape(3, 0)), PickleError);
}

TEST(Matrices, AreRefusedIfABoolIsTwo) {
  using Bools = Eigen::Matrix<bool, Eigen::Dynamic, 1>;
  EXPECT_TRUE(value_of<Bools>(shape(2, 1) + std::string("\0\1", 2))[1]);
  EXPECT_THROW(value_of<Bools>(shape(2, 1) + "\1\2"), PickleError);
}

}  // namespace
}  // namespace cow::testing
