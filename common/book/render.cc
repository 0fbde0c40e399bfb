// What each kind of block should say.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "book/book.h"
#include "book/excerpt.h"
#include "book/figure.h"
#include "book/figures_in.h"
#include "book/lessons.h"
#include "book/region.h"
#include "book/table.h"
#include "cow/lesson/manifest.h"
#include "cow/memory/environment.h"
#include "cow/os/descriptor.h"

namespace book {
namespace {

namespace fs = std::filesystem;

// The lines between fences. Keeps the language that is there now.
std::vector<std::string> fenced(const Block& block, std::string_view language,
                                std::vector<std::string> lines) {
  std::string fence = fmt::format("```{}", language);
  if (!block.body.empty() && block.body[0].starts_with("```") &&
      block.body[0].size() > 3) {
    fence = block.body[0];
  }
  lines.insert(lines.begin(), fence);
  lines.emplace_back("```");
  return lines;
}

// Throws if the run did not end as its block expects.
void check_status(const Block& block, const Ran& ran) {
  const std::string wanted = block.one("exit");
  const std::string expected =
      fmt::format("exit status {}", wanted.empty() ? "0" : wanted);
  if (to_string(ran.status) == expected) return;
  std::string last = "nothing";
  for (const std::string& line : lines_of(ran.text)) {
    if (!trimmed(line).empty()) last = line;
  }
  throw std::runtime_error(
      fmt::format("{} ended with {} where {} is expected; it printed at last: "
                  "{}",
                  block.what, to_string(ran.status), expected, last));
}

// Whether a figure in the lines is what the prose says.
bool is_said(const Quantity& said, const std::vector<std::string>& lines,
             bool near) {
  for (const std::string& line : lines) {
    for (const Quantity& figure : mark_figures(line).figures) {
      if (figure.kind == said.kind && is_about(said, figure, near)) return true;
    }
  }
  return false;
}

// Checks the figures that the prose takes from this run ("says"): they must be
// in its output and in the prose.
void check_prose(const Document& document, const Block& block, const Ran& ran) {
  const std::vector<std::string> lines = lines_of(ran.text);
  const std::string prose = prose_of(document);
  const bool near = !block.one("near").empty();
  for (const std::string& said : block.all("says")) {
    for (const Quantity& figure : mark_figures(said).figures) {
      if (!is_said(figure, lines, near)) {
        throw std::runtime_error(
            fmt::format("{} does not print {}, which the prose says",
                        block.what, figure.text));
      }
      const std::string number = figure.text.substr(0, figure.text.find(' '));
      if (prose.find(number) == std::string::npos) {
        throw std::runtime_error(
            fmt::format("{} is to be in the prose, and is not", figure.text));
      }
    }
  }
}

// Makes paths relative to the top folder, so that its place does not matter.
std::string without_folder(std::string text, const fs::path& source) {
  const std::string folder = source.string() + "/";
  for (auto at = text.find(folder); at != std::string::npos;
       at = text.find(folder, at)) {
    text.erase(at, folder.size());
  }
  return text;
}

// The bytes of the option "within: 8 MiB"; 0 if there is none.
double within(const Block& block) {
  const std::string amount = block.one("within");
  if (amount.empty()) return 0;
  const MarkedLine line = mark_figures(amount);
  if (line.figures.size() != 1 ||
      line.figures[0].kind != Quantity::Kind::kMemory) {
    throw std::runtime_error(fmt::format(
        "within: {}: expected an amount of memory, such as 8 MiB", amount));
  }
  return line.figures[0].value;
}

// What the block needs ("needs: a zero page") and this machine lacks.
std::optional<std::string> lack(const Block& block) {
  const std::string needs = block.one("needs");
  if (needs.empty()) return std::nullopt;
  if (needs == "a zero page") {
    if (cow::has_zero_page()) return std::nullopt;
    return "this kernel has no zero page";
  }
  for (const cow::LessonEntry& lesson : cow::lessons()) {
    if (lesson.needs != needs) continue;
    if (lesson.is_here) return std::nullopt;
    return fmt::format("there is no {} here", needs);
  }
  throw std::runtime_error(fmt::format(
      "needs: {}: expected \"a zero page\", or what a lesson needs", needs));
}

Fresh output(const Document& document, const Block& block, const Places& places,
             Runs& runs) {
  Fresh fresh;
  fresh.not_possible = lack(block);
  if (fresh.not_possible) return fresh;
  const Ran& ran = runs.run(words_of(block.what));
  if (ran.not_possible) {
    fresh.not_possible = ran.not_possible;
    return fresh;
  }
  check_status(block, ran);
  check_prose(document, block, ran);
  if (block.kind == Kind::kProof) return fresh;
  const Choice choice{.parts = block.all("part"), .lines = block.all("lines")};
  fresh.body = fenced(block, "text",
                      excerpt(without_folder(ran.text, places.source), choice));
  fresh.slack = {
      .bounds = ran.report ? bounds_of(*ran.report) : std::vector<Bound>(),
      .free = block.all("free"),
      .near = block.all("near"),
      .within = within(block)};
  return fresh;
}

// A block of code: "FILE", "FILE#NAME" or "FILE#NAME, NAME".
Fresh code(const Block& block, const Places& places) {
  const auto hash = std::min(block.what.find('#'), block.what.size());
  const fs::path file = block.what.substr(0, hash);
  const auto text = cow::read_file(places.source / file);
  if (!text) throw std::runtime_error(text.reason());
  std::string_view names = std::string_view(block.what).substr(hash);
  std::vector<std::string> lines;
  if (names.empty()) lines = lines_of(*text);
  while (!names.empty()) {
    names.remove_prefix(1);  // "#" or ","
    const auto end = std::min(names.find(','), names.size());
    if (!lines.empty()) lines.emplace_back();
    const auto piece = without_indent(
        region(*text, trimmed(names.substr(0, end)), language_of(file)));
    lines.insert(lines.end(), piece.begin(), piece.end());
    names.remove_prefix(end);
  }
  lines = cut(std::move(lines), block.one("from"), block.one("to"));
  Fresh fresh;
  fresh.body =
      fenced(block, language_of(file), without_indent(std::move(lines)));
  return fresh;
}

// The entry of `all` with this name.
template <typename Named>
const Named& named(const std::vector<Named>& all, const std::string& name,
                   const char* kind) {
  std::vector<std::string> names;
  for (const Named& each : all) {
    if (each.name == name) return each;
    names.push_back(each.name);
  }
  throw std::runtime_error(fmt::format("there is no {} \"{}\"; there is {}",
                                       kind, name, fmt::join(names, ", ")));
}

// The reports of all runs. If this machine cannot run one of them: none, and
// `fresh` gets the reason.
std::vector<nlohmann::json> reports_of(const std::vector<Run>& wanted,
                                       Runs& runs, Fresh& fresh) {
  std::vector<nlohmann::json> reports;
  for (const Run& each : wanted) {
    const Ran& ran = runs.run(words_of(each));
    if (ran.not_possible) {
      fresh.not_possible = ran.not_possible;
      return {};
    }
    if (!ran.report || !ran.report->is_object()) {
      throw std::runtime_error(
          fmt::format("{} {} wrote no JSON: {}", each.program,
                      fmt::join(each.flags, " "), to_string(ran.status)));
    }
    reports.push_back(*ran.report);
  }
  return reports;
}

Fresh table(const Block& block, Runs& runs) {
  const TableOf& wanted = named(tables(), block.what, "table");
  Fresh fresh;
  const auto reports = reports_of(wanted.runs, runs, fresh);
  if (!fresh.not_possible) fresh.body = as_markdown(wanted.rows(reports));
  return fresh;
}

Fresh figure(const Document& document, const Block& block, const Places& places,
             Runs& runs) {
  const Figure& wanted = named(figures(), block.what, "figure");
  Fresh fresh;
  fresh.not_possible = lack(block);
  if (fresh.not_possible) return fresh;
  const auto reports = reports_of(wanted.runs, runs, fresh);
  if (fresh.not_possible) return fresh;
  const Drawing drawing = wanted.draw(reports);
  const fs::path file = fs::path("docs/figures") / (wanted.name + ".svg");
  const fs::path link = file.lexically_relative(document.path.parent_path());
  fresh.body = {fmt::format("![{}]({})", drawing.alt, link.string())};
  fresh.drawing = places.source / file;
  fresh.svg = drawing.svg;
  fresh.slack.near = block.all("near");
  fresh.slack.free = block.all("free");
  return fresh;
}

Fresh lessons(const Document& document, const Block& block) {
  Fresh fresh;
  fresh.body = lines_about(block.what, document);
  return fresh;
}

Fresh by_hand(const Block& block) {
  Fresh fresh;
  fresh.body = block.body;
  return fresh;
}

}  // namespace

std::vector<Runs::Command> commands_of(const Block& block) {
  const auto runs_of = [&](const auto& all) {
    std::vector<Runs::Command> commands;
    for (const auto& each : all) {
      if (each.name != block.what) continue;
      for (const Run& run : each.runs) commands.push_back(words_of(run));
    }
    return commands;
  };
  switch (block.kind) {
    case Kind::kOutput:
    case Kind::kProof:
      return {words_of(block.what)};
    case Kind::kTable:
      return runs_of(tables());
    case Kind::kFigure:
      return runs_of(figures());
    case Kind::kCode:
    case Kind::kLessons:
    case Kind::kFigures:
    case Kind::kByHand:
      break;
  }
  return {};
}

Fresh render(const Document& document, const Block& block, const Places& places,
             Runs& runs) {
  try {
    switch (block.kind) {
      case Kind::kOutput:
      case Kind::kProof:
        return output(document, block, places, runs);
      case Kind::kCode:
        return code(block, places);
      case Kind::kTable:
        return table(block, runs);
      case Kind::kFigure:
        return figure(document, block, places, runs);
      case Kind::kLessons:
        return lessons(document, block);
      case Kind::kFigures:
      case Kind::kByHand:
        break;
    }
    return by_hand(block);
  } catch (const Mistake&) {
    throw;
  } catch (const std::exception& error) {
    throw Mistake(document.path, block.line, error.what());
  }
}

}  // namespace book
