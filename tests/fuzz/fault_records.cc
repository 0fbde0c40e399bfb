// The bytes in a ring of perf events, and the bookkeeping of who has inherited
// what. Records are taken one after the other, none from beyond the end; and no
// process writes a page first more than once between two forks.
#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "cow/faults/inheritance.h"
#include "cow/faults/records.h"
#include "fuzz/input.h"

namespace cow::fuzz {
namespace {

void check(std::string_view text) {
  std::span<const std::byte> bytes = std::as_bytes(std::span(text));
  Inheritance tree([](pid_t) { return nullptr; });
  std::set<std::pair<pid_t, std::uint64_t>> written;
  for (;;) {
    const std::size_t before = bytes.size();
    const auto record = take_record(bytes);
    if (!record) break;
    require(bytes.size() + 8 <= before, "a record has a header");
    const auto write = tree.apply(*record);
    if (record->kind != FaultRecord::Kind::kFault) {
      require(!write, "only a fault is a write");
      if (record->kind != FaultRecord::Kind::kMapping) written.clear();
      continue;
    }
    if (!write) continue;
    const std::uint64_t page = record->address / page_size().size();
    require(written.emplace(record->pid, page).second, "the first is once");
  }
  require(bytes.empty(), "all is taken, or nothing is left");
}

}  // namespace
}  // namespace cow::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  cow::fuzz::check(cow::fuzz::Input(data, size).rest());
  return 0;
}
