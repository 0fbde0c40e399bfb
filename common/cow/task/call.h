// A function and its arguments, to be called in another process. A pool's
// initializer is one, and so is the preload of a fork server.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include "cow/os/program.h"
#include "cow/pickle/pickle.h"
#include "cow/task/task.h"

namespace cow {

/// A call to be made later. A forked process inherits it. To another process it
/// can be sent, if the function and its arguments can be pickled.
///
///   cow::Call call(set_table, table);      // a function and its argument
///   cow::Call other([&] { prepare(x); });  // can be inherited, but not sent
class Call {
 public:
  Call() = default;

  template <typename F, typename... Args>
  requires(
      !std::is_same_v<std::decay_t<F>, Call> &&
      std::is_invocable_v<const std::decay_t<F>&, const std::decay_t<Args>&...>)
      Call(F&& function, Args&&... args)
      : kind_(std::make_shared<Kind<std::decay_t<F>, std::decay_t<Args>...>>(
            std::forward<F>(function), std::forward<Args>(args)...)) {}

  /// False if there is nothing to call.
  explicit operator bool() const { return kind_ != nullptr; }

  /// Makes the call here.
  void operator()() const { kind_->call(); }

  /// Whether it can be sent to a process that has inherited nothing.
  bool can_be_sent() const { return kind_->can_be_sent(); }
  /// The function and its arguments, pickled. The message refers to them, so it
  /// must not outlive this object. Only if `can_be_sent`.
  Message pickle() const { return kind_->pickle(); }
  /// The code that unpickles the call and makes it (a CallEntry), as an offset
  /// in the program.
  std::uint64_t entry() const { return kind_->entry(); }

 private:
  struct AnyKind {
    virtual ~AnyKind() = default;
    virtual void call() const = 0;
    virtual bool can_be_sent() const = 0;
    virtual Message pickle() const = 0;
    virtual std::uint64_t entry() const = 0;
  };

  template <typename F, typename... Args>
  struct Kind : AnyKind {
    template <typename G, typename... As>
    explicit Kind(G&& g, As&&... as)
        : function(std::forward<G>(g)), args(std::forward<As>(as)...) {}

    static constexpr bool kCanBeSent =
        is_task<F> && (is_pickleable<Args> && ... && true);

    void call() const override { std::apply(function, args); }
    bool can_be_sent() const override { return kCanBeSent; }
    Message pickle() const override {
      Pickler pickler;
      if constexpr (kCanBeSent) {
        pickle_task(pickler, function);
        pickler.keep(&args);
        std::apply([&](const Args&... each) { (pickler(each), ...); }, args);
      }
      return pickler.take();
    }
    std::uint64_t entry() const override {
      return program_offset(reinterpret_cast<AnyFunction>(&run));
    }

    // In the other process.
    static void run([[maybe_unused]] Unpickler& unpickler) {
      if constexpr (kCanBeSent) {
        const F function = unpickle_task<F>(unpickler);
        // Braces, because they make sure that the arguments are read in order.
        const std::tuple<Args...> args{unpickle<Args>(unpickler)...};
        expect_end(unpickler, "the arguments");
        std::apply(function, args);
      }
    }

    F function;
    std::tuple<Args...> args;
  };

  std::shared_ptr<const AnyKind> kind_;
};

/// The type of the function that `Call::entry` names.
using CallEntry = void (*)(Unpickler&);

}  // namespace cow
