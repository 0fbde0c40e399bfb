// A reference-counted heap with CPython's layout (3.10 and newer).
//
// CPython's objects become private to a worker that only reads them, and how
// many pages that takes follows from where they lie and where their counts are.
// This heap puts them in the same places, and it says what is in which page.
// It is a model made for reading: where CPython's allocator is faster, or gives
// memory back sooner, this one is shorter.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
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
  kUnused,   ///< part of an arena with nothing in it yet, or nothing any more
};

/// One page of a heap.
struct HeapPage {
  const std::byte* address = nullptr;
  PageUse use = PageUse::kUnused;
  /// How many live objects have their count in this page. An object may begin
  /// in one page and end in the next: it is counted where its count is, for
  /// that is the page which is written when somebody takes a reference.
  std::int64_t counts = 0;
  /// The type of these objects; null if there are none, or of several types.
  const Type* type = nullptr;

  friend bool operator==(const HeapPage&, const HeapPage&) = default;
};

/// Pages that follow one another.
struct PageRange {
  const std::byte* begin = nullptr;
  Pages count;

  friend bool operator==(const PageRange&, const PageRange&) = default;
};

/// The pages that `object` lies in: those of the object itself (one page, or
/// two neighbours), then those of its buffer, if it has one.
std::vector<PageRange> pages_of(const Object& object);

/// Owns objects, buffers and the memory they lie in. All of it goes with the
/// heap, objects that are still referred to as well: the references must have
/// gone before. Not for two threads at once.
///
/// Up to 512 bytes: a slot (cow/object/slots.h). Above: a mapping of its own
/// (where CPython asks malloc), so that a large buffer shares no page with
/// anything; good for some ten thousand of them, as the kernel limits how many
/// mappings a process has. Arenas stay until the heap ends. Memory that cannot
/// be had is a std::system_error that says what it was for; the heap goes on.
class Heap {
 public:
  Heap() = default;
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  /// A number; the caller has the one reference to it.
  Ref<Float> new_float(double value);
  /// A list of `size` empty slots. Throws std::invalid_argument if negative.
  Ref<List> new_list(std::int64_t size = 0);
  /// An array whose numbers are all `value`, and in memory: each was written.
  /// Throws std::invalid_argument if `length` is negative.
  Ref<Array> new_array(std::int64_t length, double value = 0);

  /// Memory that is no object, aligned to 16 bytes, with anything in it; of 0
  /// bytes it is one of the smallest slots. Throws std::invalid_argument if
  /// `size` is negative.
  void* allocate(Bytes size);
  /// Memory for `count` things of `each` bytes. Throws as `allocate` does.
  void* allocate_items(std::int64_t count, std::size_t each);
  /// Takes back what `allocate` gave; null is nothing. Throws
  /// std::invalid_argument if `block` is not the beginning of a block of this
  /// heap. That a slot is freed twice is not noticed.
  void free(void* block);

  /// Every page of the heap in the order of addresses, without the guards.
  /// Objects are found by walking the pools: nobody keeps a list of them.
  std::vector<HeapPage> pages() const;

 private:
  friend void destroy(Object& object) noexcept;

  struct Arena {
    GuardedMemory memory;
    Bytes cut;  // how much of it is cut into pools
  };

  void* take_slot(Domain domain, Bytes size);
  void give_slot_back(PoolHeader& pool, void* slot);
  PoolHeader& new_pool(Domain domain, Bytes slot_size);
  std::byte* cut_pool();
  PoolList& with_room(Domain domain, Bytes slot_size);
  // The pool that has `slot` among its slots; null if none of this heap's has.
  PoolHeader* find_pool(void* slot) const;
  void free_object(Object& object);

  // Appends the arena's pages.
  static void add_pages(const Arena& arena, std::vector<HeapPage>& pages);

  const Type float_{Float::kName, Float::kKind, this};
  const Type list_{List::kName, List::kKind, this};
  const Type array_{Array::kName, Array::kKind, this};

  // Both by their address.
  std::map<const std::byte*, Arena> arenas_;
  std::map<const std::byte*, GuardedMemory> large_blocks_;
  Arena* newest_ = nullptr;
  PoolList free_pools_;
  static constexpr std::size_t kSlotSizes =
      static_cast<std::size_t>(kLargestSlot.count() / kSlotStep.count());
  std::array<std::array<PoolList, kSlotSizes>, kDomains> with_room_;
};

}  // namespace cow
