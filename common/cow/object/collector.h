// A garbage collector for the lists of a heap: mark and sweep. A count ends a
// list to which nobody refers. It cannot end lists that refer to each other, or
// one that holds itself: for those CPython has a collector, too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cow/object/heap.h"

namespace cow {

/// Where a collector keeps which lists it has reached.
enum class Marks {
  kInHeaders,  ///< in front of each list's header: every list is written
  kInTable,    ///< a bit for each list, all of them in one table
};

/// Finds lists that cannot be reached and ends them. Only lists refer to
/// others, so only lists are marked. Its table and its stack lie in a block of
/// the heap, which must outlive it. Not for two threads at once.
class Collector {
 public:
  Collector(Heap& heap, Marks marks);
  Collector(const Collector&) = delete;
  ~Collector() { heap_.free(block_); }

  /// Empties every list to which neither `root` nor a frozen list leads, so
  /// that it ends, unless a Ref in C++ still holds it. Returns how many it
  /// emptied. If there is no memory for this, throws std::system_error and
  /// empties none.
  std::int64_t collect(List& root);

  /// All lists that exist now count as reached from now on, as after CPython's
  /// gc.freeze(): a collection reads what they hold, and writes to none of
  /// them. (A new list that gets the place of a frozen list counts as frozen,
  /// too.)
  void freeze();

 private:
  // A list that was reached, and which of its items is the next to look at. To
  // push every item instead would take 8 bytes a list, 64 times the table.
  struct Entry {
    List* list;
    std::int64_t next;
  };
  static_assert(sizeof(Entry) == 16);
  struct Mark {
    std::byte& byte;
    std::byte bit;
    bool is_set() const { return (byte & bit) != std::byte{0}; }
  };

  void mark_from(Object* first);
  void look_at(Object* item);
  bool is_frozen(const List& list) const;
  Mark mark_of(List& list) const;
  void make_room_for_table();
  void make_room(Bytes size);
  Entry* stack() const;

  Heap& heap_;
  const Marks marks_;
  std::byte* block_ = nullptr;  // the table, and the stack behind it
  Bytes block_size_;
  Bytes table_size_;
  std::int64_t depth_ = 0;
  std::vector<bool> frozen_;  // by place
};

}  // namespace cow
