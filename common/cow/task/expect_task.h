// Compile-time checks of a task, its items and its results. For each mistake
// the compiler says one sentence, instead of the many errors that would follow.
#pragma once

#include <chrono>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "cow/pickle/pickle.h"
#include "cow/task/task.h"

namespace cow {

/// The return type of a refused call. Everything that a program does with it
/// compiles, so the compiler says only that one sentence.
struct Refused {
  Refused get() const;
  const int* begin() const;
  const int* end() const;
  template <typename T>
  operator T() const;
};

template <typename>
inline constexpr bool kNever = false;

template <typename T>
inline constexpr bool is_time = false;
template <typename... Of>
inline constexpr bool is_time<std::chrono::duration<Of...>> = true;
template <typename... Of>
inline constexpr bool is_time<std::chrono::time_point<Of...>> = true;

template <typename T>
concept EigenMatrix = requires {
  T::RowsAtCompileTime;
};

template <typename T>
constexpr bool expect_pickleable();

/// The parts of a type that is pickled part by part. Each part must be
/// pickleable.
template <typename T>
struct Parts {
  static constexpr bool kExist = false;
};
template <typename... Types>
struct Parts<std::tuple<Types...>> {
  static constexpr bool kExist = true;
  static constexpr bool expect() {
    return (expect_pickleable<Types>() && ... && true);
  }
};
template <typename A, typename B>
struct Parts<std::pair<A, B>> : Parts<std::tuple<A, B>> {};
template <typename T>
struct Parts<std::optional<T>> : Parts<std::tuple<T>> {};
template <typename T, typename Allocator>
struct Parts<std::vector<T, Allocator>> : Parts<std::tuple<T>> {};

/// True if T can go to a worker and back; otherwise this does not compile.
template <typename T>
constexpr bool expect_pickleable() {
  if constexpr (std::is_arithmetic_v<T>) {
    return true;
  } else if constexpr (Parts<T>::kExist) {
    return Parts<T>::expect();
  } else if constexpr (is_pickleable<T>) {
    static_assert(
        std::is_default_constructible_v<T>,
        "This type of an item, argument or result needs a default constructor: "
        "an object is made with it and then read from the message.");
    return std::is_default_constructible_v<T>;
  } else if constexpr (EigenMatrix<T>) {
    static_assert(
        kNever<T>,
        "To send a matrix of Eigen, #include \"cow/pickle/eigen.h\". (An "
        "expression is no matrix: let the task return one, as Eigen::VectorXd "
        "is.)");
  } else if constexpr (is_time<T>) {
    static_assert(
        kNever<T>,
        "To send a time of std::chrono, #include <cereal/types/chrono.hpp>.");
  } else if constexpr (std::is_pointer_v<T>) {
    static_assert(
        kNever<T>,
        "A pointer cannot be sent, as its target is not in another process: "
        "send the target; for a string literal std::string(\"...\").");
  } else {
    static_assert(
        kNever<T>,
        "This type of an item, argument or result cannot be pickled: give the "
        "class a serialize(archive) member. (std::complex needs "
        "cow/pickle/complex.h.)");
  }
  return false;
}

/// True if F can be a task for each Item; otherwise this does not compile.
template <typename F, typename Item>
constexpr bool expect_task() {
  if constexpr (!is_task<F>) {
    static_assert(
        kNever<F>,
        "This task cannot be sent to a worker. A lambda that captures cannot "
        "be pickled: use a function, a lambda without captures, or a class "
        "with operator(), a default constructor and a serialize(archive) "
        "member; or let the workers inherit the data and send only an index.");
  } else if constexpr (std::is_invocable_v<const F&, const Item&>) {
    using Returned = std::decay_t<std::invoke_result_t<const F&, const Item&>>;
    if constexpr (std::is_void_v<Returned>) {
      return expect_pickleable<Item>();
    } else {
      return expect_pickleable<Item>() && expect_pickleable<Returned>();
    }
  } else if constexpr (is_spread<F>) {
    static_assert(
        kNever<F>,
        "The task cannot be called with these arguments: their number or a "
        "type is another, or it takes one by a reference that is not const. "
        "(For starmap, each item is a tuple, pair or array of the arguments.)");
  } else if constexpr (std::is_invocable_v<F&, Item&>) {
    static_assert(
        kNever<F>,
        "The task must take its item by value or by const reference, and if it "
        "is an object, its operator() must be const: what it would change is a "
        "copy in the worker.");
  } else {
    static_assert(kNever<F>,
                  "The task cannot be called with such an item: its argument "
                  "is of another type.");
  }
  return false;
}

}  // namespace cow
