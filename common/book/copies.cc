#include "book/copies.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "cow/report/svg.h"

namespace book {
namespace {

using cow::Svg;
using cow::TextStyle;

constexpr TextStyle kName{.size = 13, .bold = true};
constexpr TextStyle kSoft{.size = 12, .color = "soft"};
constexpr TextStyle kSum{.size = 15, .bold = true};

constexpr double kBar = 36;  // pixels
constexpr double kRow = 78;
constexpr double kRoomForSum = 96;

std::int64_t spent(const PoolBars& pool) {
  return pool.processes.sum(&ProcessFigures::pss);
}

// The memory that several processes map, with each page counted once.
std::int64_t shared(const PoolBars& pool) {
  return spent(pool) - pool.processes.sum(&ProcessFigures::uss);
}

// A bar: blocks from left to right.
class Bar {
 public:
  Bar(Svg& svg, double pixels_per_byte)
      : svg_(svg), pixels_per_byte_(pixels_per_byte) {}

  void add(std::string_view color, std::int64_t bytes,
           const std::string& hover) {
    const double width = static_cast<double>(bytes) * pixels_per_byte_;
    svg_.rect(end_, svg_.y, width, kBar, color, hover);
    end_ += width;
    if (width >= 3) {
      borders_ += fmt::format("M{} {}v{}", cow::svg_number(end_),
                              cow::svg_number(svg_.y), kBar);
    }
  }
  void finish() { svg_.path("paper", borders_); }
  double end() const { return end_; }

 private:
  Svg& svg_;
  double pixels_per_byte_;
  double end_ = Svg::kMargin;
  std::string borders_;
};

void draw_pool(Svg& svg, const PoolBars& pool, double pixels_per_byte) {
  svg.text(Svg::kMargin, svg.y, kName, pool.name);
  svg.text(Svg::kMargin + cow::text_width(pool.name, kName) + 8, svg.y, kSoft,
           pool.what);
  svg.y += 9;
  Bar bar(svg, pixels_per_byte);
  bar.add("shared", shared(pool),
          fmt::format("{}, shared: {} of ΣPSS", pool.name, size(shared(pool))));
  for (const ProcessFigures& process : pool.processes.all) {
    bar.add("alone", process.uss,
            fmt::format("{}, {} alone: {} of ΣPSS", pool.name, process.name,
                        size(process.uss)));
  }
  bar.finish();
  svg.text(bar.end() + 8, svg.y + 23, kSum, size(spent(pool)));
  svg.y += kRow - 9;
}

void draw_key(Svg& svg) {
  double x = Svg::kMargin;
  const auto entry = [&](std::string_view color, std::string_view means) {
    svg.rect(x, svg.y - 10, 12, 12, color);
    svg.text(x + 18, svg.y, kSoft, means);
    x += 18 + cow::text_width(means, kSoft) + 24;
  };
  entry("shared", "the original, shared by all processes");
  entry("alone", "a copy that one worker has alone");
}

std::string in_words(const PoolBars& pool) {
  return fmt::format(
      " {} ({}): ΣPSS {}, of which {} is shared; a worker has {} alone.",
      pool.name, pool.what, size(spent(pool)), size(shared(pool)),
      size(pool.processes.of_a_worker(&ProcessFigures::uss)));
}

}  // namespace

Drawing draw_copies(const std::string& title, const std::string& subtitle,
                    const std::vector<PoolBars>& pools) {
  Svg svg(title, subtitle);
  svg.color("shared", {"#56b4e9", "#2c7fb0"});
  svg.color("alone", {"#b3480a", "#ef8a4a"});
  std::int64_t most = 1;
  for (const PoolBars& pool : pools) most = std::max(most, spent(pool));
  const double pixels_per_byte =
      (Svg::kInner - kRoomForSum) / static_cast<double>(most);
  svg.y += 30;
  for (const PoolBars& pool : pools) draw_pool(svg, pool, pixels_per_byte);
  svg.y -= 4;
  draw_key(svg);
  svg.y += Svg::kMargin;
  std::string alt = title + ". " + subtitle;
  for (const PoolBars& pool : pools) alt += in_words(pool);
  return {svg.document(alt), alt};
}

}  // namespace book
