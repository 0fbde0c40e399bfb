#include "cowtop/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "cowtop/amount.h"
#include "cowtop/table.h"

namespace cowtop {
namespace {

using Mappings = std::vector<NamedMappings>;

constexpr std::size_t kGap = 2;

// A column on the mappings page.
struct Figures : MappingColumn {
  std::size_t width = 0;
};

// The columns that fit and say anything. A part of a name is left even if
// columns must go.
std::vector<Figures> figures_for(const Mappings& mappings, std::size_t width) {
  constexpr std::size_t kName = 17;
  std::vector<Figures> columns;
  std::size_t taken = 1;
  for (const MappingColumn& one : mapping_columns()) {
    Figures column{one, std::max<std::size_t>(8, one.title.size())};
    bool empty = one.title != "RSS" && one.title != "PSS";
    for (const NamedMappings& sum : mappings) {
      const std::string text = one.text(sum);
      column.width = std::max(column.width, text.size());
      empty = empty && (text == "-" || text == "0");
    }
    if (empty && !columns.empty()) continue;
    taken += column.width + kGap;
    if (!columns.empty() && taken + kName > width) break;
    columns.push_back(column);
  }
  return columns;
}

void add_cell(Line& line, std::string_view text, std::size_t width, Look look) {
  line.add(right(text, width), look);
  line.add(std::string(kGap, ' '));
}

Line mapping_heading(const std::vector<Figures>& columns) {
  Line line;
  line.add(" ");
  for (const Figures& column : columns) {
    const bool first = &column == columns.data();
    line.add(std::string(column.width - column.title.size(), ' '));
    line.add(std::string(column.title), first ? Look::kSorted : Look::kHeading);
    line.add(std::string(kGap, ' '));
  }
  line.add("name", Look::kHeading);
  return line;
}

Line mapping_row(const NamedMappings& sum, const std::vector<Figures>& columns,
                 Charset charset) {
  Line line;
  line.add(" ");
  for (const Figures& column : columns) {
    const std::string text = column.text(sum);
    add_cell(line, text, column.width, text == "0" ? Look::kDim : Look::kPlain);
  }
  line.add(clean(sum.name, charset));
  return line;
}

// "mappings of 12  python3 job.py"
Line whose(std::string_view what, const Scene& scene, const View& view) {
  Line line;
  line.add(fmt::format("{} {}", what, view.selected), Look::kStrong);
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
    HelpEntry{"per second", "the same per second, over the last looks"},
    HelpEntry{"To do", "more of it in docs/cowtop.md and docs/recipes.md"}};

constexpr std::array kKeysHelp = {
    HelpEntry{"q", "quit"},
    HelpEntry{"s", "sort: tree, RSS, PSS, USS, new private"},
    HelpEntry{"p, space", "pause, and go on"},
    HelpEntry{"up, down", "select a process; also PgUp, PgDn, Home, End"},
    HelpEntry{"m, Enter", "the mappings of the selected process"},
    HelpEntry{"w",
              "what the selected process has changed in the pages that it "
              "has copied, read once"},
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
  page.fixed.push_back(whose("mappings of", scene, view));
  if (scene.mappings == nullptr || !*scene.mappings) {
    const std::string reason =
        scene.mappings == nullptr ? "not read" : scene.mappings->reason();
    for (std::string& text : wrapped(clean(reason, view.charset), width)) {
      page.lines.emplace_back().add(std::move(text), Look::kDim);
    }
    return page;
  }
  const Mappings& mappings = **scene.mappings;
  cow::Bytes own;
  int count = 0;
  for (const NamedMappings& sum : mappings) {
    own += sum.usage.uss();
    count += sum.count;
  }
  page.fixed.emplace_back().add(
      fmt::format("{} private in {} mappings", cow::to_string(own), count));
  const std::vector<Figures> columns = figures_for(mappings, width);
  page.fixed.emplace_back();
  page.fixed.push_back(mapping_heading(columns));
  for (const NamedMappings& sum : mappings) {
    page.lines.push_back(mapping_row(sum, columns, view.charset));
  }
  return page;
}

Scroll why_page(const Scene& scene, const View& view, std::size_t width) {
  Scroll page;
  page.fixed.push_back(whose("what was copied by", scene, view));
  if (scene.why == nullptr) return page;
  for (const std::string& paragraph : *scene.why) {
    for (std::string& text : wrapped(clean(paragraph, view.charset), width)) {
      page.lines.emplace_back().add(std::move(text));
    }
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
