// book: the program behind `make docs` and `make proof`. (book.h says what it
// is not.)
//
//   book [--check [--all] | --fresh] [DOCUMENT...]
//
// Writes the blocks of README.md and docs/*.md, or of the documents that are
// named. --check changes nothing, and fails if a text disagrees with its
// program. Without a document's name it leaves out the twins, which take longer
// than all else together; --all has them, too. --fresh also replaces what
// agrees. Run it from the top folder of the source. The lessons' programs are
// in the folder of this one.
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "book/book.h"
#include "cow/report/run_lesson.h"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> all_documents() {
  std::vector<fs::path> documents;
  for (const auto& entry : fs::directory_iterator("docs")) {
    if (entry.path().extension() == ".md") documents.push_back(entry.path());
  }
  std::sort(documents.begin(), documents.end());
  documents.insert(documents.begin(), "README.md");
  return documents;
}

// Prints what a person has to know; returns the exit status.
int report(const book::Outcome& outcome, book::Mode mode) {
  for (const book::Skipped& each : outcome.skipped) {
    fmt::print("skipped  {}: {}\n", each.where, book::trimmed(each.why));
  }
  for (const std::string& mistake : outcome.mistakes) {
    fmt::print("{}\n", mistake);
  }
  for (const book::Finding& finding : outcome.findings) {
    fmt::print("\n{}", book::to_text(finding));
  }
  for (const fs::path& path : outcome.written) {
    fmt::print("written  {}\n", path.string());
  }
  const std::size_t wrong = outcome.findings.size() + outcome.mistakes.size();
  if (wrong != 0) {
    fmt::print("\n{} of {} blocks disagree, {} mistakes{}\n",
               outcome.findings.size(), outcome.blocks, outcome.mistakes.size(),
               outcome.findings.empty() ? "" : "; to write them: make docs");
    return 1;
  }
  if (outcome.left_out != 0) {
    fmt::print("{} blocks of the twins were left out: make proof ALL=1\n",
               outcome.left_out);
  }
  fmt::print("{} blocks of the documents {} their programs\n", outcome.blocks,
             mode == book::Mode::kCheck ? "agree with" : "are in step with");
  return 0;
}

int run(const std::vector<std::string>& arguments) {
  book::Mode mode = book::Mode::kWrite;
  bool all = false;
  std::vector<fs::path> documents;
  for (const std::string& argument : arguments) {
    if (argument == "--check") {
      mode = book::Mode::kCheck;
    } else if (argument == "--fresh") {
      mode = book::Mode::kFresh;
    } else if (argument == "--all") {
      all = true;
    } else if (argument.starts_with("-") || !fs::is_regular_file(argument)) {
      fmt::print(
          stderr,
          "book: {}: expected --check, --all, --fresh or a document such as "
          "docs/04_global.md\n",
          argument);
      return cow::kBadUsage;
    } else {
      documents.emplace_back(argument);
    }
  }
  const bool without_twins =
      mode == book::Mode::kCheck && documents.empty() && !all;
  if (documents.empty()) documents = all_documents();
  const book::Places places{
      .source = fs::current_path(),
      .programs = fs::read_symlink("/proc/self/exe").parent_path()};
  book::Runs runs(places, [](const std::string& command) {
    fmt::print("run      {}\n", command);
    std::fflush(stdout);
  });
  return report(
      book::make(documents, places, runs, mode, without_twins ? "course" : ""),
      mode);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "book: {}\n", error.what());
    return 1;
  }
}
