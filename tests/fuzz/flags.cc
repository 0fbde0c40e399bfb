// The command line of a lesson. It is understood or refused with BadUsage, in
// one line; what was understood keeps its bounds, and written out in full it is
// understood as the same.
//
// Input: the arguments, each on a line of its own; the first line is also
// taken for a size.
#include "cow/lesson/flags.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/input.h"

namespace cow::fuzz {
namespace {

constexpr std::int64_t kMost = std::int64_t{1} << 62;

std::optional<Bytes> size_of(const std::string& text, Bytes least) {
  try {
    const Bytes size = parse_size("--data", text, least);
    require(least <= size && size.count() <= kMost, "a size is within bounds");
    return size;
  } catch (const BadUsage& error) {
    const std::string_view what = error.what();
    require(what.starts_with("--data " + text), "a refusal says what it is of");
    return std::nullopt;
  }
}

void check_size(const std::string& text) {
  const std::optional<Bytes> size = size_of(text, Bytes());
  if (!size) {
    require(!size_of(text, 1_MiB), "what is no size is too small for none");
    return;
  }
  // A double has 53 bits.
  if (size->count() < std::int64_t{1} << 53) {
    require(size_of(text, *size) == size, "a size is at least itself");
    require(!size_of(text, *size + Bytes(1)), "and not more than itself");
    require(size_of(std::to_string(size->count()), Bytes()) == size,
            "a size in bytes is itself");
    require(
        size_of(fmt::format("{}kib", size->count()), Bytes()) == *size * 1024 ||
            size->count() > kMost / 1024,
        "a unit multiplies");
  }
}

bool same(const Flags& a, const Flags& b) {
  return a.data == b.data && a.workers == b.workers && a.items == b.items &&
         a.json == b.json && a.svg == b.svg && a.help == b.help;
}

std::optional<Flags> flags_of(const std::vector<std::string>& arguments,
                              const Options& options) {
  try {
    return parse_flags(arguments, options);
  } catch (const BadUsage& error) {
    require(*error.what() != '\0', "a refusal says something");
    return std::nullopt;
  }
}

void check_flags(const std::vector<std::string>& arguments,
                 const Options& options) {
  const std::optional<Flags> flags = flags_of(arguments, options);
  if (!flags) return;
  require(flags->data >= 4_MiB && flags->data.count() <= kMost,
          "the data is within bounds");
  require(1 <= flags->workers && flags->workers <= 1000, "so are the workers");
  require(flags->workers <= flags->items && flags->items <= 1'000'000,
          "every worker has an item");

  if (flags->data.count() >= std::int64_t{1} << 53) return;
  std::vector<std::string> written{
      fmt::format("--data={}", flags->data.count()),
      fmt::format("--workers={}", flags->workers),
      fmt::format("--items={}", flags->items)};
  // What begins with a dash is taken for a flag unless it stands behind "=".
  if (!flags->json.empty()) written.push_back("--json=" + flags->json);
  if (!flags->svg.empty()) written.push_back("--svg=" + flags->svg);
  if (flags->help) written.emplace_back("--help");
  const std::optional<Flags> again = flags_of(written, options);
  require(again && same(*again, *flags), "flags come back");
}

}  // namespace
}  // namespace cow::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace cow::fuzz;
  Input input(data, size);
  if (input.rest().find('\0') != std::string_view::npos) return 0;  // none has
  std::vector<std::string> arguments;
  while (!input.rest().empty()) {
    arguments.emplace_back(input.take_until('\n'));
  }
  if (!arguments.empty()) check_size(arguments.front());
  check_flags(arguments, {});
  check_flags(
      arguments,
      {.items_a_worker = 4, .svg = true, .object_size = cow::Bytes(32)});
  return 0;
}
