#include "cowtop/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "cowtop/table.h"

namespace cowtop {
namespace {

using Mappings = std::vector<cow::MappingUsage>;

constexpr std::size_t kGap = 2;

// Which columns of the mappings there is room for: a name that says nothing is
// worth less than a figure.
struct MappingColumns {
  bool rss, pss, swap, permissions, address;
  std::size_t figure, name;
};

bool any_swap(const Mappings& mappings) {
  return std::any_of(mappings.begin(), mappings.end(), [](const auto& mapping) {
    return mapping.usage.swap != cow::Bytes();
  });
}

MappingColumns mapping_columns(const Mappings& mappings, std::size_t width) {
  std::size_t figure = 8;
  for (const cow::MappingUsage& mapping : mappings) {
    figure = std::max(figure, amount(mapping.usage.rss).size());
  }
  MappingColumns columns{.rss = width >= 50,
                         .pss = width >= 38,
                         .swap = width >= 60 && any_swap(mappings),
                         .permissions = width >= 72,
                         .address = width >= 100,
                         .figure = figure,
                         .name = 0};
  const std::size_t figures = 1U + (columns.rss ? 1 : 0) +
                              (columns.pss ? 1 : 0) + (columns.swap ? 1 : 0);
  const std::size_t taken = 1 + figures * (figure + kGap) +
                            (columns.permissions ? 4 + kGap : 0) +
                            (columns.address ? 16 + kGap : 0);
  columns.name = width - std::min(width, taken);
  return columns;
}

void add_cell(Line& line, std::string_view text, std::size_t width, Look look) {
  line.add(right(text, width), look);
  line.add(std::string(kGap, ' '));
}

Line mapping_heading(const MappingColumns& columns) {
  Line line;
  line.add(" ");
  const auto add = [&](std::string_view text, Look look = Look::kHeading) {
    add_cell(line, text, columns.figure, look);
  };
  add("private", Look::kSorted);
  if (columns.pss) add("PSS");
  if (columns.rss) add("RSS");
  if (columns.swap) add("swap");
  if (columns.permissions) line.add("may   ", Look::kHeading);
  if (columns.address) line.add(left("address", 18), Look::kHeading);
  line.add("mapping", Look::kHeading);
  return line;
}

Line mapping_row(const cow::MappingUsage& mapping,
                 const MappingColumns& columns, Charset charset) {
  Line line;
  line.add(" ");
  const auto add = [&](cow::Bytes bytes) {
    add_cell(line, amount(bytes), columns.figure,
             bytes == cow::Bytes() ? Look::kDim : Look::kPlain);
  };
  add(mapping.usage.uss());
  if (columns.pss) add(mapping.usage.pss);
  if (columns.rss) add(mapping.usage.rss);
  if (columns.swap) add(mapping.usage.swap);
  if (columns.permissions) {
    line.add(left(mapping.permissions, 4 + kGap), Look::kDim);
  }
  if (columns.address) {
    line.add(left(fmt::format("{:x}", mapping.begin), 16 + kGap), Look::kDim);
  }
  const bool named = !mapping.name.empty();
  line.add(cut(named ? clean(mapping.name, charset) : "anonymous", columns.name,
               charset),
           named ? Look::kPlain : Look::kDim);
  return line;
}

Line whose_mappings(const Scene& scene, const View& view) {
  Line line;
  line.add(fmt::format("mappings of {}", view.selected), Look::kStrong);
  if (const Row* row = selected_row(scene.sample, view)) {
    line.add("  " + clean(row->command, view.charset));
  }
  return line;
}

struct HelpEntry {
  std::string_view key;
  std::string_view text;
};

constexpr std::array kColumnsHelp = {
    HelpEntry{"RSS",
              "every page that is mapped, in each process that maps it: what "
              "top shows, and what must not be added up"},
    HelpEntry{"PSS",
              "the same, each page divided by the number of processes that map "
              "it: adds up to what the machine pays"},
    HelpEntry{"USS",
              "pages that no other process maps: what comes back to the "
              "machine if this process ends"},
    HelpEntry{"swap", "what of it lies on a disk"},
    HelpEntry{"new private",
              "USS now less USS when the process was first seen: what it has "
              "copied or made since"},
    HelpEntry{"per second", "the same per second, over the last looks"}};

constexpr std::array kKeysHelp = {
    HelpEntry{"q", "quit"},
    HelpEntry{"s", "sort: tree, RSS, PSS, USS, new private"},
    HelpEntry{"p, space", "pause, and go on"},
    HelpEntry{"up, down", "select a process; also PgUp, PgDn, Home, End"},
    HelpEntry{"m, Enter", "the mappings of the selected process"},
    HelpEntry{"o", "the output of the command that cowtop has started"},
    HelpEntry{"r", "forget when a process was first seen: begin anew"},
    HelpEntry{"+, -", "look less often, more often"},
    HelpEntry{"h, ?", "this help"},
    HelpEntry{"Esc", "back to the table"}};

template <typename Entries>
void add_entries(const Entries& entries, const View& view, std::size_t width,
                 std::vector<Line>& lines) {
  const std::size_t key = width >= 36 ? 13 : 2;
  for (const HelpEntry& entry : entries) {
    const bool of_output = entry.key == "o";
    if (of_output && !view.has_output) continue;
    Line line;
    line.add(" ");
    line.add(left(entry.key, key), Look::kStrong);
    if (width < 36) lines.push_back(std::exchange(line, {}));
    bool first = width >= 36;
    for (const std::string& text :
         wrapped(entry.text, width - std::min(width, key + 1))) {
      if (!std::exchange(first, false)) line.add(std::string(key + 1, ' '));
      line.add(text);
      lines.push_back(std::exchange(line, {}));
    }
  }
}

}  // namespace

Scroll mappings_page(const Scene& scene, const View& view, std::size_t width) {
  Scroll page;
  page.fixed.push_back(whose_mappings(scene, view));
  if (scene.mappings == nullptr || !*scene.mappings) {
    const std::string reason =
        scene.mappings == nullptr ? "not read" : scene.mappings->reason();
    for (std::string& text : wrapped(clean(reason, view.charset), width)) {
      page.lines.emplace_back().add(std::move(text), Look::kDim);
    }
    return page;
  }
  Mappings mappings = **scene.mappings;
  std::stable_sort(mappings.begin(), mappings.end(),
                   [](const auto& a, const auto& b) {
                     return std::pair(a.usage.uss(), a.usage.rss) >
                            std::pair(b.usage.uss(), b.usage.rss);
                   });
  cow::Bytes own;
  for (const cow::MappingUsage& mapping : mappings) own += mapping.usage.uss();
  page.fixed.emplace_back().add(fmt::format(
      "{} private in {} mappings", cow::to_string(own), mappings.size()));
  const MappingColumns columns = mapping_columns(mappings, width);
  page.fixed.emplace_back();
  page.fixed.push_back(mapping_heading(columns));
  for (const cow::MappingUsage& mapping : mappings) {
    page.lines.push_back(mapping_row(mapping, columns, view.charset));
  }
  return page;
}

Scroll output_page(const Scene& scene, const View& view) {
  Scroll page;
  page.fixed.emplace_back().add("the last lines of the command's output",
                                Look::kStrong);
  if (scene.output == nullptr || scene.output->empty()) {
    page.lines.emplace_back().add("nothing yet", Look::kDim);
    return page;
  }
  for (const std::string& line : *scene.output) {
    page.lines.emplace_back().add(clean(line, view.charset));
  }
  return page;
}

Scroll help_page(const View& view, std::size_t width) {
  Scroll page;
  page.fixed.emplace_back().add("help", Look::kStrong);
  page.lines.emplace_back().add("The columns", Look::kHeading);
  add_entries(kColumnsHelp, view, width, page.lines);
  page.lines.emplace_back();
  page.lines.emplace_back().add("The keys", Look::kHeading);
  add_entries(kKeysHelp, view, width, page.lines);
  return page;
}

}  // namespace cowtop
