#include "cow/pool/spawn_order.h"

#include <charconv>
#include <cstddef>

namespace cow {
namespace {

constexpr std::string_view kWorker = "worker";
constexpr std::string_view kForkServer = "server";

std::size_t descriptors_of(SpawnOrder::Role role) {
  return role == SpawnOrder::Role::kWorker ? 3 : 2;
}

// Takes " 17" from the beginning of `text`.
std::optional<int> take_number(std::string_view& text) {
  if (!text.starts_with(' ')) return std::nullopt;
  int number = 0;
  const char* end = text.data() + text.size();
  const auto [behind, error] = std::from_chars(text.data() + 1, end, number);
  if (error != std::errc() || number < 0) return std::nullopt;
  text = {behind, static_cast<std::size_t>(end - behind)};
  return number;
}

}  // namespace

std::string to_string(const SpawnOrder& order) {
  std::string text(order.role == SpawnOrder::Role::kWorker ? kWorker
                                                           : kForkServer);
  // One by one: of `" " + std::to_string(...)` g++ 12 says, wrongly, that it
  // copies what overlaps.
  text.append(" ").append(std::to_string(order.parent));
  for (const int fd : order.descriptors) {
    text.append(" ").append(std::to_string(fd));
  }
  return text;
}

std::optional<SpawnOrder> parse_spawn_order(std::string_view text) {
  const std::string_view whole = text;
  SpawnOrder order;
  if (text.starts_with(kWorker)) {
    order.role = SpawnOrder::Role::kWorker;
  } else if (text.starts_with(kForkServer)) {
    order.role = SpawnOrder::Role::kForkServer;
  } else {
    return std::nullopt;
  }
  text.remove_prefix(kWorker.size());  // both are as long
  static_assert(kWorker.size() == kForkServer.size());
  const std::optional<int> parent = take_number(text);
  if (!parent) return std::nullopt;
  order.parent = *parent;
  for (std::size_t i = 0; i < descriptors_of(order.role); ++i) {
    const std::optional<int> descriptor = take_number(text);
    if (!descriptor) return std::nullopt;
    order.descriptors.push_back(*descriptor);
  }
  // Neither text behind it, nor a number such as 007 or -0.
  if (to_string(order) != whole) return std::nullopt;
  return order;
}

}  // namespace cow
