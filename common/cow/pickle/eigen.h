// Pickling for Eigen's matrices and vectors: two lengths, then one block.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <type_traits>

#include "cow/pickle/pickle.h"

namespace cow {

/// What a matrix or vector takes in a message, beside its numbers.
inline constexpr Bytes kMatrixHeader{16};

template <typename Derived>
void CEREAL_SAVE_FUNCTION_NAME(Pickler& pickler,
                               const Eigen::PlainObjectBase<Derived>& matrix) {
  using Scalar = typename Derived::Scalar;
  static_assert(std::is_trivially_copyable_v<Scalar>);
  pickler(static_cast<std::int64_t>(matrix.rows()),
          static_cast<std::int64_t>(matrix.cols()));
  pickler.save_block(&matrix, matrix.data(),
                     static_cast<std::size_t>(matrix.size()) * sizeof(Scalar));
}

template <typename Derived>
void CEREAL_LOAD_FUNCTION_NAME(Unpickler& unpickler,
                               Eigen::PlainObjectBase<Derived>& matrix) {
  using Scalar = typename Derived::Scalar;
  constexpr auto kRows = Derived::RowsAtCompileTime;
  constexpr auto kCols = Derived::ColsAtCompileTime;
  constexpr auto kMostRows = Derived::MaxRowsAtCompileTime;
  constexpr auto kMostCols = Derived::MaxColsAtCompileTime;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  unpickler(rows, cols);
  if (rows < 0 || cols < 0 || (kRows != Eigen::Dynamic && rows != kRows) ||
      (kCols != Eigen::Dynamic && cols != kCols) ||
      (kMostRows != Eigen::Dynamic && rows > kMostRows) ||
      (kMostCols != Eigen::Dynamic && cols > kMostCols)) {
    throw PickleError("a matrix of " + std::to_string(rows) + " x " +
                      std::to_string(cols) + " does not fit its type");
  }
  if (rows != 0 && cols != 0) {
    // The columns alone come first, so that the product cannot overflow.
    unpickler.expect(static_cast<std::uint64_t>(cols), 1);
    unpickler.expect(static_cast<std::uint64_t>(rows),
                     static_cast<std::size_t>(cols) * sizeof(Scalar));
  }
  matrix.resize(static_cast<Eigen::Index>(rows),
                static_cast<Eigen::Index>(cols));
  if constexpr (std::is_same_v<Scalar, bool>) {
    for (Eigen::Index i = 0; i < matrix.size(); ++i)
      unpickler(matrix.data()[i]);
  } else {
    unpickler.loadBinary(
        matrix.data(),
        static_cast<std::size_t>(matrix.size()) * sizeof(Scalar));
  }
}

}  // namespace cow
