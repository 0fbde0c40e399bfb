// A pointer to what a pool and its results share. It throws if it is used after
// it was moved from.
#pragma once

#include <memory>
#include <stdexcept>
#include <utility>

namespace cow {

/// A shared_ptr that is null only in an object that was moved from. There its
/// use throws std::logic_error.
template <typename T>
class Kept {
 public:
  template <typename U>
  Kept(std::shared_ptr<U> object) : object_(std::move(object)) {}

  explicit operator bool() const { return object_ != nullptr; }
  T& operator*() const {
    if (!object_) {
      throw std::logic_error(
          "this pool, or these results, were moved from: use the object that "
          "they were moved to");
    }
    return *object_;
  }
  T* operator->() const { return &**this; }

 private:
  std::shared_ptr<T> object_;
};

}  // namespace cow
