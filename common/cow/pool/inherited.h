// A handle to an object that a worker has inherited: 8 bytes in a message,
// whatever the object's size, and an error where the worker has no such object.
//
//   cow::Inheritable<Table> table(arguments...);  // before the pool
//   cow::Pool pool;
//   pool.map(cow::bound<&Table::find>(table.handle()), keys);
//
// An address would do: what was built before the fork lies at the same place in
// the worker. But an address of something built later is as good as any other
// number, and the worker would read whatever lies there. So a handle is a
// number in a table of this process; the worker looks it up in the table that
// it has inherited, which ends at the moment of the fork.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <typeinfo>
#include <utility>

namespace cow {

/// This process has not inherited the object that a handle stands for.
class NotInherited : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace inheritance {

/// Enters an object into this process' table. Returns its number, which no
/// other object has, of this or of another program.
std::uint64_t enter(const void* object, const std::type_info& type);
void remove(std::uint64_t number) noexcept;
/// Throws NotInherited, with the reason.
const void* find(std::uint64_t number, const std::type_info& type);

}  // namespace inheritance

/// Stands for an object of an Inheritable<T>, here and in every process that
/// was forked while it existed. Pickled it takes 8 bytes.
template <typename T>
class Inherited {
 public:
  /// Stands for nothing; to be read over by unpickling.
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

/// An object that forked workers can be told of by a handle. It stays where it
/// is, and its handles are good as long as it exists.
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
