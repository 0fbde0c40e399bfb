#include "cow/object/heap.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <bitset>
#include <cerrno>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include "cow/os/error.h"

namespace cow {
namespace {

// The offset of a pool's first slot.
constexpr auto kFirstSlot = static_cast<std::uint32_t>(kHeaderSize.count());

// The beginning of the arena or pool, of size `size`, that holds `address`.
std::byte* begin_of(const void* address, Bytes size) {
  const std::uintptr_t mask = ~(std::uintptr_t{size.size()} - 1);
  return std::bit_cast<std::byte*>(std::bit_cast<std::uintptr_t>(address) &
                                   mask);
}

PoolHeader& pool_of(const void* slot) {
  return *std::launder(
      reinterpret_cast<PoolHeader*>(begin_of(slot, kPoolSize)));
}

std::uint32_t offset_in(const PoolHeader& pool, const void* address) {
  return static_cast<std::uint32_t>(static_cast<const std::byte*>(address) -
                                    reinterpret_cast<const std::byte*>(&pool));
}

Bytes rounded_to_slot(Bytes size) {
  const std::int64_t steps =
      (size.count() + kSlotStep.count() - 1) / kSlotStep.count();
  return kSlotStep * std::max<std::int64_t>(steps, 1);
}

// Calls `visit(object)` for each object in the pool: for its slots that were
// handed out and not freed.
template <typename Visit>
void for_each_object(PoolHeader& pool, Visit visit) {
  std::bitset<kPoolSize.size() / kSlotStep.size()> freed;
  for (const FreeSlot* slot = pool.freed; slot != nullptr; slot = slot->next) {
    freed.set(offset_in(pool, slot) / kSlotStep.size());
  }
  auto* const begin = reinterpret_cast<std::byte*>(&pool);
  const std::size_t in_front =
      pool.domain == Domain::kContainers ? sizeof(CollectorLinks) : 0;
  for (std::uint32_t at = kFirstSlot; at < pool.fresh; at += pool.slot_size) {
    if (freed.test(at / kSlotStep.size())) continue;
    visit(*std::launder(reinterpret_cast<Object*>(begin + at + in_front)));
  }
}

void count(const Object& object, HeapPage& page) {
  if (page.counts == 0) {
    page.type = object.type;
  } else if (page.type != object.type) {
    page.type = nullptr;
  }
  ++page.counts;
}

PageRange range_of(const void* address, Bytes size) {
  const std::byte* const begin = begin_of(address, page_size());
  const std::byte* const end = static_cast<const std::byte*>(address);
  return {.begin = begin, .count = to_pages(Bytes(end - begin) + size)};
}

}  // namespace

// --- Blocks

void* Heap::allocate(Bytes size) {
  if (size < 0_B) {
    throw std::invalid_argument(fmt::format(
        "allocate({}): a block has no negative size", size.count()));
  }
  if (size <= kLargestSlot) return take_slot(Domain::kBuffers, size);
  GuardedMemory memory(size, page_size(),
                       fmt::format("a block of {}", to_string(size)));
  std::byte* const block = memory.data();
  large_blocks_.emplace(block, std::move(memory));
  return block;
}

void* Heap::allocate_items(std::int64_t count, std::size_t each) {
  if (count < 0) {
    throw std::invalid_argument(
        fmt::format("there are no {} items: the least is 0", count));
  }
  const auto size = static_cast<std::int64_t>(each);
  if (count > std::numeric_limits<std::int64_t>::max() / size) {
    throw_system_error(ENOMEM,
                       fmt::format("{} items of {} bytes", count, each));
  }
  return allocate(Bytes(count * size));
}

void Heap::free(void* block) {
  if (block == nullptr) return;
  PoolHeader* const pool = find_pool(block);
  if (pool != nullptr && pool->domain == Domain::kBuffers) {
    give_slot_back(*pool, block);
  } else if (large_blocks_.erase(static_cast<std::byte*>(block)) == 0) {
    throw std::invalid_argument(
        fmt::format("free({}): no block of this heap begins there", block));
  }
}

// --- Slots, pools, arenas

void* Heap::take_slot(Domain domain, Bytes size) {
  const Bytes slot_size = rounded_to_slot(size);
  PoolList& pools = with_room(domain, slot_size);
  PoolHeader& pool =
      pools.first() != nullptr ? *pools.first() : new_pool(domain, slot_size);
  void* slot = pool.freed;
  if (slot != nullptr) {
    pool.freed = pool.freed->next;
  } else {
    slot = reinterpret_cast<std::byte*>(&pool) + pool.fresh;
    pool.fresh += pool.slot_size;
  }
  ++pool.used;
  if (pool.full()) pools.remove(pool);
  return slot;
}

void Heap::give_slot_back(PoolHeader& pool, void* slot) {
  PoolList& pools = with_room(pool.domain, Bytes(pool.slot_size));
  if (pool.full()) pools.push_front(pool);
  pool.freed = new (slot) FreeSlot{.next = pool.freed};
  --pool.used;
  if (pool.used == 0) {
    pools.remove(pool);
    free_pools_.push_front(pool);
  }
}

PoolHeader& Heap::new_pool(Domain domain, Bytes slot_size) {
  void* place = free_pools_.first();
  if (place != nullptr) {
    free_pools_.remove(*free_pools_.first());
  } else {
    place = cut_pool();
  }
  std::uint32_t number = pool_of(place).number;
  if (domain == Domain::kContainers && number == 0) number = ++numbered_pools_;
  const std::int64_t slots = slots_in_pool(slot_size);
  auto* const pool = new (place)
      PoolHeader{.used = 0,
                 .freed = nullptr,
                 .next = nullptr,
                 .previous = nullptr,
                 .fresh = kFirstSlot,
                 .end = kFirstSlot +
                        static_cast<std::uint32_t>((slot_size * slots).count()),
                 .slot_size = static_cast<std::uint16_t>(slot_size.count()),
                 .domain = domain,
                 .number = number};
  with_room(domain, slot_size).push_front(*pool);
  return *pool;
}

std::byte* Heap::cut_pool() {
  if (newest_ == nullptr || newest_->cut == kArenaSize) {
    Arena arena{.memory = {kArenaSize, kArenaSize, "an arena of 1 MiB"},
                .cut = 0_B};
    const std::byte* const begin = arena.memory.data();
    newest_ = &arenas_.emplace(begin, std::move(arena)).first->second;
  }
  std::byte* const pool = newest_->memory.data() + newest_->cut.size();
  newest_->cut += kPoolSize;
  return pool;
}

PoolList& Heap::with_room(Domain domain, Bytes slot_size) {
  const auto step = slot_size.size() / kSlotStep.size();
  return with_room_[static_cast<std::size_t>(domain)][step - 1];
}

PoolHeader* Heap::find_pool(void* slot) const {
  const auto found = arenas_.find(begin_of(slot, kArenaSize));
  if (found == arenas_.end()) return nullptr;
  const Arena& arena = found->second;
  if (static_cast<std::byte*>(slot) >= arena.memory.data() + arena.cut.size()) {
    return nullptr;
  }
  PoolHeader& pool = pool_of(slot);
  const std::uint32_t offset = offset_in(pool, slot);
  const bool is_slot = pool.used > 0 && offset >= kFirstSlot &&
                       offset < pool.fresh &&
                       (offset - kFirstSlot) % pool.slot_size == 0;
  return is_slot ? &pool : nullptr;
}

// --- Objects

Ref<Float> Heap::new_float(double value) {
  void* const slot = take_slot(Domain::kObjects, Bytes(sizeof(Float)));
  return Ref<Float>::adopt(new (slot) Float{{1, &float_}, value});
}

Ref<List> Heap::new_list(std::int64_t size) {
  auto* const links = new (take_slot(
      Domain::kContainers, Bytes(sizeof(CollectorLinks) + sizeof(List))))
      CollectorLinks{};
  // Now the list has an owner, which frees it if there is no room for its
  // items.
  Ref<List> list = Ref<List>::adopt(new (links + 1) List(list_));
  if (size != 0) {
    list->items_ = static_cast<Object**>(allocate_items(size, sizeof(Object*)));
    std::fill_n(list->items_, size, nullptr);
    list->size_ = list->capacity_ = size;
  }
  return list;
}

Ref<Array> Heap::new_array(std::int64_t length, double value) {
  void* const slot = take_slot(Domain::kObjects, Bytes(sizeof(Array)));
  Ref<Array> array = Ref<Array>::adopt(new (slot) Array(array_));
  array->values_ = static_cast<double*>(allocate_items(length, sizeof(double)));
  std::fill_n(array->values_, length, value);
  array->length_ = length;
  return array;
}

void Heap::free_object(Object& object) {
  void* slot = &object;
  if (object.type->kind == Kind::kList) {
    auto& list = static_cast<List&>(object);
    free(list.items_);
    slot = &list.links();
  } else if (object.type->kind == Kind::kArray) {
    free(static_cast<Array&>(object).values_);
  }
  give_slot_back(pool_of(slot), slot);
}

void destroy(Object& object) noexcept {
  // Lists without a reference that are still to be emptied. They are chained by
  // their collector links. So this needs no memory, and no stack that grows
  // with the depth of lists in lists.
  CollectorLinks* waiting = nullptr;
  const auto end = [&waiting](Object& gone) {
    if (gone.type->kind == Kind::kList) {
      CollectorLinks& links = static_cast<List&>(gone).links();
      links.next = std::exchange(waiting, &links);
    } else {
      gone.type->heap->free_object(gone);
    }
  };
  end(object);
  while (waiting != nullptr) {
    auto& list = *std::launder(reinterpret_cast<List*>(waiting + 1));
    waiting = waiting->next;
    for (std::int64_t i = 0; i < list.size_; ++i) {
      Object* const item = list.items_[i];
      if (item != nullptr && decrement(*item)) end(*item);
    }
    list.type->heap->free_object(list);
  }
}

// --- Lists

void Heap::for_each_list(const std::function<void(List&)>& visit) {
  for (const auto& [begin, arena] : arenas_) {
    for (std::size_t at = 0; at < arena.cut.size(); at += kPoolSize.size()) {
      PoolHeader& pool = pool_of(begin + at);
      if (pool.used == 0 || pool.domain != Domain::kContainers) continue;
      for_each_object(pool, [&](Object& object) { visit(as<List>(object)); });
    }
  }
}

std::int64_t Heap::place_of(const List& list) {
  const PoolHeader& pool = pool_of(&list);
  const std::int64_t in_pool =
      (offset_in(pool, &list) - kFirstSlot) / pool.slot_size;
  return (pool.number - 1) * slots_in_pool(Bytes(pool.slot_size)) + in_pool;
}

// --- Pages

std::vector<HeapPage> Heap::pages() const {
  std::vector<HeapPage> pages;
  for (const auto& [address, arena] : arenas_) add_pages(arena, pages);
  for (const auto& [address, memory] : large_blocks_) {
    for (Bytes at; at < memory.size(); at += page_size()) {
      pages.push_back(
          {.address = address + at.size(), .use = PageUse::kBuffer});
    }
  }
  std::sort(pages.begin(), pages.end(),
            [](const HeapPage& a, const HeapPage& b) {
              return a.address < b.address;
            });
  return pages;
}

void Heap::add_pages(const Arena& arena, std::vector<HeapPage>& pages) {
  const std::byte* const begin = arena.memory.data();
  const std::size_t page = page_size().size();
  const std::size_t first = pages.size();
  for (std::size_t at = 0; at < kArenaSize.size(); at += page) {
    pages.push_back({.address = begin + at});
  }
  const auto page_of = [&](const void* address) -> HeapPage& {
    const auto at = static_cast<const std::byte*>(address) - begin;
    return pages[first + static_cast<std::size_t>(at) / page];
  };
  for (std::size_t at = 0; at < arena.cut.size(); at += kPoolSize.size()) {
    PoolHeader& pool = pool_of(begin + at);
    if (pool.used == 0) continue;
    const bool buffers = pool.domain == Domain::kBuffers;
    for (std::size_t used = 0; used < pool.fresh; used += page) {
      page_of(begin + at + used).use =
          buffers ? PageUse::kBuffer : PageUse::kObjects;
    }
    if (buffers) continue;
    for_each_object(pool, [&](const Object& object) {
      count(object, page_of(&object.count));
    });
  }
}

std::vector<PageRange> pages_of(const Object& object) {
  switch (object.type->kind) {
    case Kind::kFloat:
      return {range_of(&object, Bytes(sizeof(Float)))};
    case Kind::kArray: {
      const std::span<const double> values = as<Array>(object).values();
      return {range_of(&object, Bytes(sizeof(Array))),
              range_of(values.data(), Bytes(values.size_bytes()))};
    }
    case Kind::kList: {
      const List& list = as<List>(object);
      std::vector<PageRange> ranges{range_of(
          reinterpret_cast<const std::byte*>(&list) - sizeof(CollectorLinks),
          Bytes(sizeof(CollectorLinks) + sizeof(List)))};
      if (list.items() != nullptr) {
        ranges.push_back(
            range_of(list.items(), sizeof(Object*) * Bytes(list.capacity())));
      }
      return ranges;
    }
  }
  return {};
}

}  // namespace cow
