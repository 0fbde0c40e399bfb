// The batches that a pool has offered to one worker, in memory that both see.
//
// A worker may take long until it begins a batch that it was sent, and another
// worker may be idle by then. So the batch is only an offer: its number stands
// in a slot, and whoever takes the number out has the batch. That is the worker
// when it begins the batch, or the pool when it steals it back. Neither asks
// the other, and no batch is run twice.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "cow/os/mapping.h"

namespace cow {

/// Shared by the pool and one worker (and mapped by the workers that were
/// forked with it); all zeros at first. The pool only compares what stands in
/// it. So a worker that writes nonsense can hold up work, but cannot harm the
/// pool's memory.
struct alignas(64) Offers {
  /// The number of the batch that is offered in a slot; 0 if none is.
  std::array<std::atomic<std::uint64_t>, 64> slots;
  /// Index of the item that the worker is at.
  std::atomic<std::uint64_t> item;

  void offer(std::size_t slot, std::uint64_t number) {
    slots[slot].store(number, std::memory_order_release);
  }
  /// Takes the batch out of its slot; false if the other side has done so.
  bool take(std::size_t slot, std::uint64_t number) {
    return slots[slot].compare_exchange_strong(number, 0,
                                               std::memory_order_acq_rel);
  }
  bool is_offered(std::size_t slot, std::uint64_t number) const {
    return slots[slot].load(std::memory_order_acquire) == number;
  }
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(sizeof(Offers) <= 4096);  // a page: spawned workers map one

/// Memory for the offers of so many workers that will be forked.
inline std::shared_ptr<Mapping> make_offers(std::size_t workers) {
  return std::make_shared<Mapping>(
      Bytes(static_cast<std::int64_t>(workers * sizeof(Offers))),
      PROT_READ | PROT_WRITE, MAP_SHARED);
}
/// The offers at place `index` of `memory`, which lives as long as they do.
inline std::shared_ptr<Offers> offers_in(const std::shared_ptr<Mapping>& memory,
                                         std::size_t index = 0) {
  auto* all = reinterpret_cast<Offers*>(memory->data());
  return {memory, all + index};
}

/// The offers in a file that both worker and pool have open.
inline std::shared_ptr<Offers> map_offers(int file) {
  return offers_in(std::make_shared<Mapping>(page_size(), file, Bytes()));
}

}  // namespace cow
