// The batches that a pool has offered to one worker, in memory that they share.
//
// A batch may have to wait for its worker, and meanwhile another worker may
// become idle. So the batch is only an offer: its number stands in a slot. The
// side that takes the number out of the slot has the batch: the worker when it
// begins the batch, or the pool when it steals it back. Neither side has to ask
// the other, and no batch runs twice.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "cow/os/mapping.h"

namespace cow {

/// Shared by the pool and one worker. (Forked workers inherit the mapping, so
/// they map the pages of the other workers, too.) All zeros at first. The pool
/// only compares the numbers in it. So a worker that writes nonsense can delay
/// work, but cannot harm the pool's memory.
struct alignas(64) Offers {
  /// The number of the batch that is offered in a slot; 0 if there is none.
  std::array<std::atomic<std::uint64_t>, 64> slots;
  /// Index of the item that the worker is running.
  std::atomic<std::uint64_t> item;

  void offer(std::size_t slot, std::uint64_t number) {
    slots[slot].store(number, std::memory_order_release);
  }
  /// Takes the batch out of its slot; false if the other side has taken it.
  bool take(std::size_t slot, std::uint64_t number) {
    return slots[slot].compare_exchange_strong(number, 0,
                                               std::memory_order_acq_rel);
  }
  bool is_offered(std::size_t slot, std::uint64_t number) const {
    return slots[slot].load(std::memory_order_acquire) == number;
  }
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(sizeof(Offers) <= 4096);  // a spawned worker maps one page

/// Memory for the offers of `workers` workers that will be forked.
inline std::shared_ptr<Mapping> make_offers(std::size_t workers) {
  return std::make_shared<Mapping>(
      Bytes(static_cast<std::int64_t>(workers * sizeof(Offers))),
      PROT_READ | PROT_WRITE, MAP_SHARED);
}
/// The offers at place `index` of `memory`. They keep `memory` alive.
inline std::shared_ptr<Offers> offers_in(const std::shared_ptr<Mapping>& memory,
                                         std::size_t index = 0) {
  auto* all = reinterpret_cast<Offers*>(memory->data());
  return {memory, all + index};
}

/// The offers in a file that worker and pool have open. Throws
/// std::system_error.
inline std::shared_ptr<Offers> map_offers(int file) {
  return offers_in(std::make_shared<Mapping>(page_size(), file, Bytes()));
}

}  // namespace cow
