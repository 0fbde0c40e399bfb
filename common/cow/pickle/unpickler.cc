#include "cow/pickle/unpickler.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace cow {

Unpickler::Unpickler(std::span<const std::byte> bytes)
    : cereal::InputArchive<Unpickler, cereal::AllowEmptyClassElision>(this),
      size_(bytes.size()),
      window_(bytes) {}

Unpickler::Unpickler(Fetch fetch, Bytes size)
    : cereal::InputArchive<Unpickler, cereal::AllowEmptyClassElision>(this),
      size_(size),
      not_fetched_(size),
      fetch_(std::move(fetch)) {}

Unpickler::~Unpickler() = default;

std::string Unpickler::position() const {
  return fmt::format("byte {} of {}", (size_ - left()).count(), size_.count());
}

void Unpickler::expect(std::uint64_t count, std::size_t element) const {
  const std::uint64_t most = static_cast<std::uint64_t>(left().count()) /
                             std::max<std::size_t>(element, 1);
  if (count > most) {
    throw PickleError(fmt::format(
        "the message announces {} elements at {}, where at most {} can follow",
        count, position(), most));
  }
}

void Unpickler::fetch(void* to, std::size_t size) {
  if (size > left().size()) {
    throw PickleError(fmt::format(
        "the message is too short: {} bytes wanted at {}", size, position()));
  }
  auto* target = static_cast<std::byte*>(to);
  while (size != 0) {
    const std::size_t got = fetch_(target, size);
    if (got == 0) {
      throw PickleError(
          fmt::format("the message is cut off at {}", position()));
    }
    not_fetched_ -= Bytes(got);
    target += got;
    size -= got;
  }
}

void Unpickler::memorize(std::uint32_t number, std::shared_ptr<void> object,
                         const std::type_info& type) {
  // The highest bit says that the object follows. References to it do not have
  // that bit.
  memo_.insert_or_assign(
      number & ~static_cast<std::uint32_t>(cereal::detail::msb_32bit),
      std::pair(std::move(object), std::type_index(type)));
}

std::shared_ptr<void> Unpickler::recall(std::uint32_t number,
                                        const std::type_info& type) const {
  if (number == 0) return nullptr;
  const auto found = memo_.find(number);
  if (found == memo_.end() || found->second.second != type) {
    throw PickleError(
        fmt::format("{} refers to object {} of the memo, which is not there",
                    position(), number));
  }
  return found->second.first;
}

void Unpickler::skip_rest() {
  window_ = {};
  std::array<std::byte, 4096> unread;  // NOLINT: filled as far as used
  while (not_fetched_ > Bytes()) {
    const std::size_t got =
        fetch_(unread.data(), std::min(unread.size(), not_fetched_.size()));
    if (got == 0) return;
    not_fetched_ -= Bytes(got);
  }
}

}  // namespace cow
