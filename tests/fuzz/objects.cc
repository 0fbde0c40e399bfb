// The reader of foreign memory. A program with pools of floats and lists is
// laid out; then words of it are overwritten, in both processes. Whatever that
// makes of it, the reader ends, and every page is compared once or said to be
// gone.
//
// Input: 11 bytes a time: which process, the offset of a word, the word.
#include <cstdint>
#include <string>
#include <vector>

#include "cow/inspect/changed_pages.h"
#include "cow/memory/process_list.h"
#include "fuzz/input.h"
#include "inspect/made_memory.h"

namespace cow::fuzz {
namespace {

using testing::kPool;
using testing::kSmallPage;
using testing::MadeMemory;

// Types, a pool of floats, four small pools of lists, in this order.
constexpr std::uint64_t kBegin = 0x7f0000000000;
constexpr std::uint64_t kEnd = kBegin + 3 * kPool;
constexpr std::uint64_t kFloat = kBegin + kSmallPage;
constexpr std::uint64_t kList = kBegin + 2 * kSmallPage;

MadeMemory laid_out() {
  MadeMemory memory;
  memory.put_type_of_types(kBegin);
  memory.put_type(kFloat, "float", 0, kBegin);
  memory.put_type(kList, "list", testing::kHasHead, kBegin, 40);
  memory.put(kBegin + kPool - 1, std::uint8_t{0});
  const std::uint64_t floats = kBegin + kPool;
  memory.put_pool(floats, kPool, 32);
  for (std::uint64_t at = floats + 48; at < floats + kPool; at += 32) {
    memory.put_object(at, kFloat);
  }
  for (std::uint64_t pool = floats + kPool; pool < kEnd; pool += kSmallPage) {
    memory.put_pool(pool, kSmallPage, 64);
    for (std::uint64_t at = pool + 64; at < pool + kSmallPage; at += 64) {
      memory.put_object(at, kList);
    }
  }
  return memory;
}

void check(Input input, std::size_t words) {
  static const MadeMemory kOriginal = laid_out();
  std::vector<MadeMemory> memories(2, kOriginal);
  for (std::size_t i = 0; i < words; ++i) {
    MadeMemory& memory = memories[input.take<std::uint8_t>() % 2];
    const std::uint64_t at =
        kBegin + input.take<std::uint16_t>() % (kEnd - kBegin);
    const auto word = input.take<std::uint64_t>();
    // An odd word is one that points into what is laid out.
    memory.put(at, word % 2 == 0 ? word : kBegin + word / 2 % (kEnd - kBegin));
  }
  std::vector<std::uint64_t> pages;
  for (std::uint64_t at = kBegin; at < kEnd; at += page_size().size()) {
    pages.push_back(at);
  }
  const auto found =
      compare_memory(memories[0].reader(), memories[1].reader(), pages);
  require(bool(found), "memory that is there is compared");
  require(found->compared() + found->unread == Pages(pages.size()),
          "each page counts once");
  for (const ChangedType& type : found->types) {
    require(type.all() > Pages(0), "a type has pages");
    require(printable(type.name) == type.name, "names cannot harm a terminal");
    require(type.name.size() <= 300, "names are short");
  }
}

}  // namespace
}  // namespace cow::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  cow::fuzz::check(cow::fuzz::Input(data, size), size / 11);
  return 0;
}
