// The picture has two scales. At a scale where a large message fits on the
// page, a small one is far below a pixel. At a scale where the parts of a small
// message can be read, a large one does not fit on the page.
#include "book/message_bars.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "book/figure_data.h"
#include "cow/report/svg.h"

namespace book {
namespace {

using cow::Anchor;
using cow::Svg;
using cow::TextStyle;
using Json = nlohmann::json;

constexpr TextStyle kHeading{.size = 13, .bold = true};
constexpr TextStyle kName{.size = 12, .bold = true};
constexpr TextStyle kSoft{.size = 11, .color = "soft"};

// Bytes of a message that belong together.
struct Part {
  std::string_view name;
  std::string_view color;
  std::int64_t bytes;

  friend bool operator==(const Part&, const Part&) = default;
};

struct Message {
  std::string name;
  std::vector<Part> parts;
  std::int64_t bytes = 0;

  // How many bytes are the object's own data.
  std::int64_t data() const {
    for (const Part& part : parts) {
      if (part.name == "D") return part.bytes;
    }
    return 0;
  }
};

constexpr const char* kHandle = "a handle to the object";

// One message of the moment `name`, its parts in the order in which they are
// written. The size of a part comes from its symbol in the formula of the
// lesson's claim. A handle has no symbol, only its 8 bytes.
Message message(const Json& report, const std::string& name) {
  const Sent all = sent(report, name);
  const Json& symbols = claim(report, name, "to_workers").at("symbols");
  Message message{name, {}, all.bytes / all.batches};
  std::int64_t sum = 0;
  const auto add = [&](std::string_view part, std::string_view color,
                       std::int64_t bytes) {
    message.parts.push_back({part, color, bytes});
    sum += bytes;
  };
  constexpr std::array<std::array<std::string_view, 3>, 4> kParts = {
      {{"header", "header", "header"},
       {"function", "function", "function"},
       {"o", "object", "object"},
       {"D", "D", "data"}}};
  for (const auto& [symbol, part, color] : kParts) {
    const auto found = symbols.find(std::string(symbol));
    if (found != symbols.end()) add(part, color, *found);
  }
  if (name == kHandle) add("handle", "handle", 8);
  const std::int64_t items = parameter(report, "items") / all.batches;
  add("items", "items", items * symbols.at("i").get<std::int64_t>());
  if (sum * all.batches != all.bytes) {
    throw FigureError(
        fmt::format("the parts of a message of \"{}\" are {} bytes together, "
                    "but {} bytes in {} messages were sent",
                    name, sum, all.bytes, all.batches));
  }
  return message;
}

void add_colors(Svg& svg) {
  svg.color("header", {"#c3cad2", "#4a545f"});
  svg.color("function", {"#e69f00", "#e69f00"});
  svg.color("handle", {"#009e73", "#1fa582"});
  svg.color("object", {"#56b4e9", "#2c7fb0"});
  svg.color("data", {"#0072b2", "#7cc4ee"});
  svg.color("items", {"#7d8894", "#9aa5b1"});
}

// ---- to scale, all of it

constexpr double kNames = 226;  // pixels
constexpr double kNumbers = 96;
constexpr double kRow = 22;

// The text for a length in pixels that is much too small to be seen.
std::string fraction_of_pixel(double pixels) {
  return fmt::format("1/{} of a pixel",
                     number(static_cast<std::int64_t>(1 / pixels)));
}

void draw_whole(Svg& svg, const std::vector<Message>& messages) {
  std::int64_t most = 1;
  for (const Message& message : messages) {
    most = std::max(most, message.bytes);
  }
  const double pixels_per_byte =
      (Svg::kInner - kNames - kNumbers) / static_cast<double>(most);
  svg.y += 30;
  svg.text(Svg::kMargin, svg.y, kHeading, "To scale");
  svg.y += 10;
  for (const Message& message : messages) {
    svg.text(Svg::kMargin, svg.y + 13, kName, message.name);
    double x = Svg::kMargin + kNames;
    for (const Part& part : message.parts) {
      const double width = static_cast<double>(part.bytes) * pixels_per_byte;
      svg.rect(
          x, svg.y, width, 16, part.color,
          fmt::format("{}, {}: {}", message.name, part.name, size(part.bytes)));
      x += width;
    }
    svg.text(x + 6, svg.y + 13, kName, size(message.bytes));
    const double all = static_cast<double>(message.bytes) * pixels_per_byte;
    if (all < .5) {
      svg.text(x + 80, svg.y + 13, kSoft, "a bar of " + fraction_of_pixel(all));
    }
    svg.y += kRow;
  }
}

// ---- magnified

constexpr double kPixelsPerByte = 7;
constexpr double kTorn = 96;  // for a part that is too long for the page

// Two waves in the page's colour. They say that something is left out.
void draw_tear(Svg& svg, double x) {
  for (const double at : {x - 3, x + 3}) {
    svg.raw(
        fmt::format("<path d=\"M{} {}q4 5.5 0 11t0 11\" class=\"paper-line\" "
                    "stroke-width=\"2.5\"/>\n",
                    cow::svg_number(at), cow::svg_number(svg.y - 2)));
  }
}

void draw_magnified(Svg& svg, const std::string& names,
                    const std::vector<Part>& parts) {
  svg.text(Svg::kMargin, svg.y, kName, names);
  svg.y += 7;
  double x = Svg::kMargin;
  std::string borders;
  for (const Part& part : parts) {
    const bool torn = part.name == "D";
    const double width =
        torn ? kTorn : static_cast<double>(part.bytes) * kPixelsPerByte;
    svg.rect(x, svg.y, width, 18, part.color);
    if (torn) draw_tear(svg, x + width / 2);
    svg.text(x + width / 2, svg.y + 32,
             {.size = 11, .color = "soft", .anchor = Anchor::kMiddle},
             fmt::format("{} {}", part.name,
                         torn ? size(part.bytes) : number(part.bytes)));
    x += width;
    borders +=
        fmt::format("M{} {}v18", cow::svg_number(x), cow::svg_number(svg.y));
  }
  svg.path("paper", borders);
  svg.y += 56;
}

// Draws messages that have the same parts as one.
void draw_magnified(Svg& svg, const std::vector<Message>& messages) {
  for (auto first = messages.begin(); first != messages.end();) {
    std::string names;
    auto each = first;
    for (; each != messages.end() && each->parts == first->parts; ++each) {
      names += (names.empty() ? "" : " · ") + each->name;
    }
    draw_magnified(svg, names, first->parts);
    first = each;
  }
}

// How long the bar of `bytes` would be at the magnified scale, with the 96
// pixels per inch of style sheets.
std::string length_of(std::int64_t bytes) {
  constexpr double kPixelsPerMetre = 96 / .0254;
  const double metres =
      static_cast<double>(bytes) * kPixelsPerByte / kPixelsPerMetre;
  return metres < 2000 ? fmt::format("{:.0f} m", metres)
                       : fmt::format("{:.0f} km", metres / 1000);
}

std::string in_words(const std::vector<Message>& messages) {
  std::string text;
  for (const Message& message : messages) {
    text += fmt::format(" {}: {}, of which", message.name, size(message.bytes));
    for (const Part& part : message.parts) {
      text += fmt::format(" {} {},", part.name, size(part.bytes));
    }
    text.back() = '.';
  }
  return text;
}

}  // namespace

Drawing draw_messages(const Json& report) {
  std::vector<Message> messages;
  for (const char* name : {"a function", kHandle, "a bound method"}) {
    messages.push_back(message(report, name));
  }
  const Message& small = messages.front();
  const Message& large = messages.back();
  const std::string title =
      fmt::format("A bound method is its object: {} instead of {}",
                  size(large.bytes), size(small.bytes));
  const std::string subtitle = "One message to a worker, by what the task is.";
  Svg svg(title, subtitle);
  add_colors(svg);
  draw_whole(svg, messages);
  const auto times = kPixelsPerByte * static_cast<double>(large.bytes) /
                     (Svg::kInner - kNames - kNumbers);
  svg.y += 24;
  svg.text(Svg::kMargin, svg.y, kHeading,
           fmt::format("Magnified {} times, in bytes",
                       number(static_cast<std::int64_t>(times))));
  svg.y += 24;
  draw_magnified(svg, messages);
  svg.text(Svg::kMargin, svg.y - 10, kSoft,
           fmt::format("In one piece, the bar of D would be {} long.",
                       length_of(large.data())));
  svg.y += Svg::kMargin - 10;
  const std::string alt = title + ". " + subtitle + in_words(messages) +
                          " At the scale of " +
                          "the magnified bars, that of D would be " +
                          length_of(large.data()) + " long.";
  return {svg.document(alt), alt};
}

}  // namespace book
