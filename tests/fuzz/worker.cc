// What a worker reads from its pool. Whatever it is, the worker ends with one
// of its exit codes, has replied with frames only, at most once to each batch,
// and has run nothing that was not offered to it.
//
// What a frame names as code is called, so a byte chooses among entries that
// are there: pool/frames_to_worker.h.
//
// Input: frames, each a byte that says what it is, its fields, and a payload
// behind its length; the last one may be cut.
#include "cow/pool/worker.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cow/pool/offers.h"
#include "cow/task/failure.h"
#include "fuzz/input.h"
#include "pickle/bytes.h"
#include "pool/frames_to_worker.h"

namespace cow::fuzz {
namespace {

using testing::Served;

constexpr std::size_t kMostPayload = 20'000;
// For what is announced to be larger, memory would be taken and used; or it is
// more than there can be.
constexpr std::uint64_t kMostAnnounced = std::uint64_t{1} << 20;

// Bits of the byte in front of a frame.
constexpr unsigned kIsCall = 1;
constexpr unsigned kAnyKind = 2;
constexpr unsigned kAnyMagic = 4;
constexpr unsigned kNotOffered = 8;
constexpr unsigned kAnyLength = 16;
constexpr unsigned kIsLong = 32;
constexpr unsigned kAnyEntry = 64;

struct Stream {
  std::string bytes;
  std::set<std::uint64_t> offered;
};

// No code is there: the program does not reach so far.
std::uint64_t no_code(std::uint64_t number) {
  return number | std::uint64_t{1} << 60;
}

std::string payload_of(Input& input, unsigned choice) {
  const auto size = input.take<std::uint8_t>();
  std::string payload(input.rest().substr(0, size));
  for (std::size_t i = 0; i < payload.size(); ++i) input.take<char>();
  if ((choice & kIsLong) != 0) {
    payload.resize(input.take<std::uint16_t>() % kMostPayload, '\1');
  }
  return payload;
}

void add_frame(Input& input, Offers& offers, Stream& stream) {
  static const std::vector<std::uint64_t> batches = testing::batch_entries();
  static const std::uint64_t call =
      Call(testing::Expect(), std::string()).entry();
  const unsigned choice = input.take<std::uint8_t>();
  FrameHeader header{.kind = FrameKind::kBatch};
  if ((choice & kIsCall) != 0) header.kind = FrameKind::kInitialize;
  if ((choice & kAnyKind) != 0) {
    header.kind = static_cast<FrameKind>(input.take<std::uint16_t>());
  }
  if ((choice & kAnyMagic) != 0) header.magic = input.take<std::uint32_t>();
  const auto entry = input.take<std::uint8_t>();
  header.entry = header.kind == FrameKind::kInitialize
                     ? call
                     : batches[entry % batches.size()];
  if ((choice & kAnyEntry) != 0) header.entry = no_code(header.entry);
  header.slot = input.take<std::uint8_t>();
  header.batch = input.take<std::uint8_t>();
  header.first = input.take<std::uint64_t>();
  header.count = input.take<std::uint8_t>();
  if (header.count == 255) header.count = input.take<std::uint64_t>();
  const std::string payload = payload_of(input, choice);
  header.payload = payload.size();
  if ((choice & kAnyLength) != 0) {
    header.payload = input.take<std::uint64_t>();
    if (header.payload >> 63 == 0) header.payload %= kMostAnnounced;
  }
  if ((choice & kNotOffered) == 0 && header.batch != 0 &&
      header.slot < offers.slots.size()) {
    offers.offer(header.slot, header.batch);
    stream.offered.insert(header.batch);
  }
  stream.bytes.append(reinterpret_cast<const char*>(&header), sizeof header);
  stream.bytes += payload;
}

void check(const Served& all, const Stream& stream) {
  require(all.code == 0 || all.code == kInitializerFailed ||
              all.code == kBrokenPipe,
          "the worker ends in one of its ways");
  require(all.rest.empty(), "it writes nothing but frames");
  std::multiset<std::uint64_t> replied;
  for (const Served::Reply& reply : all.replies) {
    const FrameKind kind = reply.header.kind;
    require(kind == FrameKind::kResults || kind == FrameKind::kFailure ||
                kind == FrameKind::kBroken,
            "it replies as workers do");
    if (kind != FrameKind::kResults) {
      testing::value_of<Failure>(reply.payload);  // or it throws
    }
    if (kind == FrameKind::kBroken) {
      require(all.code == kInitializerFailed, "and then it ends");
      continue;
    }
    require(stream.offered.contains(reply.header.batch),
            "it replies to what was offered to it");
    replied.insert(reply.header.batch);
    require(replied.count(reply.header.batch) <= 64, "once for each offer");
  }
}

}  // namespace
}  // namespace cow::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace cow;
  static const std::shared_ptr<Offers> offers = offers_in(make_offers(1));
  for (auto& slot : offers->slots) slot = 0;
  fuzz::Input input(data, size);
  const auto cut = input.take<std::uint8_t>();
  fuzz::Stream stream;
  for (int frame = 0; frame < 8 && !input.rest().empty(); ++frame) {
    fuzz::add_frame(input, *offers, stream);
  }
  stream.bytes.resize(stream.bytes.size() -
                      std::min<std::size_t>(cut, stream.bytes.size()));
  cow::testing::noted.clear();
  fuzz::check(cow::testing::served(stream.bytes, *offers), stream);
  return 0;
}
