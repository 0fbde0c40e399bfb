// A reference-counted heap with CPython's layout (3.10 and newer).
//
// Even if a worker only reads CPython's objects, their pages become private to
// it. How many pages that takes depends on where the objects and their counts
// are. This heap puts both in the same places as CPython, and it can say what
// is in each page. It is a model for readers: CPython's allocator is faster and
// gives memory back sooner, and this code is shorter.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "cow/object/guarded_memory.h"
#include "cow/object/object.h"
#include "cow/object/ref.h"
#include "cow/object/slots.h"
#include "cow/object/types.h"
#include "cow/os/bytes.h"

namespace cow {

/// What a page of a heap is used for.
enum class PageUse {
  kObjects,  ///< slots of objects
  kBuffer,   ///< slots of buffers, or a part of one large buffer
  kUnused,   ///< nothing is in it, not yet or no longer
};

/// One page of a heap.
struct HeapPage {
  const std::byte* address = nullptr;
  PageUse use = PageUse::kUnused;
  /// How many live objects have their count in this page. An object can begin
  /// in one page and end in the next. It belongs to the page of its count,
  /// because that page is written when a reference is taken.
  std::int64_t counts = 0;
  /// The type of these objects; null if there are none or their types differ.
  const Type* type = nullptr;

  friend bool operator==(const HeapPage&, const HeapPage&) = default;
};

/// Neighboring pages.
struct PageRange {
  const std::byte* begin = nullptr;
  Pages count;

  friend bool operator==(const PageRange&, const PageRange&) = default;
};

/// The pages of `object`: those of the object itself (one page or two
/// neighbors), then those of its buffer, if it has one.
std::vector<PageRange> pages_of(const Object& object);

/// Owns objects, buffers and their memory. When the heap is destroyed, all of
/// them are gone; so no reference may be left by then. Not for two threads at
/// once.
///
/// A block of up to 512 bytes is a slot (cow/object/slots.h). A larger block
/// has a mapping of its own (CPython asks malloc for it), so that it shares no
/// page with other blocks. The kernel limits the number of mappings of a
/// process, so there can be only a few ten thousand large blocks. Arenas stay
/// until the heap ends. If memory is not available, a std::system_error says
/// what it was for, and the heap can still be used.
class Heap {
 public:
  Heap() = default;
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  /// A number. The caller gets the only reference to it.
  Ref<Float> new_float(double value);
  /// A list of `size` empty slots. Throws std::invalid_argument if negative.
  Ref<List> new_list(std::int64_t size = 0);
  /// An array whose numbers are all `value`. Each was written, so all are in
  /// memory. Throws std::invalid_argument if `length` is negative.
  Ref<Array> new_array(std::int64_t length, double value = 0);

  /// Memory for something other than an object, not initialized, aligned to 16
  /// bytes. For 0 bytes it is a slot of the smallest size. Throws
  /// std::invalid_argument if `size` is negative.
  void* allocate(Bytes size);
  /// Memory for `count` items of `each` bytes. Throws as `allocate` does.
  void* allocate_items(std::int64_t count, std::size_t each);
  /// Frees a block that `allocate` has returned; null is ignored. Throws
  /// std::invalid_argument if no block of this heap begins at `block`. Does not
  /// notice that a slot is freed twice.
  void free(void* block);

  /// Calls `visit` with each list. It must not make lists or end any.
  void for_each_list(const std::function<void(List&)>& visit);
  /// The list's place among those of all lists: 0, 1, 2 ... in the order in
  /// which places are taken. When a list ends, its place is given to another.
  static std::int64_t place_of(const List& list);

  /// All pages of the heap in the order of addresses, without the guards. Finds
  /// the objects by going through the pools, because there is no list of them.
  std::vector<HeapPage> pages() const;

 private:
  friend void destroy(Object& object) noexcept;

  struct Arena {
    GuardedMemory memory;
    Bytes cut;  // how much is cut into pools
  };

  void* take_slot(Domain domain, Bytes size);
  void give_slot_back(PoolHeader& pool, void* slot);
  PoolHeader& new_pool(Domain domain, Bytes slot_size);
  std::byte* cut_pool();
  PoolList& with_room(Domain domain, Bytes slot_size);
  // The pool that `slot` belongs to; null if it is no slot of this heap.
  PoolHeader* find_pool(void* slot) const;
  void free_object(Object& object);

  // Appends the pages of `arena` to `pages`.
  static void add_pages(const Arena& arena, std::vector<HeapPage>& pages);

  const Type float_{Float::kName, Float::kKind, this};
  const Type list_{List::kName, List::kKind, this};
  const Type array_{Array::kName, Array::kKind, this};

  // Both by address.
  std::map<const std::byte*, Arena> arenas_;
  std::map<const std::byte*, GuardedMemory> large_blocks_;
  Arena* newest_ = nullptr;
  std::uint32_t numbered_pools_ = 0;
  PoolList free_pools_;
  static constexpr std::size_t kSlotSizes =
      static_cast<std::size_t>(kLargestSlot.count() / kSlotStep.count());
  std::array<std::array<PoolList, kSlotSizes>, kDomains> with_room_;
};

}  // namespace cow
