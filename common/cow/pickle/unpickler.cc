#include "cow/pickle/unpickler.h"

#include <fmt/core.h>

#include <algorithm>

namespace cow {
namespace {

// How much is fetched at once when small values are read. It is private memory
// of every worker, so it is small: a page. (The pipe is read in larger pieces.)
constexpr std::size_t kBuffer = std::size_t{4} << 10;

}  // namespace

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

void Unpickler::load_beyond_window(void* to, std::size_t size) {
  if (size > left().size()) {
    throw PickleError(fmt::format(
        "the message is too short: {} bytes wanted at {}", size, position()));
  }
  auto* target = static_cast<std::byte*>(to);
  while (size != 0) {
    if (window_.empty()) {
      // A large block goes right where it belongs, small values by a buffer.
      const bool direct = size >= kBuffer;
      if (!direct) buffer_.resize(kBuffer);
      const std::size_t most =
          direct ? size : std::min(kBuffer, not_fetched_.size());
      const std::size_t got = fetch_(direct ? target : buffer_.data(), most);
      if (got == 0) {
        throw PickleError(
            fmt::format("the message is cut off at {}", position()));
      }
      not_fetched_ -= Bytes(got);
      if (direct) {
        target += got;
        size -= got;
        continue;
      }
      window_ = std::span(buffer_).first(got);
    }
    const std::size_t part = std::min(size, window_.size());
    std::memcpy(target, window_.data(), part);
    window_ = window_.subspan(part);
    target += part;
    size -= part;
  }
}

void Unpickler::memorize(std::uint32_t number, std::shared_ptr<void> object,
                         const std::type_info& type) {
  // The highest bit says that the object follows; references come without it.
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
  std::vector<std::byte> unread(kBuffer);
  while (not_fetched_ > Bytes()) {
    const std::size_t got =
        fetch_(unread.data(), std::min(kBuffer, not_fetched_.size()));
    if (got == 0) return;
    not_fetched_ -= Bytes(got);
  }
}

}  // namespace cow
