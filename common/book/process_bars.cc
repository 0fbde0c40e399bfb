#include "book/process_bars.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "cow/report/svg.h"

namespace book {
namespace {

using cow::Anchor;
using cow::Svg;
using cow::TextStyle;

constexpr TextStyle kHeading{.size = 13, .bold = true};
constexpr TextStyle kName{.size = 12, .bold = true};
constexpr TextStyle kSoft{.size = 11, .color = "soft"};
constexpr TextStyle kLabel{.size = 11};

// One of a process's three figures. Their bars are on top of each other,
// because USS is a part of PSS, and PSS a part of RSS.
struct Figure {
  std::string_view name;
  std::string_view color;
  std::string_view means;
  Quantity quantity;
  double thickness;  // of its bar
};

constexpr std::array kFigures = {
    Figure{"RSS", "rss", "all in memory", &ProcessFigures::rss, 13},
    Figure{"PSS", "pss", "its share", &ProcessFigures::pss, 8},
    Figure{"USS", "uss", "its alone", &ProcessFigures::uss, 3},
};

// The colours differ in brightness, so that they can be told apart without hue.
// On light and dark pages the innermost figure stands out most.
void add_colors(Svg& svg) {
  svg.color("rss", {"#d3d9df", "#3d454e"});
  svg.color("pss", {"#56b4e9", "#2c7fb0"});
  svg.color("uss", {"#003f66", "#c9e9fb"});
}

std::string_view color_of(Quantity quantity) {
  for (const Figure& figure : kFigures) {
    if (figure.quantity == quantity) return figure.color;
  }
  return "ink";
}

// The distance of the ticks of an axis that ends at `most`, in bytes: 1, 2 or 5
// times a power of ten MiB, so that there are at most four ticks after 0.
std::int64_t tick_of(std::int64_t most) {
  const double least = static_cast<double>(most) / (1 << 20) / 4;
  double tick = std::pow(10, std::floor(std::log10(least)));
  for (const double times : {2.0, 2.5, 2.0}) {  // 2, 5, 10
    if (tick >= least) break;
    tick *= times;
  }
  return std::llround(tick * (1 << 20));
}

// ---- sums

constexpr double kSumLabels = 176;  // pixels
constexpr double kSumNumbers = 84;
constexpr double kSumRow = 38;
constexpr double kSumBar = 22;

// Draws the processes one after the other: together they are the sum.
void draw_sum(Svg& svg, const PoolBars& pool, const SumBars& sum,
              double pixels_per_byte) {
  svg.text(Svg::kMargin, svg.y + 10, kName, pool.name);
  svg.text(Svg::kMargin, svg.y + 24, kSoft,
           cow::clip_text(pool.what, kSumLabels - 8, kSoft));
  double x = Svg::kMargin + kSumLabels;
  std::string borders;
  for (const ProcessFigures& process : pool.processes.all) {
    const std::int64_t bytes = process.*sum.quantity;
    const double width = static_cast<double>(bytes) * pixels_per_byte;
    svg.rect(x, svg.y, width, kSumBar, color_of(sum.quantity),
             fmt::format("{}, {}: {} of {}", pool.name, process.name,
                         size(bytes), sum.name));
    x += width;
    if (width >= 3) {
      borders += fmt::format("M{} {}v{}", cow::svg_number(x),
                             cow::svg_number(svg.y), kSumBar);
    }
  }
  svg.path("paper", borders);
  svg.text(x + 6, svg.y + 16, {.size = 13, .bold = true},
           size(pool.processes.sum(sum.quantity)));
  svg.y += kSumRow;
}

void draw_sums(Svg& svg, const BarsPicture& picture) {
  std::int64_t most = 1;
  for (const SumBars& sum : picture.sums) {
    for (const PoolBars& pool : picture.pools) {
      most = std::max(most, pool.processes.sum(sum.quantity));
    }
  }
  const double pixels_per_byte =
      (Svg::kInner - kSumLabels - kSumNumbers) / static_cast<double>(most);
  for (const SumBars& sum : picture.sums) {
    svg.y += 30;
    svg.text(Svg::kMargin, svg.y, kHeading, sum.heading);
    svg.y += 12;
    for (const PoolBars& pool : picture.pools) {
      draw_sum(svg, pool, sum, pixels_per_byte);
    }
    svg.y -= kSumRow - kSumBar - 6;
  }
}

// ---- each process

constexpr double kPanelGap = 24;
constexpr double kPanelLabels = 72;
constexpr double kRow = 17;

// The place for the processes of one pool.
struct Panel {
  double x;
  double width;
  std::int64_t most;  // bytes, at the right end
  std::size_t rows;   // room for them; the same in all panels

  double bars() const { return x + kPanelLabels; }
  double at(std::int64_t bytes) const {
    return bars() + (width - kPanelLabels) * static_cast<double>(bytes) /
                        static_cast<double>(most);
  }
};

// Draws the axis at svg.y.
void draw_axis(Svg& svg, const Panel& panel) {
  const double end = svg.y + kRow * static_cast<double>(panel.rows) + 3;
  const std::int64_t tick = tick_of(panel.most);
  std::string lines;
  for (std::int64_t at = 0; at <= panel.most; at += tick) {
    const bool last = at + tick > panel.most;
    const double x = std::round(panel.at(at)) + .5;
    lines += fmt::format("M{} {}V{}", cow::svg_number(x),
                         cow::svg_number(svg.y), cow::svg_number(end));
    svg.text(x, end + 14,
             {.size = 11, .color = "soft", .anchor = Anchor::kMiddle},
             number(at >> 20) + (last ? " MiB" : ""));
  }
  svg.path("grid", lines);
}

void draw_process(Svg& svg, const Panel& panel, const std::string& pool,
                  const ProcessFigures& process) {
  svg.text(panel.x, svg.y + 13, kLabel, process.name);
  for (const Figure& figure : kFigures) {
    const std::int64_t bytes = process.*figure.quantity;
    svg.rect(panel.bars(), svg.y + (kRow - figure.thickness) / 2,
             panel.at(bytes) - panel.bars(), figure.thickness, figure.color,
             fmt::format("{}, {}: {} {}", pool, process.name, figure.name,
                         size(bytes)));
  }
  svg.y += kRow;
}

// The figures of a worker as text. This also explains the colours.
void draw_worker(Svg& svg, const Panel& panel, const PoolBars& pool) {
  svg.text(panel.x, svg.y, kSoft, "a worker's");
  for (const Figure& figure : kFigures) {
    svg.rect(panel.bars(), svg.y - 9, 10, 10, figure.color);
    svg.text(panel.bars() + 15, svg.y, kName, figure.name);
    svg.text(panel.bars() + 48, svg.y, kLabel,
             size(pool.processes.of_a_worker(figure.quantity)));
    if (panel.width > 300) {
      svg.text(panel.bars() + 130, svg.y, kSoft, figure.means);
    }
    svg.y += 16;
  }
}

void draw_panel(Svg& svg, const Panel& panel, const PoolBars& pool) {
  svg.text(panel.x, svg.y, kName, pool.name);
  svg.y += 8;
  draw_axis(svg, panel);  // first, so that its lines are below the bars
  const double end = svg.y + kRow * static_cast<double>(panel.rows) + 39;
  for (const ProcessFigures& process : pool.processes.all) {
    draw_process(svg, panel, pool.name, process);
  }
  svg.y = end;
  draw_worker(svg, panel, pool);
}

void draw_processes(Svg& svg, const BarsPicture& picture) {
  std::int64_t most = 1;
  std::size_t rows = 0;
  for (const PoolBars& pool : picture.pools) {
    rows = std::max(rows, pool.processes.all.size());
    for (const ProcessFigures& process : pool.processes.all) {
      most = std::max(most, process.rss);
    }
  }
  svg.y += 34;
  svg.text(Svg::kMargin, svg.y, kHeading,
           "Each process: RSS as top shows it, and what is behind it");
  svg.y += 24;
  const auto panels = static_cast<double>(picture.pools.size());
  const double width = (Svg::kInner - kPanelGap * (panels - 1)) / panels;
  const double top = svg.y;
  double end = top;
  double x = Svg::kMargin;
  for (const PoolBars& pool : picture.pools) {
    svg.y = top;
    // Leaves room on the right for half of the last tick's label.
    draw_panel(svg, {x, width - 16, most, rows}, pool);
    end = std::max(end, svg.y);
    x += width + kPanelGap;
  }
  svg.y = end - 8;
}

// ---- in words

std::string in_words(const ProcessFigures& figures) {
  return fmt::format("RSS {}, PSS {}, USS {}", size(figures.rss),
                     size(figures.pss), size(figures.uss));
}

std::string in_words(const BarsPicture& picture, const PoolBars& pool) {
  std::string text = fmt::format(" {} ({}):", pool.name, pool.what);
  for (const SumBars& sum : picture.sums) {
    text += fmt::format(" {} {},", sum.name,
                        size(pool.processes.sum(sum.quantity)));
  }
  text.back() = ';';
  const Processes& processes = pool.processes;
  for (const ProcessFigures& process : processes.all) {
    if (process.name.starts_with("worker")) continue;
    text += fmt::format(" {}: {};", process.name, in_words(process));
  }
  return text +
         fmt::format(" a worker: {}.",
                     in_words({"", processes.of_a_worker(&ProcessFigures::rss),
                               processes.of_a_worker(&ProcessFigures::pss),
                               processes.of_a_worker(&ProcessFigures::uss)}));
}

}  // namespace

Drawing draw_bars(const BarsPicture& picture) {
  Svg svg(picture.title, picture.subtitle);
  add_colors(svg);
  draw_sums(svg, picture);
  if (picture.each_process) draw_processes(svg, picture);
  svg.y += Svg::kMargin;
  std::string alt = picture.title + ". " + picture.subtitle;
  for (const PoolBars& pool : picture.pools) alt += in_words(picture, pool);
  return {svg.document(alt), alt};
}

}  // namespace book
