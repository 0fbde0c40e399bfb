#include "book/book.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "cow/os/descriptor.h"

namespace book {
namespace {

namespace fs = std::filesystem;

// How many programs run at the same time. Each has processes of its own, and no
// time that they measure is compared.
constexpr std::size_t kAtATime = 2;

// The text of an SVG, without the geometry, and without what is free as a
// whole: how many ticks an axis has depends on the figures.
std::vector<std::string> words_of_svg(const std::string& svg,
                                      const Slack& slack) {
  static const std::regex element("<(text|tspan|title|desc)[^>]*>([^<]*)");
  std::vector<std::string> words;
  for (std::sregex_iterator at(svg.begin(), svg.end(), element), end; at != end;
       ++at) {
    const std::string text = (*at)[2];
    const bool is_free = std::any_of(
        slack.free.begin(), slack.free.end(), [&](const std::string& each) {
          return std::regex_match(text, std::regex(each));
        });
    if (!is_free) words.push_back(text);
  }
  return words;
}

// The differences between the block and what it should say.
std::vector<Difference> differences_of(const Block& block, const Fresh& fresh) {
  std::vector<Difference> all = compare(block.body, fresh.body, fresh.slack);
  if (fresh.drawing.empty() || !all.empty()) return all;
  const auto drawn = cow::read_file(fresh.drawing);
  if (!drawn) {
    all.push_back({.line = 0,
                   .old_line = "",
                   .new_line = fresh.drawing,
                   .why = drawn.reason()});
    return all;
  }
  return compare(words_of_svg(*drawn, fresh.slack),
                 words_of_svg(fresh.svg, fresh.slack), fresh.slack);
}

class Maker {
 public:
  Maker(const Places& places, Runs& runs, Mode mode, std::string_view left_out)
      : places_(places), runs_(runs), mode_(mode), left_out_(left_out) {}

  void read(const fs::path& path) {
    const auto text = cow::read_file(places_.source / path);
    if (!text) throw std::runtime_error(text.reason());
    documents_.push_back(parse(path, *text));
    for (const Uncovered& each : documents_.back().uncovered) {
      outcome_.mistakes.push_back(fmt::format(
          "{}:{}: {} that no comment speaks for: expected <!-- output: ... --> "
          "or one of its kind above it, or <!-- by hand: WHY -->",
          path.string(), each.line, each.what));
    }
  }

  void make() {
    std::vector<Runs::Command> commands;
    for (const Document& document : documents_) {
      for (const Block& block : document.blocks) {
        if (is_left_out(block)) continue;
        const auto more = commands_of(block);
        commands.insert(commands.end(), more.begin(), more.end());
      }
    }
    runs_.run_all(commands, kAtATime);
    for (const Document& document : documents_) make(document);
  }

  Outcome outcome() { return std::move(outcome_); }
  void mistake(const std::string& sentence) {
    outcome_.mistakes.push_back(sentence);
  }

 private:
  bool is_left_out(const Block& block) const {
    const auto commands = commands_of(block);
    return !commands.empty() && commands[0][0] == left_out_;
  }

  void make(const Document& document) {
    std::vector<std::vector<std::string>> bodies;
    for (const Block& block : document.blocks) {
      bodies.push_back(body(document, block));
    }
    if (mode_ == Mode::kCheck) return;
    std::vector<std::vector<std::string>> before;
    for (const Block& block : document.blocks) before.push_back(block.body);
    if (bodies == before) return;
    cow::write_file(places_.source / document.path,
                    with_bodies(document, bodies));
    outcome_.written.push_back(document.path);
  }

  // What the block says from now on.
  std::vector<std::string> body(const Document& document, const Block& block) {
    if (is_left_out(block)) {
      ++outcome_.left_out;
      return block.body;
    }
    ++outcome_.blocks;
    Fresh fresh;
    try {
      fresh = render(document, block, places_, runs_);
    } catch (const Mistake& error) {
      mistake(error.what());
      return block.body;
    }
    if (fresh.not_possible) {
      outcome_.skipped.push_back(
          {fmt::format("{}:{}", document.path.string(), block.line),
           *fresh.not_possible});
      return block.body;
    }
    std::vector<Difference> differences = differences_of(block, fresh);
    if (differences.empty() && mode_ != Mode::kFresh) return block.body;
    if (mode_ == Mode::kCheck) {
      outcome_.findings.push_back(
          {document.path, block, std::move(differences)});
    } else if (!fresh.drawing.empty()) {
      fs::create_directories(fresh.drawing.parent_path());
      cow::write_file(fresh.drawing, fresh.svg);
    }
    return fresh.body;
  }

  const Places& places_;
  Runs& runs_;
  Mode mode_;
  std::string_view left_out_;
  std::vector<Document> documents_;
  Outcome outcome_;
};

}  // namespace

Outcome make(const std::vector<std::filesystem::path>& documents,
             const Places& places, Runs& runs, Mode mode,
             std::string_view left_out) {
  Maker maker(places, runs, mode, left_out);
  for (const fs::path& path : documents) {
    try {
      maker.read(path);
    } catch (const std::exception& error) {
      maker.mistake(error.what());
    }
  }
  maker.make();
  return maker.outcome();
}

std::string to_text(const Finding& finding) {
  std::string text = fmt::format("{}:{}: {}\n", finding.path.string(),
                                 finding.block.line, finding.block.what);
  for (const Difference& each : finding.differences) {
    text += fmt::format(
        "  line {}: {}\n",
        finding.block.begin + 1 + static_cast<std::size_t>(each.line),
        each.why);
    if (!each.old_line.empty())
      text += fmt::format("    - {}\n", each.old_line);
    if (!each.new_line.empty())
      text += fmt::format("    + {}\n", each.new_line);
  }
  return text;
}

}  // namespace book
