// Shared matrices: handed to workers of every start method, read and written in
// place.
#include "cow/shared/matrix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>

#include "cow/pool/pool.h"
#include "shared/support.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

using namespace cow::literals;
using Vector = Eigen::VectorXd;

// What the workers of a pool were handed.
SealedMatrix<Vector> data;
SharedMatrix<Eigen::MatrixXd> results;

void set(const SealedMatrix<Vector>& handed,
         const SharedMatrix<Eigen::MatrixXd>& in_place) {
  data = handed;
  results = in_place;
}

double element(int i) { return data.matrix()[i]; }
void write_column(int i) { results.matrix().col(i).setConstant(i + 1); }
double sum_of(const SealedMatrix<Vector>& handed) {
  return handed.matrix().sum();
}

SealedMatrix<Vector> numbers(Eigen::Index count) {
  SharedMatrix<Vector> built(count, 1);
  std::iota(built.matrix().begin(), built.matrix().end(), 0);
  return SealedMatrix<Vector>(std::move(built));
}

std::vector<int> items(int count) {
  std::vector<int> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

class EveryStartMethod : public ::testing::TestWithParam<StartMethod> {};

INSTANTIATE_TEST_SUITE_P(, EveryStartMethod,
                         ::testing::Values(StartMethod::kFork,
                                           StartMethod::kSpawn,
                                           StartMethod::kForkServer),
                         [](const auto& which) {
                           return std::string(to_string(which.param));
                         });

TEST_P(EveryStartMethod, ReadsAndWritesTheSameMemory) {
  const SharedMatrix<Eigen::MatrixXd> in_place(1000, 6);
  // A new worker after each batch is handed the same.
  Pool pool({.workers = 2,
             .start_method = GetParam(),
             .initializer = {set, numbers(100'000), in_place},
             .max_tasks_per_child = 1});
  EXPECT_EQ(pool.map(element, std::vector{0, 5, 99'999}),
            (std::vector<double>{0, 5, 99'999}));
  pool.map(write_column, items(6), 1);
  for (int i = 0; i < 6; ++i) {
    EXPECT_TRUE((in_place.matrix().col(i).array() == i + 1).all()) << i;
  }
}

TEST_P(EveryStartMethod, TakesAHandleAsAnItem) {
  Pool pool({.workers = 2, .start_method = GetParam()});
  const std::vector handles{numbers(100), numbers(1000)};
  auto pending = pool.map_async(sum_of, handles, 1);
  EXPECT_EQ(pending.get(), (std::vector<double>{4950, 499'500}));
  EXPECT_LT(pending.transfer().to_workers, 400_B);
}

TEST_P(EveryStartMethod, WritesToSharedMemoryOfEveryBacking) {
  const TemporaryFolder folder;
  for (const Backing& backing : backings(folder.path())) {
    const SharedMatrix<Eigen::MatrixXd> in_place(100, 2, backing);
    Pool pool({.workers = 2,
               .start_method = GetParam(),
               .initializer = {set, numbers(10), in_place}});
    pool.map(write_column, items(2), 1);
    EXPECT_EQ(in_place.matrix().sum(), 300);
  }
}

TEST(SealedMatrix, EndsAWorkerThatWritesToIt) {
  Pool pool(
      {.workers = 1,
       .start_method = StartMethod::kSpawn,
       .initializer = {set, numbers(10), SharedMatrix<Eigen::MatrixXd>(1, 1)}});
  const auto write = [](int i) {
    const_cast<double&>(data.matrix().coeffRef(i)) = 1;
  };
  EXPECT_THROW(pool.map(write, std::vector{0}), WorkerDied);
}

TEST(SealedMatrix, TakesAsLittleAsAHandleWhateverItsSize) {
  const Bytes few = pickle(numbers(1)).size();
  EXPECT_EQ(pickle(numbers(1'000'000)).size(), few);
  EXPECT_LT(few, 100_B);
}

TEST(SealedMatrix, RefusesAMatrixThatAWorkerHasMapped) {
  SharedMatrix<Vector> built(10, 1);
  {
    Pool pool({.workers = 1});
    EXPECT_THROW(SealedMatrix<Vector>(std::move(built)), std::system_error);
  }
  built.matrix().setOnes();  // it is as it was
  EXPECT_EQ(SealedMatrix<Vector>(std::move(built)).matrix().sum(), 10);
}

TEST(SharedMatrix, HasTheShapeAndOrderOfItsType) {
  using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, 3, Eigen::RowMajor>;
  const SharedMatrix<RowMajor> shared(5, 3);
  EXPECT_EQ(shared.matrix(), RowMajor::Zero(5, 3));
  shared.matrix()(1, 0) = 4;
  float fourth = 0;
  std::memcpy(&fourth, shared.segment().data() + 3 * sizeof(float),
              sizeof fourth);
  EXPECT_EQ(fourth, 4);
  EXPECT_EQ(shared.segment().size(), Bytes(5 * 3 * 4));
  EXPECT_EQ(SharedMatrix<Eigen::RowVectorXi>(1, 7).matrix().cols(), 7);
  EXPECT_EQ(SharedMatrix<Eigen::Matrix2d>(2, 2).matrix().sum(), 0);
}

TEST(SharedMatrix, MayBeEmpty) {
  const SharedMatrix<Eigen::MatrixXd> shared(0, 3);
  const auto bytes = pickle(shared).to_string();
  const auto again =
      unpickle<SharedMatrix<Eigen::MatrixXd>>(std::as_bytes(std::span(bytes)));
  EXPECT_EQ(again.rows(), 0);
  EXPECT_EQ(again.cols(), 3);
}

TEST(SharedMatrix, RefusesAnImpossibleShape) {
  constexpr auto kMany = std::numeric_limits<Eigen::Index>::max();
  using Shared = SharedMatrix<Eigen::MatrixXd>;
  EXPECT_THROW(Shared(-1, 2), std::invalid_argument);
  EXPECT_THROW(Shared(2, -1), std::invalid_argument);
  EXPECT_THROW(Shared(kMany, 2), std::invalid_argument);
  EXPECT_THROW(Shared(kMany / 8, 8), std::invalid_argument);
  EXPECT_THROW(SharedMatrix<Eigen::Matrix2d>(2, 3), std::invalid_argument);
}

TEST(SharedMatrix, ThrowsIfItHasNoMemory) {
  EXPECT_THROW(SharedMatrix<Vector>().matrix(), std::logic_error);
  EXPECT_THROW(SealedMatrix<Vector>().matrix(), std::logic_error);
  EXPECT_THROW(pickle(SealedMatrix<Vector>()), std::logic_error);
  EXPECT_THROW(SealedMatrix<Vector>(SharedMatrix<Vector>()), std::logic_error);
}

template <typename Matrix, typename From>
void expect_refused(const From& from) {
  const std::string bytes = pickle(from).to_string();
  EXPECT_THROW(unpickle<Matrix>(std::as_bytes(std::span(bytes))), PickleError);
}

TEST(SharedMatrix, RefusesHandlesOfOtherTypes) {
  const auto sealed = numbers(10);
  expect_refused<SharedMatrix<Vector>>(sealed);  // it would be writable
  expect_refused<SealedMatrix<Vector>>(SharedMatrix<Vector>(10, 1));
  expect_refused<SealedMatrix<Eigen::VectorXf>>(sealed);
  expect_refused<SealedMatrix<Eigen::RowVectorXd>>(sealed);
  expect_refused<SealedMatrix<Vector>>(std::string("no handle at all"));
}

}  // namespace
}  // namespace cow::testing
