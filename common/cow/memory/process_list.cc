#include "cow/memory/process_list.h"

#include <dirent.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "cow/memory/text.h"
#include "cow/os/descriptor.h"

namespace cow {
namespace {

// The numbers after the name and the state, by their field number in proc(5).
// The state is field 3.
constexpr std::size_t kFirst = 4;
constexpr std::size_t kLast = 28;
class Fields {
 public:
  // False if there are too few numbers.
  bool take(std::string_view text) {
    for (std::string_view& word : words_) {
      word = take_word(text);
      if (word.empty()) return false;
    }
    return true;
  }

  template <typename Number>
  bool read(std::size_t field, Number& number) const {
    const auto read = parse_number<Number>(words_[field - kFirst]);
    if (read) number = *read;
    return read.has_value();
  }

 private:
  std::array<std::string_view, kLast - kFirst + 1> words_;
};

// How many bytes the first character of `text` takes; 0 if it is not valid
// UTF-8 or could control a terminal. Source: RFC 3629, section 4.
std::size_t character(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7F ? 1 : 0;
  const std::size_t size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (first < 0xC2 || first > 0xF4) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const unsigned second = byte(1);
  // What reverses the order of a line: U+202A to U+202E, U+2066 to U+2069.
  const unsigned third = byte(2);
  const bool turns =
      first == 0xE2 && ((second == 0x80 && third >= 0xAA && third <= 0xAE) ||
                        (second == 0x81 && third >= 0xA6 && third <= 0xA9));
  const bool wrong =
      turns ||                             //
      (first == 0xC2 && second < 0xA0) ||  // C1 controls
      (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
      (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
  return wrong ? 0 : size;
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

std::optional<ListedProcess> read_listed(const std::string& folder) {
  const Reading<std::string> text = read_file(folder + "/stat");
  if (!text) return std::nullopt;
  const Reading<ListedProcess> parsed = parse_listed(*text);
  if (!parsed) return std::nullopt;
  ListedProcess process = *parsed;
  struct stat owner {};
  if (::stat(folder.c_str(), &owner) != 0) return std::nullopt;
  process.user = owner.st_uid;
  return process;
}

}  // namespace

Reading<ListedProcess> parse_listed(std::string_view text) {
  // "1234 (the name) S 1 ...": the name may itself hold ") ", so it ends at the
  // last bracket.
  const std::size_t open = text.find('(');
  const std::size_t close = text.rfind(')');
  if (open == text.npos || close == text.npos || close < open) {
    return Absent{"no name in brackets in the text"};
  }
  std::string_view before = text.substr(0, open);
  const auto pid = parse_number<pid_t>(take_word(before));
  if (!pid || *pid <= 0) return Absent{"no process id in the text"};
  std::string_view rest = text.substr(close + 1);
  rest = rest.substr(0, rest.find('\n'));
  const std::string_view state = take_word(rest);
  ListedProcess process;
  process.id.pid = *pid;
  process.name = text.substr(open + 1, close - open - 1);
  Fields fields;
  std::int64_t rss = 0;
  if (state.size() != 1 || !fields.take(rest) ||
      !fields.read(4, process.parent) ||
      !fields.read(10, process.minor_faults) ||
      !fields.read(12, process.major_faults) ||
      !fields.read(22, process.id.started) || !fields.read(24, rss) ||
      !fields.read(26, process.image.code) ||
      !fields.read(28, process.image.stack)) {
    return Absent{"not the numbers of a process in the text"};
  }
  process.state = state[0];
  process.rss = Pages(rss);
  return process;
}

std::vector<ListedProcess> list_processes(
    const std::string& proc,
    const std::function<const ListedProcess*(pid_t)>& unchanged) {
  std::vector<ListedProcess> processes;
  const std::unique_ptr<DIR, CloseFolder> folder(::opendir(proc.c_str()));
  if (!folder) return processes;
  while (const dirent* entry = ::readdir(folder.get())) {
    const auto pid = parse_number<pid_t>(entry->d_name);
    if (!pid || *pid <= 0) continue;
    if (const ListedProcess* known = unchanged ? unchanged(*pid) : nullptr) {
      processes.push_back(*known);
      continue;
    }
    std::optional<ListedProcess> process =
        read_listed(fmt::format("{}/{}", proc, entry->d_name));
    if (!process || process->id.pid != *pid) continue;
    processes.push_back(*std::move(process));
  }
  std::sort(processes.begin(), processes.end(),
            [](const ListedProcess& a, const ListedProcess& b) {
              return a.id.pid < b.id.pid;
            });
  return processes;
}

std::string printable(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const std::size_t size = character(text);
    clean += size == 0 ? std::string_view("\uFFFD") : text.substr(0, size);
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return clean;
}

std::string parse_command_line(std::string_view text) {
  constexpr std::size_t kMost = 1000;
  text = text.substr(0, text.find_last_not_of('\0') + 1);
  std::string line(text.substr(0, kMost));
  std::replace(line.begin(), line.end(), '\0', ' ');
  line = printable(line);
  return line;
}

std::string read_command(const ListedProcess& process,
                         const std::string& proc) {
  const auto text =
      read_file(fmt::format("{}/{}/cmdline", proc, process.id.pid));
  std::string line = text ? parse_command_line(*text) : std::string();
  return line.empty() ? fmt::format("[{}]", printable(process.name)) : line;
}

}  // namespace cow
