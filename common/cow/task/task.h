// What can be a task, and what is sent to a worker for it:
//
//   a function                   8 bytes: its offset in the program
//   a lambda without captures    nothing: the worker makes its own
//   a bound method               its object, pickled (or a handle to it)
//   another function object      its members, pickled
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "cow/os/program.h"
#include "cow/pickle/pickle.h"

namespace cow {

/// Whether F is a lambda without captures or another class without state. The
/// worker makes a new one, so nothing is sent.
template <typename F>
inline constexpr bool is_stateless =
    std::is_empty_v<F>&& std::is_default_constructible_v<F>;

/// Whether F is a plain function. Its offset in the program is sent.
template <typename F>
inline constexpr bool is_function =
    std::is_pointer_v<F>&& std::is_function_v<std::remove_pointer_t<F>>;

/// Whether F can be sent to a worker. A lambda that captures cannot.
template <typename F>
inline constexpr bool is_task = is_function<F> || is_stateless<F> ||
                                (is_pickleable<F> &&
                                 std::is_default_constructible_v<F>);

/// Whether F can be called with the elements of a tuple, pair or array.
template <typename F, typename Arguments,
          typename =
              std::make_index_sequence<std::tuple_size<Arguments>::value>>
inline constexpr bool is_applicable = false;
template <typename F, typename Arguments, std::size_t... I>
inline constexpr bool is_applicable<F, Arguments, std::index_sequence<I...>> =
    std::is_invocable_v<F, const std::tuple_element_t<I, Arguments>&...>;

/// Turns a task with several arguments into a task with one, a tuple of them.
/// The same bytes are sent.
template <typename F>
struct Spread {
  F function;

  template <typename Arguments>
  requires is_applicable<const F&, Arguments>
  decltype(auto) operator()(const Arguments& arguments) const {
    return std::apply(function, arguments);
  }
};
template <typename F>
inline constexpr bool is_spread = false;
template <typename F>
inline constexpr bool is_spread<Spread<F>> = true;
template <typename F>
inline constexpr bool is_task<Spread<F>> = is_task<F>;

/// The type of items that are given in braces, {1, 2, 3}: a vector of what F
/// takes. For a starmap: a vector of tuples.
template <typename R, typename Arg>
std::vector<std::decay_t<Arg>> items_of(const std::function<R(Arg)>&);
template <typename R, typename... Args>
std::vector<std::tuple<std::decay_t<Args>...>> tuples_of(
    const std::function<R(Args...)>&);
template <typename F>
using ItemsFor = decltype(items_of(std::function(std::declval<F>())));
template <typename F>
using TuplesFor = decltype(tuples_of(std::function(std::declval<F>())));

/// How many bytes a function takes in a message.
inline constexpr Bytes kFunction{8};

template <typename F>
void pickle_task(Pickler& pickler, const F& task) {
  if constexpr (is_spread<F>) {
    pickle_task(pickler, task.function);
  } else if constexpr (is_function<F>) {
    pickler(program_offset(reinterpret_cast<AnyFunction>(task)));
  } else if constexpr (!is_stateless<F>) {
    pickler.keep(&task);
    pickler(task);
  }
}

template <typename F>
F unpickle_task(Unpickler& unpickler) {
  if constexpr (is_spread<F>) {
    return F{unpickle_task<decltype(F::function)>(unpickler)};
  } else if constexpr (is_function<F>) {
    return reinterpret_cast<F>(
        program_function(unpickle<std::uint64_t>(unpickler)));
  } else if constexpr (!is_stateless<F>) {
    return unpickle<F>(unpickler);
  } else {
    return F{};
  }
}

/// A method and the object that it will be called on: Python's bound method.
/// The method is part of the type, so only the object is pickled.
template <auto Method, typename Self>
struct Bound {
  Self self;

  template <typename... Args>
  requires std::is_invocable_v<decltype(Method), const Self&, const Args&...>
  auto operator()(const Args&... args) const {
    return std::invoke(Method, self, args...);
  }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(self);
  }
};

/// Binds a const method to an object: `cow::bound<&Analysis::analyze>(self)`.
/// `self` is the object, or points to it (shared_ptr, Inherited).
template <auto Method, typename Self>
Bound<Method, Self> bound(Self self) {
  return {std::move(self)};
}

/// Throws PickleError if there are bytes after `what` in the message.
inline void expect_end(const Unpickler& unpickler, std::string_view what) {
  if (unpickler.left() != Bytes()) {
    throw PickleError("bytes are left over after " + std::string(what));
  }
}

}  // namespace cow
