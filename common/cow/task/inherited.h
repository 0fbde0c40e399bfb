// A handle to an object that workers inherit. It takes 8 bytes in a message,
// whatever the object's size. A worker without the object gets an exception.
//
//   cow::Inheritable<Table> table(arguments...);  // before the pool
//   cow::Pool pool;
//   pool.map(cow::bound<&Table::find>(table.handle()), keys);
//
// Why not send the address? What was built before the fork has the same address
// in the worker, so that would work. But the address of something built later
// looks the same, and the worker would read other memory there. So a handle is
// a number in a table of this process. A worker looks it up in its own copy of
// the table, as it was at the moment of the fork.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <typeinfo>
#include <utility>

namespace cow {

/// This process does not have the object that a handle stands for.
class NotInherited : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace inheritance {

/// Enters an object into this process's table. Returns its number. No other
/// object of this program has the same number. A random part makes it differ
/// from the numbers of other programs.
std::uint64_t enter(const void* object, const std::type_info& type);
void remove(std::uint64_t number) noexcept;
/// Throws NotInherited, with the reason.
const void* find(std::uint64_t number, const std::type_info& type);

}  // namespace inheritance

/// A handle to the object of an Inheritable<T>. It works in this process, and
/// in each process that was forked while the object existed. It takes 8 bytes
/// in a message.
template <typename T>
class Inherited {
 public:
  /// Stands for no object until it is unpickled.
  Inherited() = default;
  explicit Inherited(std::uint64_t number) : number_(number) {}

  /// The object. Throws NotInherited if this process does not have it.
  const T& operator*() const {
    return *static_cast<const T*>(inheritance::find(number_, typeid(T)));
  }
  const T* operator->() const { return &**this; }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(number_);
  }

 private:
  std::uint64_t number_ = 0;
};

/// An object with a handle that can be sent to forked workers. It cannot be
/// moved, and its handles are good as long as it exists.
template <typename T>
class Inheritable {
 public:
  template <typename... Args>
  explicit Inheritable(Args&&... args)
      : object_(std::forward<Args>(args)...),
        number_(inheritance::enter(&object_, typeid(T))) {}
  Inheritable(const Inheritable&) = delete;
  Inheritable& operator=(const Inheritable&) = delete;
  ~Inheritable() { inheritance::remove(number_); }

  Inherited<T> handle() const { return Inherited<T>(number_); }
  T& operator*() { return object_; }
  T* operator->() { return &object_; }

 private:
  T object_;
  std::uint64_t number_;
};

}  // namespace cow
