// A reference that is counted, like each of CPython's.
#pragma once

#include <concepts>
#include <utility>

#include "cow/object/object.h"

namespace cow {

/// A counted reference to a `T` (an Object, or a type derived from it), or to
/// nothing. Copying or dropping one writes to the object; moving one does not.
/// Not for two threads at once: see `increment`. All references must be gone
/// before their heap is destroyed.
template <typename T>
class Ref {
 public:
  Ref() = default;
  /// One more reference to `target`.
  explicit Ref(T& target) : target_(&target) { increment(target); }
  /// Takes over a reference that is already counted, or null.
  static Ref adopt(T* target) {
    Ref ref;
    ref.target_ = target;
    return ref;
  }

  Ref(const Ref& other) : target_(other.target_) {
    if (target_ != nullptr) increment(*target_);
  }
  Ref(Ref&& other) noexcept : target_(other.release()) {}
  /// Makes a Ref<Object> from a Ref<Float>, and so on.
  template <std::derived_from<T> Derived>
  requires(!std::same_as<Derived, T>) Ref(Ref<Derived> other)
  noexcept : target_(other.release()) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(target_, other.target_);
    return *this;
  }
  ~Ref() {
    if (target_ != nullptr && decrement(*target_)) destroy(*target_);
  }

  T* get() const { return target_; }
  T& operator*() const { return *target_; }
  T* operator->() const { return target_; }
  explicit operator bool() const { return target_ != nullptr; }
  /// Gives up the reference: the caller has it now, still counted.
  T* release() { return std::exchange(target_, nullptr); }

  friend bool operator==(const Ref&, const Ref&) = default;

 private:
  T* target_ = nullptr;
};
static_assert(sizeof(Ref<Object>) == 8);

}  // namespace cow
