#include "book/lessons.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "book/table.h"

namespace book {
namespace {

namespace fs = std::filesystem;
using cow::LessonEntry;
using Lines = std::vector<std::string>;

std::string number_of(const LessonEntry& lesson) {
  return std::string(lesson.name.substr(0, 2));
}

std::string name_of(const LessonEntry& lesson) {
  return std::string(lesson.name.substr(3));
}

// Writes the blocks of one document.
class Writer {
 public:
  Writer(const Document& document, const Lessons& lessons)
      : document_(document.path),
        minutes_to_read_(minutes_to_read(document)),
        lessons_(lessons) {}

  Lines questions() const {
    std::vector<Lines> rows = {{"lesson", "the question", "the answer"}};
    for (const LessonEntry& lesson : lessons_.all) {
      if (!lesson.written()) continue;
      rows.push_back(
          {chapter(lesson), cell(lesson.question), cell(lesson.answer)});
    }
    return as_markdown(rows);
  }

  Lines contents() const {
    constexpr std::array kRoman = {"I",  "II",  "III",  "IV", "V",
                                   "VI", "VII", "VIII", "IX", "X"};
    Lines lines;
    for (std::size_t part = 1; part <= lessons_.parts.size(); ++part) {
      if (!lines.empty()) lines.emplace_back();
      lines.push_back(fmt::format("### Part {}. {}", kRoman.at(part - 1),
                                  lessons_.parts[part - 1]));
      lines.emplace_back();
      const Lines table = table_of(static_cast<int>(part));
      lines.insert(lines.end(), table.begin(), table.end());
    }
    return lines;
  }

  Lines this_one() const {
    const std::string name = document_.stem();
    const auto lesson = std::find_if(
        lessons_.all.begin(), lessons_.all.end(),
        [&](const LessonEntry& each) { return each.name == name; });
    if (lesson == lessons_.all.end() || !lesson->written()) {
      throw std::runtime_error(fmt::format(
          "{} is no lesson's chapter: lessons/lessons.json has no written "
          "lesson {}",
          document_.string(), name));
    }
    const fs::path folder = fs::path("lessons") / name;
    const std::string program = name_of(*lesson) + ".cc";
    Lines facts = {
        "Program: " + link(program, folder / program),
        "Python: " + link("twin.py", folder / "twin.py"),
        "New here: " + link("how to read a lesson", "docs/reading_a_lesson.md"),
        "Words: " + link("glossary", "docs/glossary.md"),
        fmt::format("{} minutes to read, {} with its runs", minutes_to_read_,
                    lesson->minutes)};
    if (!lesson->after.empty()) {
      facts.push_back("Builds on: " + builds_on(*lesson));
    }
    if (const LessonEntry* before = written_before(*lesson)) {
      facts.push_back("Before: " + chapter(*before));
    }
    const LessonEntry* next = written_after(*lesson);
    facts.push_back(next != nullptr
                        ? "Next: " + chapter(*next)
                        : "All: " + link("contents", "docs/README.md"));
    for (std::size_t i = 0; i + 1 < facts.size(); ++i) facts[i] += " ·";
    return facts;
  }

 private:
  // "[text](../lessons/04_global/global.cc)"
  std::string link(std::string_view text, const fs::path& file) const {
    return fmt::format(
        "[{}]({})", text,
        file.lexically_relative(document_.parent_path()).string());
  }

  // "[04 global](docs/04_global.md)", or with `text` as its text.
  std::string chapter(const LessonEntry& lesson,
                      const std::string& text = "") const {
    const std::string all =
        fmt::format("{} {}", number_of(lesson), name_of(lesson));
    return link(text.empty() ? all : text,
                fmt::format("docs/{}.md", lesson.name));
  }

  // Escapes "|", which would end the cell.
  static std::string cell(std::string_view text) {
    std::string cell;
    for (const char sign : text) {
      if (sign == '|') cell += '\\';
      cell += sign;
    }
    return cell;
  }

  // The lessons that `lesson` builds on, as links.
  std::string builds_on(const LessonEntry& lesson) const {
    Lines links;
    for (const LessonEntry& each : lessons_.all) {
      if (lesson.after.find(number_of(each)) != std::string_view::npos) {
        links.push_back(chapter(each, number_of(each)));
      }
    }
    return fmt::format("{}", fmt::join(links, ", "));
  }

  Lines table_of(int part) const {
    std::vector<Lines> rows = {
        {"", "lesson", "in one line", "builds on", "minutes:"}};
    for (const LessonEntry& lesson : lessons_.all) {
      if (lesson.part != part) continue;
      if (lesson.written()) {
        rows.push_back({number_of(lesson), chapter(lesson, name_of(lesson)),
                        cell(lesson.idea), builds_on(lesson),
                        std::to_string(lesson.minutes)});
      } else {
        rows.push_back({number_of(lesson), name_of(lesson), cell(lesson.idea),
                        "", "not written yet"});
      }
    }
    return as_markdown(rows);
  }

  const LessonEntry* written_before(const LessonEntry& lesson) const {
    const LessonEntry* before = nullptr;
    for (const LessonEntry& each : lessons_.all) {
      if (each.name == lesson.name) break;
      if (each.written()) before = &each;
    }
    return before;
  }

  const LessonEntry* written_after(const LessonEntry& lesson) const {
    for (const LessonEntry& each : lessons_.all) {
      if (each.name > lesson.name && each.written()) return &each;
    }
    return nullptr;
  }

  fs::path document_;
  int minutes_to_read_;
  Lessons lessons_;
};

}  // namespace

std::vector<std::string> lines_about(std::string_view what,
                                     const Document& document,
                                     const Lessons& lessons) {
  const Writer writer(document, lessons);
  if (what == "questions") return writer.questions();
  if (what == "contents") return writer.contents();
  if (what == "this one") return writer.this_one();
  throw std::runtime_error(fmt::format(
      "\"{}\" is nothing that can be said of the lessons; there is questions, "
      "contents, this one",
      what));
}

}  // namespace book
