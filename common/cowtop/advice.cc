#include "cowtop/advice.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace cowtop {
namespace {

constexpr std::array<std::string_view, 2> kPython = {"python", "uwsgi"};
constexpr std::array<std::string_view, 1> kRuby = {"ruby"};
constexpr std::array<std::string_view, 2> kRedis = {"redis", "valkey"};

struct Advice {
  Kind kind;
  std::span<const std::string_view> names;  // how they begin; empty: any
  std::string_view text;
};

// The first that fits.
constexpr Advice kAdvice[] = {
    {Kind::kCopies, kPython,
     "build or load the data before the workers are forked, and send an index; "
     "a large result belongs into shared memory: docs/recipes.md"},
    {Kind::kCopies, kRuby,
     "load the data before the workers are forked (preload_app!): "
     "docs/recipes.md"},
    {Kind::kCopies,
     {},
     "build the data before the workers are forked, and send an index: "
     "docs/04_global.md"},
    {Kind::kDirtying, kPython,
     "look with --why. Counts of objects: use arrays. The garbage collector: "
     "gc.freeze() before the fork. See docs/12_cures.md"},
    {Kind::kDirtying, kRedis,
     "save while few clients write, and keep room for a copy: "
     "docs/14_fork_cost.md"},
    {Kind::kDirtying,
     {},
     "write to memory of one's own; --writers tells which function writes: "
     "docs/08_page_map.md"},
    {Kind::kUnrelated, kPython,
     "start the workers by fork, or from a fork server that has loaded the "
     "data, or use shared_memory: docs/07_start_methods.md"},
    {Kind::kUnrelated,
     {},
     "fork the workers from the process that has the data, or use shared "
     "memory: docs/13_shared_memory.md"},
};

}  // namespace

std::string advice_for(Kind kind, std::string_view program) {
  const auto fits = [&](const Advice& advice) {
    return advice.kind == kind &&
           (advice.names.empty() ||
            std::any_of(advice.names.begin(), advice.names.end(),
                        [&](std::string_view name) {
                          return program.starts_with(name);
                        }));
  };
  const auto* const found =
      std::find_if(std::begin(kAdvice), std::end(kAdvice), fits);
  return found == std::end(kAdvice) ? "" : std::string(found->text);
}

}  // namespace cowtop
