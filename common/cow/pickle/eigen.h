// Pickling for Eigen's matrices and vectors: two lengths, then one block. Needs
// Eigen 3.4. With CMake: find_package(Eigen3 3.4), and link to Eigen3::Eigen.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "cow/pickle/complex.h"
#include "cow/pickle/pickle.h"

namespace cow {

/// What a matrix or vector takes in a message in addition to its numbers.
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

namespace matrix {

/// Reads the numbers of rows and columns. Throws PickleError if Derived cannot
/// have them.
template <typename Derived>
std::pair<std::int64_t, std::int64_t> load_shape(Unpickler& unpickler) {
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
  return {rows, cols};
}

}  // namespace matrix

template <typename Derived>
void CEREAL_LOAD_FUNCTION_NAME(Unpickler& unpickler,
                               Eigen::PlainObjectBase<Derived>& matrix) {
  using Scalar = typename Derived::Scalar;
  const auto [rows, cols] = matrix::load_shape<Derived>(unpickler);
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

/// A matrix of numbers can be read directly into its place.
template <typename T>
requires(std::is_base_of_v<Eigen::PlainObjectBase<T>, T> &&
         !std::is_same_v<typename T::Scalar, bool>) struct Placed<T> {
  static constexpr std::size_t kPrefix = 16;
  /// Makes room in `value` for the matrix that the prefix announces. Throws
  /// PickleError unless that takes exactly `left` bytes.
  static Room place(Unpickler& prefix, std::size_t left, T& value) {
    using Scalar = typename T::Scalar;
    const auto [rows, cols] = matrix::load_shape<T>(prefix);
    // By division, so that no product can overflow.
    const std::size_t size = left / sizeof(Scalar);
    const auto width = static_cast<std::size_t>(cols);
    if (width == 0 || size * sizeof(Scalar) != left || size % width != 0 ||
        size / width != static_cast<std::size_t>(rows)) {
      throw PickleError("a matrix of " + std::to_string(rows) + " x " +
                        std::to_string(cols) + " is not of " +
                        to_string(Bytes(left)));
    }
    value.resize(static_cast<Eigen::Index>(rows),
                 static_cast<Eigen::Index>(cols));
    return room_at(std::as_writable_bytes(std::span(value.data(), size)));
  }
};

}  // namespace cow
