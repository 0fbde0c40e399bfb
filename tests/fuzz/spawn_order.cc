// The order in the environment of a spawned process: what is taken for one is
// one to the letter, so it says as text what was read.
//
// Input: the text.
#include "cow/pool/spawn_order.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fuzz/input.h"

namespace cow::fuzz {
namespace {

void check(std::string_view text) {
  const std::optional<SpawnOrder> order = parse_spawn_order(text);
  if (!order) return;
  require(order->parent >= 0, "a parent is a process");
  const bool worker = order->role == SpawnOrder::Role::kWorker;
  require(order->descriptors.size() == (worker ? 3U : 2U),
          "as many descriptors as the role has");
  for (const int descriptor : order->descriptors) {
    require(descriptor >= 0, "a descriptor is not negative");
  }
  require(to_string(*order) == text, "it is an order to the letter");
}

}  // namespace
}  // namespace cow::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  cow::fuzz::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
