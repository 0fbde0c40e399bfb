#include "cow/report/run_lesson.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <filesystem>
#include <new>
#include <string>
#include <system_error>
#include <vector>

#include "cow/lesson/manifest.h"
#include "cow/lesson/record_lesson.h"
#include "cow/lesson/recorder_link.h"
#include "cow/os/descriptor.h"
#include "cow/report/page_drawing.h"
#include "cow/report/report.h"
#include "cow/report/table.h"

namespace cow {
namespace {

// Refuses to run without standard output. Otherwise the first opened file would
// become standard output.
void check_standard_output() {
  if (::fcntl(STDOUT_FILENO, F_GETFD) == -1) {
    throw BadUsage(
        "standard output is closed; give the report a terminal, a file or a "
        "pipe to go to");
  }
}

// Checks before the experiment that the file can be written. Does not create
// it, so that a failed run leaves no empty file.
void check_file(const char* flag, const std::string& path) {
  if (path.empty()) return;
  const std::filesystem::path file(path);
  const auto folder = file.has_parent_path() ? file.parent_path() : ".";
  std::error_code ignored;
  const bool writable = std::filesystem::exists(file, ignored)
                            ? !std::filesystem::is_directory(file, ignored) &&
                                  ::access(file.c_str(), W_OK) == 0
                            : ::access(folder.c_str(), W_OK | X_OK) == 0;
  if (!writable) {
    throw BadUsage(
        fmt::format("{} {}: expected a file that can be written", flag, path));
  }
}

int say(const About& about, int status, std::string_view what) {
  fmt::print(stderr, "{}: {}\n", about.name, what);
  return status;
}

// From this size on, malloc gives each block a mapping of its own, and gives it
// back when the block is freed. Without a fixed value, glibc would raise this
// threshold over time, and a pool would find the pages of the pool before it:
// mallopt(3).
constexpr int kOwnMapping = 128 << 10;

// What a lesson keeps of one pool stays on the heap during the next, and all
// workers of that one map it. With many workers that would look like data. So
// the heap gets the memory for this before the first pool.
void grow_heap(int workers) {
  constexpr int kTrimThreshold = 64 << 20;  // the heap keeps what it has
  ::mallopt(M_TRIM_THRESHOLD, kTrimThreshold);
  constexpr std::size_t kBlock = std::size_t{64} << 10;
  constexpr std::size_t kNotesOfAWorker = std::size_t{8} << 10;
  const std::size_t notes =
      4 * kBlock + kNotesOfAWorker * static_cast<std::size_t>(workers);
  std::vector<std::string> blocks;
  while (blocks.size() * kBlock < notes) blocks.emplace_back(kBlock, 'x');
}

void show(const Result& result) {
  const Flags& flags = result.flags;
  if (!flags.json.empty() && flags.json != "-") {
    write_file(flags.json, to_json(result));
  }
  if (!flags.svg.empty() && result.picture) {
    write_file(flags.svg, to_svg(*result.picture));
  }
  const std::string report =
      flags.json == "-" ? to_json(result) : to_text(result, wants_color());
  write_fully(STDOUT_FILENO, report.data(), report.size());
}

int run(int argc, char** argv, const About& about,
        const std::function<void(Lesson&)>& experiment) {
  check_standard_output();
  const Flags flags = parse_flags({argv + 1, argv + argc}, about.options);
  if (flags.help) {
    const std::string help = fmt::format("{}\n\n{}", about.question,
                                         help_text(argv[0], about.options));
    write_fully(STDOUT_FILENO, help.data(), help.size());
    return kEveryClaimHolds;
  }
  if (flags.json != "-") check_file("--json", flags.json);
  check_file("--svg", flags.svg);
  check_file("--record", flags.record);
  if (!join_recorder() && !flags.record.empty()) {
    return record_this_program(about.name, {argv, argv + argc}, flags.record);
  }
  // No huge pages: in them a page cannot be counted alone, and page tables are
  // smaller.
  if (!about.options.huge_pages) ::prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
  ::mallopt(M_MMAP_THRESHOLD, kOwnMapping);
  grow_heap(flags.workers);
  Lesson lesson(about, flags);
  experiment(lesson);
  const Result& result = lesson.finish();
  tell_recorder_report(to_json(result));
  show(result);
  return result.holds() ? kEveryClaimHolds : kAClaimFails;
}

}  // namespace

int run_lesson(int argc, char** argv, std::string_view name,
               const std::function<void(Lesson&)>& experiment,
               const Options& options) {
  const LessonEntry& entry = lesson_named(name);
  return run_lesson(argc, argv,
                    About{.name = entry.name,
                          .question = entry.question,
                          .answer = entry.answer,
                          .next = entry.next,
                          .options = options},
                    experiment);
}

int run_lesson(int argc, char** argv, const About& about,
               const std::function<void(Lesson&)>& experiment) {
  serve_if_spawned();
  try {
    return run(argc, argv, about, experiment);
  } catch (const BadUsage& error) {
    return say(about, kBadUsage, error.what());
  } catch (const NotPossible& error) {
    return say(about, kNotPossible, error.what());
  } catch (const PoolError& error) {
    return say(about, kNotPossible, error.what());
  } catch (const std::bad_alloc&) {
    return say(about, kNotPossible, "the memory it needs cannot be had");
  } catch (const std::system_error& error) {
    return say(about, kNotPossible, error.what());
  } catch (const TaskError& error) {
    const bool refused =
        error.type() == "std::bad_alloc" || error.type() == "std::system_error";
    return say(about, refused ? kNotPossible : kAClaimFails, error.what());
  } catch (const WorkerDied& error) {
    // The kernel uses SIGKILL when memory runs out.
    const bool killed = error.signal() == SIGKILL;
    return say(about, killed ? kNotPossible : kAClaimFails, error.what());
  } catch (const std::exception& error) {
    return say(about, kAClaimFails, error.what());
  }
}

}  // namespace cow
