// Eigen's matrices and vectors in shared memory: built once, sealed, and handed
// to the workers of a pool, however they are started.
//
//   cow::SharedMatrix<Eigen::MatrixXd> built(rows, cols);
//   built.matrix().setOnes();
//   cow::SealedMatrix<Eigen::MatrixXd> data(std::move(built));
//   cow::Pool pool({.start_method = cow::StartMethod::kSpawn,
//                   .initializer = {set, data}});  // sends some 65 bytes
//
// A SharedMatrix that is not sealed is for results: the workers write them in
// place. Needs Eigen 3.4, as cow/pickle/eigen.h does.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "cow/pickle/pickle.h"
#include "cow/shared/segment.h"

namespace cow {

/// What a shared and a sealed matrix have in common: a shape, and a segment
/// with the numbers. A copy has the same memory, as with a shared_ptr. To
/// pickle it is to pickle its handle. To unpickle it is to map the memory, and
/// then each page costs a page fault. So hand it over by the initializer, once
/// for each worker, rather than with each item.
template <typename Matrix>
class MatrixInSegment {
 public:
  using Scalar = typename Matrix::Scalar;
  static_assert(std::is_trivially_copyable_v<Scalar>,
                "only plain numbers mean the same in another process");

  Eigen::Index rows() const { return rows_; }
  Eigen::Index cols() const { return cols_; }
  /// The memory. Throws std::logic_error if there is none, because the matrix
  /// was made by default or moved from.
  const Segment& segment() const {
    if (!segment_) throw std::logic_error("a shared matrix without memory");
    return *segment_;
  }

  template <typename Archive>
  void save(Archive& archive) const {
    archive(segment().handle(), std::int64_t{rows_}, std::int64_t{cols_});
  }
  /// Throws PickleError unless the message has the handle of such a matrix.
  /// Also throws what Segment::attach throws.
  template <typename Archive>
  void load(Archive& archive) {
    SegmentHandle handle;
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    archive(handle, rows, cols);
    if (!fits(rows, cols) || Bytes(handle.size) != size_of(rows, cols) ||
        handle.writable != writable_) {
      throw PickleError("the handle of another shared matrix");
    }
    segment_ = std::make_shared<Segment>(Segment::attach(handle));
    rows_ = rows;
    cols_ = cols;
  }

 protected:
  explicit MatrixInSegment(bool writable) : writable_(writable) {}

  void make(Eigen::Index rows, Eigen::Index cols, const Backing& backing) {
    if (!fits(rows, cols)) {
      throw std::invalid_argument("a shared matrix cannot have this shape");
    }
    segment_ = std::make_shared<Segment>(size_of(rows, cols), backing);
    rows_ = rows;
    cols_ = cols;
  }
  void seal(MatrixInSegment&& built) {
    built.segment();  // throws if there is none
    built.segment_->seal();
    segment_ = std::move(built.segment_);
    rows_ = built.rows_;
    cols_ = built.cols_;
  }
  Scalar* numbers() const {
    return reinterpret_cast<Scalar*>(segment().data());
  }

 private:
  static bool fits(std::int64_t rows, std::int64_t cols) {
    constexpr auto kRows = Matrix::RowsAtCompileTime;
    constexpr auto kCols = Matrix::ColsAtCompileTime;
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max() /
                           static_cast<std::int64_t>(sizeof(Scalar));
    return rows >= 0 && cols >= 0 && (cols == 0 || rows <= kMost / cols) &&
           (kRows == Eigen::Dynamic || rows == kRows) &&
           (kCols == Eigen::Dynamic || cols == kCols);
  }
  static Bytes size_of(std::int64_t rows, std::int64_t cols) {
    return std::max(Bytes(1), Bytes(sizeof(Scalar)) * rows * cols);
  }

  bool writable_;
  std::shared_ptr<Segment> segment_;
  Eigen::Index rows_ = 0;
  Eigen::Index cols_ = 0;
};

/// A matrix that all processes with its handle can read and write.
template <typename Matrix>
class SharedMatrix : public MatrixInSegment<Matrix> {
 public:
  SharedMatrix() : MatrixInSegment<Matrix>(true) {}
  /// Zeros. Throws std::invalid_argument for a shape that Matrix cannot have.
  /// Also throws what Segment's constructor throws.
  SharedMatrix(Eigen::Index rows, Eigen::Index cols,
               const Backing& backing = Backing::memfd())
      : SharedMatrix() {
    this->make(rows, cols, backing);
  }

  /// The numbers in their place; valid as long as the memory is mapped here.
  Eigen::Map<Matrix, Eigen::AlignedMax> matrix() const {
    return {this->numbers(), this->rows(), this->cols()};
  }
};

/// A matrix that no process can change any more.
template <typename Matrix>
class SealedMatrix : public MatrixInSegment<Matrix> {
 public:
  SealedMatrix() : MatrixInSegment<Matrix>(false) {}
  /// Seals it, before workers are forked. The memory moves: what
  /// `built.matrix()` has returned is not valid any more. Throws as
  /// Segment::seal does; in that case `built` keeps its numbers, unsealed.
  explicit SealedMatrix(SharedMatrix<Matrix>&& built) : SealedMatrix() {
    this->seal(std::move(built));
  }

  Eigen::Map<const Matrix, Eigen::AlignedMax> matrix() const {
    return {this->numbers(), this->rows(), this->cols()};
  }
};

}  // namespace cow
