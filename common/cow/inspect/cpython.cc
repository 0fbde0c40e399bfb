#include "cow/inspect/cpython.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "cow/memory/process_list.h"

namespace cow {
namespace {

constexpr std::array<std::size_t, 2> kPoolSizes = {16 << 10, 4 << 10};

// How many addresses that are no type, and pages that may be pools, are read.
constexpr std::size_t kMostTypes = 1 << 14;
constexpr std::size_t kMostPages = 1 << 18;

// Bits of tp_flags.
constexpr std::uint64_t kPrefixed = 3 << 3;  // managed weak references, dict
constexpr std::uint64_t kReady = 1 << 12;
constexpr std::uint64_t kCollected = 1 << 14;
constexpr std::uint64_t kBytesOrStr = std::uint64_t{3} << 27;
constexpr std::uint64_t kStr = std::uint64_t{1} << 28;
constexpr std::uint64_t kIsType = std::uint64_t{1} << 31;

constexpr std::size_t kHashAt = 24;     // in a str and in a bytes
constexpr std::size_t kSetHashAt = 48;  // in a frozenset
constexpr std::size_t kWord = sizeof(std::uint64_t);

template <typename Number = std::uint64_t>
Number number_at(std::span<const std::byte> bytes, std::size_t offset) {
  Number number = 0;
  if (offset + sizeof number <= bytes.size()) {
    std::memcpy(&number, bytes.data() + offset, sizeof number);
  }
  return number;
}

}  // namespace

std::optional<PythonPool> parse_pool(std::span<const std::byte> header,
                                     std::size_t size) {
  const auto used = number_at<std::uint32_t>(header, 0);
  const auto size_class = number_at<std::uint32_t>(header, 36);
  const auto next = number_at<std::uint32_t>(header, 40);
  const auto last = number_at<std::uint32_t>(header, 44);
  if (size_class >= 32) return std::nullopt;
  const std::size_t slot = 16 * (std::size_t{size_class} + 1);
  if (last != size - slot || next < kPoolHeader + slot || next > size ||
      (next - kPoolHeader) % slot != 0) {
    return std::nullopt;
  }
  const std::size_t slots = (next - kPoolHeader) / slot;
  if (used > slots) return std::nullopt;
  return PythonPool{size, slot, slots, number_at(header, 8)};
}

// The beginning of PyTypeObject, which is the same from 3.8 to 3.13.
struct PythonTypes::Header {
  std::uint64_t type;
  std::uint64_t name;
  std::uint64_t flags;
  PythonType parsed;
};

std::optional<PythonTypes::Header> PythonTypes::read(
    std::uint64_t address) const {
  constexpr std::size_t kMost = 1 << 20;
  constexpr std::size_t kLeastStr = 40;
  std::array<std::byte, 176> bytes{};
  if (!read_at(memory_, address, bytes)) return std::nullopt;
  const auto size = number_at(bytes, 32);
  const auto item = number_at(bytes, 40);
  Header header{
      number_at(bytes, 8), number_at(bytes, 24), number_at(bytes, 168), {}};
  if (number_at<std::int64_t>(bytes, 0) <= 0 || size < 16 || size > kMost ||
      item > kMost || (header.flags & kReady) == 0) {
    return std::nullopt;
  }
  PythonType& type = header.parsed;
  type.collected = (header.flags & kCollected) != 0;
  type.prefix = std::size_t{type.collected ? 16U : 0U} +
                ((header.flags & kPrefixed) != 0 ? 16U : 0U);
  // A short str is smaller than its type says: PyASCIIObject.
  type.least = std::min(size, (header.flags & kStr) != 0 ? kLeastStr : kMost);
  type.hash_at = (header.flags & kBytesOrStr) != 0 ? kHashAt : 0;
  return header;
}

bool PythonTypes::leads_to_type(std::uint64_t address, int steps) {
  const std::optional<Header> header = read(address);
  if (!header || (header->flags & kIsType) == 0) return false;
  if (header->type == address) return name_at(header->name) == "type";
  return steps > 0 && leads_to_type(header->type, steps - 1);
}

// Types are larger than what lies in pools.
bool PythonTypes::is_in_pool(std::uint64_t address) {
  constexpr std::uint64_t kSmall = kPoolSizes.back();
  const std::uint64_t page = address / kSmall * kSmall;
  const auto known = pools_.find(page);
  if (known != pools_.end()) return known->second;
  if (pools_.size() >= kMostPages) return true;
  bool& found = pools_[page];
  for (const std::size_t size : kPoolSizes) {
    std::array<std::byte, kPoolHeader> header{};
    found = found || (read_at(memory_, address / size * size, header) &&
                      parse_pool(header, size));
  }
  return found;
}

std::string PythonTypes::name_at(std::uint64_t address) const {
  constexpr std::size_t kMost = 64;
  constexpr std::uint64_t kPage = 4096;
  std::array<char, kMost> text{};
  const std::size_t first =
      std::min<std::size_t>(kMost, kPage - address % kPage);
  const auto bytes = std::as_writable_bytes(std::span(text));
  if (read_at(memory_, address, bytes.first(first)) && first < kMost &&
      std::find(text.begin(), text.begin() + first, '\0') ==
          text.begin() + first) {
    read_at(memory_, address + first, bytes.subspan(first));
  }
  const auto end = std::find(text.begin(), text.end(), '\0');
  if (end == text.begin()) return "a type without a name";
  return printable({text.begin(), end}) + (end == text.end() ? "..." : "");
}

const PythonType* PythonTypes::find(std::uint64_t address) {
  constexpr std::uint64_t kLeast = 1 << 16;
  constexpr std::uint64_t kMost = std::uint64_t{1} << 56;
  constexpr int kSteps = 4;
  if (address == last_) return last_type_;
  if (address % kWord != 0 || address < kLeast || address > kMost) {
    return nullptr;
  }
  auto known = types_.find(address);
  if (known == types_.end()) {
    if (types_.size() >= kMostTypes || is_in_pool(address)) return nullptr;
    known = types_.emplace(address, std::nullopt).first;
    std::optional<Header> header = read(address);
    if (header && leads_to_type(header->type, kSteps)) {
      header->parsed.name = name_at(header->name);
      if (header->parsed.name == "frozenset") {
        header->parsed.hash_at = kSetHashAt;
      }
      known->second = std::move(header->parsed);
    }
  }
  last_ = address;
  last_type_ = known->second ? &*known->second : nullptr;
  return last_type_;
}

PythonObjects::PythonObjects(std::uint64_t begin,
                             std::span<const std::byte> image,
                             PythonTypes& types)
    : image_(image), types_(types) {
  std::size_t at = 0;
  while (at + kPoolHeader <= image.size()) {
    std::size_t step = kPoolSizes.back();
    for (const std::size_t size : kPoolSizes) {
      if ((begin + at) % size != 0 || at + size > image.size()) continue;
      const auto pool = parse_pool(image.subspan(at, kPoolHeader), size);
      if (!pool) continue;
      add(begin, at, *pool);
      step = size;
      break;
    }
    at += step;
  }
}

void PythonObjects::add(std::uint64_t address, std::size_t begin,
                        PythonPool pool) {
  const std::size_t first = begin + kPoolHeader;
  std::vector<bool> free(pool.slots);
  std::uint64_t next = pool.free;
  for (std::size_t steps = 0; steps < pool.slots; ++steps) {
    const std::uint64_t offset = next - (address + first);
    if (offset % pool.slot != 0 || offset / pool.slot >= pool.slots) break;
    free[offset / pool.slot] = true;
    next = number_at(image_, first + offset);
  }
  std::vector<const PythonType*> found(pool.slots);
  for (std::size_t i = 0; i < pool.slots; ++i) {
    if (free[i]) continue;
    for (const std::size_t prefix : {0U, 16U, 32U}) {
      const std::size_t at = first + i * pool.slot + prefix;
      if (prefix + 2 * kWord > pool.slot) break;
      if (number_at<std::int64_t>(image_, at) <= 0) continue;
      const PythonType* type = types_.find(number_at(image_, at + kWord));
      if (type == nullptr || type->prefix != prefix ||
          prefix + type->least > pool.slot) {
        continue;
      }
      found[i] = type;
      break;
    }
  }
  pools_.push_back({pool, begin, std::move(found)});
}

const PythonObjects::Pool* PythonObjects::pool_at(std::size_t offset) const {
  for (const Pool& pool : pools_) {
    if (offset >= pool.begin && offset - pool.begin < pool.size) return &pool;
  }
  return nullptr;
}

std::optional<PythonObjects::Slot> PythonObjects::slot_at(
    std::size_t offset) const {
  const Pool* pool = pool_at(offset);
  if (pool == nullptr || offset < pool->begin + kPoolHeader) {
    return std::nullopt;
  }
  const std::size_t in_pool = offset - pool->begin - kPoolHeader;
  const std::size_t i = in_pool / pool->slot;
  const std::size_t in_slot = in_pool % pool->slot;
  if (i >= pool->slots) return std::nullopt;
  return Slot{pool->types[i], in_slot, pool->slot - in_slot};
}

WordUse PythonObjects::use_outside_of_pools(std::size_t offset) const {
  if (types_.find(number_at(image_, offset + kWord)) != nullptr) {
    return WordUse::kCount;
  }
  for (const std::size_t behind : {2 * kWord, 3 * kWord}) {
    const PythonType* type = types_.find(number_at(image_, offset + behind));
    if (type != nullptr && type->collected) return WordUse::kHead;
  }
  constexpr std::size_t kBack = kHashAt - kWord;
  if (offset >= kBack) {
    const PythonType* type = types_.find(number_at(image_, offset - kBack));
    if (type != nullptr && type->hash_at == kHashAt) return WordUse::kHash;
  }
  return WordUse::kData;
}

WordUse PythonObjects::use_of(std::size_t offset) const {
  if (pool_at(offset) == nullptr) return use_outside_of_pools(offset);
  const std::optional<Slot> slot = slot_at(offset);
  if (!slot || slot->type == nullptr) return WordUse::kData;
  const PythonType& type = *slot->type;
  if (slot->offset == type.prefix) return WordUse::kCount;
  if (type.collected && slot->offset < type.prefix &&
      slot->offset + 2 * kWord >= type.prefix) {
    return WordUse::kHead;
  }
  return type.hash_at != 0 && slot->offset == type.prefix + type.hash_at
             ? WordUse::kHash
             : WordUse::kData;
}

const PythonType* PythonObjects::main_type(std::size_t begin,
                                           std::size_t end) const {
  std::map<const PythonType*, std::size_t> bytes;
  for (std::size_t at = begin; at < end;) {
    const std::optional<Slot> slot = slot_at(at);
    const std::size_t size = std::min(slot ? slot->left : kWord, end - at);
    if (slot && slot->type != nullptr) bytes[slot->type] += size;
    at += size;
  }
  const auto most = std::max_element(
      bytes.begin(), bytes.end(),
      [](const auto& a, const auto& b) { return a.second < b.second; });
  const bool enough = most != bytes.end() && 4 * most->second >= end - begin;
  return enough ? most->first : nullptr;
}

}  // namespace cow
