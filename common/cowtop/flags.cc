#include "cowtop/flags.h"

#include <fmt/format.h>
#include <pwd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>

#include "cow/lesson/command_line.h"
#include "cow/memory/text.h"
#include "cow/report/table.h"

namespace cowtop {
namespace {

using cow::BadUsage;

// What the user has typed.
struct Given {
  std::vector<std::string> pids;
  std::optional<std::string> name;
  std::optional<std::string> user;
  std::optional<std::string> interval;
  std::optional<std::string> budget;
  std::optional<std::string> sort;
  std::optional<std::string> fail_if;
  std::optional<std::string> csv;
  std::optional<std::string> record;
  std::optional<std::string> mappings;
  std::vector<std::string> pages;
  bool writers = false;
  bool once = false;
  bool json = false;
  bool why = false;
  bool help = false;
  bool version = false;
};

std::vector<cow::Flag> flags_into(Given& given) {
  return {
      {"PID", "", "the processes to watch, with their descendants",
       &given.pids},
      {"--name", "PATTERN",
       "watch the processes with this in their command, and their "
       "descendants; * and ? as in a shell",
       &given.name},
      {"--user", "NAME", "watch the processes of this user, not yours",
       &given.user},
      {"--once", "", "print one table and end", &given.once},
      {"--json", "", "print one JSON object and end", &given.json},
      {"--why", "",
       "print also what has changed in the pages that were copied, and in "
       "which objects; as --once, or with --json",
       &given.why},
      {"--writers", "",
       "print which functions wrote first to inherited pages, when COMMAND or "
       "PID has ended or at Ctrl-C",
       &given.writers},
      {"--interval", "SECONDS", "how long to wait between two looks (1)",
       &given.interval},
      {"--budget", "PERCENT",
       "how much of a processor looking may take (2); 100 sets no limit",
       &given.budget},
      {"--sort", "COLUMN",
       "the order of the processes: tree, rss, pss, uss or new (tree)",
       &given.sort},
      {"--fail-if", "LIMITS",
       "end with status 3 if a process or a sum had more at any look: "
       "'uss>500MiB,sum-pss>4GiB'",
       &given.fail_if},
      {"--csv", "FILE",
       "write a line a process and look there, to the end of it all; - is "
       "standard output",
       &given.csv},
      {"--record", "FILE",
       "write there what happens, page by page, to be replayed: until PID or "
       "COMMAND has ended, or Ctrl-C; - is standard output",
       &given.record},
      {"--mappings", "PID",
       "print which mappings of a process are private, by name",
       &given.mappings},
      {"--pages", "PID WHICH",
       "print a picture of a mapping's pages; which one: A-B in hex, [heap], a "
       "file's name, or largest",
       &given.pages},
      {"-h,--help", "", "print this and exit", &given.help},
      {"--version", "", "print the version and exit", &given.version}};
}

constexpr std::string_view kCommandHint =
    "; a command comes after --: cowtop -- COMMAND";

pid_t parse_pid(const std::string& flag, const std::string& text) {
  pid_t pid = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, pid);
  if (error != std::errc() || stopped != end || pid <= 0) {
    throw BadUsage(
        fmt::format("{}{}: expected the id of a process, a whole number from 1"
                    "{}",
                    flag, text, flag == "PID " ? kCommandHint : ""));
  }
  return pid;
}

// A number of `what`, such as "seconds".
double parse_number(const std::string& flag, const std::string& text,
                    const char* what, double least, double most) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end || !(number >= least) ||
      !(number <= most)) {
    throw BadUsage(fmt::format("{} {}: expected {} from {} to {}", flag, text,
                               what, least, most));
  }
  return number;
}

std::chrono::milliseconds parse_interval(const std::string& text) {
  const double seconds =
      parse_number("--interval", text, "seconds", 0.01, 86'400);
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

// Not getpwnam(): what it loads may not fit to a portable program.
uid_t parse_user(const std::string& text) {
  uid_t user = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, user);
  if (error == std::errc() && stopped == end) return user;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen("/etc/passwd", "re"), std::fclose);
  while (const passwd* entry = file ? ::fgetpwent(file.get()) : nullptr) {
    if (text == entry->pw_name) return entry->pw_uid;
  }
  throw BadUsage(fmt::format(
      "--user {}: expected a name in /etc/passwd, or the number of a user",
      text));
}

Order read_order(const std::string& text) {
  if (const auto order = parse_order(text)) return *order;
  throw BadUsage(
      fmt::format("--sort {}: expected tree, rss, pss, uss or new", text));
}

void parse(Given& given, const std::vector<std::string>& arguments) {
  try {
    cow::parse_command_line(flags_into(given), arguments);
  } catch (const cow::UnknownFlag& error) {
    if (given.pids.empty()) throw;
    throw BadUsage(error.what() + std::string(kCommandHint));
  }
}

// Throws if more than one of these flags was given.
void check_one_of(const std::vector<std::pair<const char*, bool>>& flags) {
  std::vector<std::string> given;
  for (const auto& [flag, is_given] : flags) {
    if (is_given) given.emplace_back(flag);
  }
  if (given.size() > 1) {
    throw BadUsage(fmt::format("{}: expected only one of them",
                               fmt::join(given, " and ")));
  }
}

Mode mode_of(const Given& given) {
  if (given.help) return Mode::kHelp;
  if (given.version) return Mode::kVersion;
  if (given.mappings) return Mode::kMappings;
  if (!given.pages.empty()) return Mode::kPages;
  if (given.csv) return Mode::kCsv;
  if (given.writers) return Mode::kWriters;
  if (given.record) return Mode::kRecord;
  if (given.json) return Mode::kJson;
  return given.once || given.why ? Mode::kOnce : Mode::kLive;
}

void check(const Given& given, const Flags& flags) {
  check_one_of({{"--mappings", given.mappings.has_value()},
                {"--pages", !given.pages.empty()},
                {"--writers", given.writers},
                {"--record", given.record.has_value()},
                {"--once", given.once},
                {"--csv", given.csv.has_value()}});
  // They would have no effect there.
  for (const auto& [flag, is_given] :
       {std::pair{"--fail-if", given.fail_if.has_value()},
        std::pair{"--sort", given.sort.has_value()},
        std::pair{"--budget", given.budget.has_value()},
        std::pair{"--interval", given.interval.has_value()}}) {
    check_one_of({{flag, is_given},
                  {"--mappings", given.mappings.has_value()},
                  {"--pages", !given.pages.empty()},
                  {"--writers", given.writers}});
  }
  for (const auto& [flag, is_given] :
       {std::pair{"--fail-if", given.fail_if.has_value()},
        std::pair{"--sort", given.sort.has_value()},
        std::pair{"--budget", given.budget.has_value()},
        std::pair{"--json", given.json}, std::pair{"--why", given.why}}) {
    check_one_of({{flag, is_given}, {"--record", given.record.has_value()}});
  }
  check_one_of({{"--json", given.json}, {"--csv", given.csv.has_value()}});
  check_one_of({{"--why", given.why},
                {"--writers", given.writers},
                {"--mappings", given.mappings.has_value()},
                {"--pages", !given.pages.empty()},
                {"--csv", given.csv.has_value()}});
  check_one_of({{"PID", !given.pids.empty()},
                {"-- COMMAND", !flags.command.empty()},
                {"--user", given.user && !given.name},
                {"--name", given.name.has_value()},
                {"--mappings", given.mappings.has_value()},
                {"--pages", !given.pages.empty()}});
  if (given.writers && flags.command.empty() && given.pids.size() != 1) {
    throw BadUsage("--writers: expected one PID, or -- COMMAND behind it");
  }
  if (given.record && flags.command.empty() && given.pids.empty()) {
    throw BadUsage("--record: expected a PID, or -- COMMAND behind it");
  }
  if (given.record && given.record->empty()) {
    throw BadUsage("--record '': expected the name of a file");
  }
  if (given.csv && given.csv->empty()) {
    throw BadUsage("--csv '': expected the name of a file");
  }
  if (given.name && given.name->empty()) {
    throw BadUsage("--name '': expected a part of a command");
  }
}

// Continues the lines of flags that are longer than 80 columns below the text
// of the flag.
std::string folded(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::string_view line = cow::take_line(text);
    if (line.size() <= 80) {
      result.append(line).append("\n");
      continue;
    }
    const std::size_t at = line.find_first_not_of(' ', line.find("  ", 2));
    std::string lines = cow::wrap(line.substr(at), std::string(at, ' '));
    result += lines.replace(0, at, line.substr(0, at));
  }
  return result;
}

}  // namespace

Flags parse_flags(const std::vector<std::string>& arguments) {
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  Given given;
  parse(given, {arguments.begin(), dashes});

  Flags flags;
  if (dashes != arguments.end()) {
    flags.command.assign(dashes + 1, arguments.end());
    if (flags.command.empty()) {
      throw BadUsage("--: expected a command behind it");
    }
  }
  flags.mode = mode_of(given);
  if (flags.mode == Mode::kHelp || flags.mode == Mode::kVersion) return flags;
  check(given, flags);
  flags.json = given.json;
  flags.why = given.why;
  flags.csv = given.csv.value_or("");
  flags.record = given.record.value_or("");
  if (given.interval) flags.interval = parse_interval(*given.interval);
  if (given.budget) {
    flags.budget = parse_number("--budget", *given.budget, "percent", 0.1, 100);
  }
  flags.name = given.name.value_or("");
  if (given.user) flags.user = parse_user(*given.user);
  if (given.fail_if) flags.limits = parse_limits(*given.fail_if);
  if (given.sort) flags.order = read_order(*given.sort);
  for (const std::string& pid : given.pids) {
    flags.pids.push_back(parse_pid("PID ", pid));
  }
  if (given.mappings) flags.pid = parse_pid("--mappings ", *given.mappings);
  if (!given.pages.empty()) {
    flags.pid = parse_pid("--pages ", given.pages[0]);
    flags.pages = given.pages[1];
  }
  return flags;
}

std::string help_text() {
  Given given;
  std::string text = cow::list_flags(
      flags_into(given),
      "Shows what each process of a tree really costs, and what was copied "
      "since the\nfork.\n\n"
      "  cowtop PID...         processes and all their descendants\n"
      "  cowtop -- COMMAND...  starts a command, ends with its exit status\n"
      "  cowtop                all your processes that share memory through "
      "fork\n\n"
      "Usage: cowtop [OPTIONS] [PID... | -- COMMAND...]\n");
  while (text.ends_with("\n\n")) text.pop_back();
  text = folded(text);
  text +=
      "\nIn a terminal it is a screen that follows what happens; h shows its "
      "keys.\nElsewhere it prints a table for each look.\n"
      "\nOf a COMMAND, --once and --json report one look when it has ended: "
      "the "
      "one at\nwhich the machine paid most (the highest sum of PSS), of those "
      "about which\ncowtop can tell something. What it prints to standard "
      "output goes to standard\nerror where that is for the report: with "
      "--once, --json, --csv -, and without a\nterminal (cowtop -- COMMAND > "
      "FILE). With --csv FILE it is left alone. Under the\nscreen it is kept "
      "(key o), and printed when that is closed.\n"
      "\nWhat to do about what it says: docs/cowtop.md and docs/recipes.md, "
      "which the\npackage installs in /usr/share/doc/cowtop.\n"
      "\n--writers takes perf events of the kernel. A user may use them where\n"
      "kernel.perf_event_paranoid is at most 2.\n"
      "\nExit status: that of COMMAND (128 + N when signal N ended it, 127 "
      "when it could\nnot be started); else 0, 1 when nothing could be read, 2 "
      "for bad usage. It is 3\nin place of 0 when a limit of --fail-if was "
      "exceeded: see standard error.\n";
  return text;
}

}  // namespace cowtop
