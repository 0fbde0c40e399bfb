#include "cow/pickle/pickler.h"

#include <fmt/core.h>

#include <iterator>

namespace cow {
namespace {

// Smaller blocks are copied: that costs less than one more piece in writev(2).
constexpr std::size_t kWorthReferring = std::size_t{16} << 10;

}  // namespace

void Depth::refuse() {
  throw PickleError(fmt::format(
      "the value is nested too deeply: more than {} levels", kDeepest));
}

std::string Message::to_string() const {
  std::string text;
  text.reserve(size_.size());
  for_each_piece([&](const void* data, std::size_t size) {
    text.append(static_cast<const char*>(data), size);
  });
  return text;
}

Pickler::Pickler()
    : cereal::OutputArchive<Pickler, cereal::AllowEmptyClassElision>(this) {}

Pickler::~Pickler() = default;

Message Pickler::take() { return std::exchange(message_, Message()); }

bool Pickler::keeps(const void* object) const {
  const auto* address = static_cast<const std::byte*>(object);
  const auto behind = kept_.upper_bound(address);
  return behind != kept_.begin() && address < std::prev(behind)->second;
}

void Pickler::keep_range(const std::byte* begin, const std::byte* end) {
  // A range inside a kept one is left out, because it would hide the rest of
  // that one from `keeps`.
  if (begin != end && !(keeps(begin) && keeps(end - 1))) kept_[begin] = end;
}

void Pickler::saveBinary(const void* data, std::size_t size) {
  message_.copied_.append(static_cast<const char*>(data), size);
  message_.size_ += Bytes(size);
}

void Pickler::save_block(const void* owner, const void* data,
                         std::size_t size) {
  if (size < kWorthReferring || !keeps(owner)) {
    saveBinary(data, size);
    return;
  }
  message_.blocks_.push_back({message_.copied_.size(), data, size});
  message_.size_ += Bytes(size);
}

}  // namespace cow
