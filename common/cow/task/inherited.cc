#include "cow/task/inherited.h"

#include <fmt/core.h>
#include <sys/random.h>

#include <ctime>
#include <map>
#include <mutex>

#include "cow/task/type_name.h"

namespace cow::inheritance {
namespace {

struct Entry {
  const void* object;
  const std::type_info* type;
};

constexpr int kSerialBits = 32;

std::uint64_t random_program() noexcept {
  std::uint32_t number = 0;
  if (::getrandom(&number, sizeof number, GRND_NONBLOCK) != sizeof number) {
    number = static_cast<std::uint32_t>(std::time(nullptr));
  }
  return std::uint64_t{number} << kSerialBits;
}

// A random number, drawn when a program begins. Forks have the same number, but
// a spawned program has another one. So a handle from its parent finds nothing
// there, rather than a wrong object.
const std::uint64_t this_program = random_program();

// The only mutable global of the library. It has to be global, because it is
// about what a process inherits without being told.
struct Objects {
  std::uint32_t last = 0;
  std::map<std::uint64_t, Entry> entries;
  std::mutex mutex;
};

Objects& objects() {
  static Objects objects;
  return objects;
}

}  // namespace

std::uint64_t enter(const void* object, const std::type_info& type) {
  Objects& all = objects();
  const std::lock_guard lock(all.mutex);
  const std::uint64_t number = this_program | ++all.last;
  all.entries[number] = {object, &type};
  return number;
}

void remove(std::uint64_t number) noexcept {
  Objects& all = objects();
  const std::lock_guard lock(all.mutex);
  all.entries.erase(number);
}

const void* find(std::uint64_t number, const std::type_info& type) {
  Objects& all = objects();
  const std::lock_guard lock(all.mutex);
  const auto found = all.entries.find(number);
  if (found != all.entries.end() && *found->second.type == type) {
    return found->second.object;
  }
  const std::uint64_t program = number >> kSerialBits << kSerialBits;
  const auto serial = static_cast<std::uint32_t>(number);
  const std::string what =
      fmt::format("inheritable object {} ({})", serial, readable(type));
  if (number == 0) throw NotInherited("a handle that stands for no object");
  if (program != this_program) {
    throw NotInherited(what +
                       " belongs to another program: this process was not "
                       "forked from the one that built it, and inherits "
                       "nothing of it");
  }
  if (serial > all.last) {
    throw NotInherited(what +
                       " was built after this worker was forked: build it "
                       "before the pool");
  }
  throw NotInherited(what + " no longer existed when this worker was forked");
}

}  // namespace cow::inheritance
