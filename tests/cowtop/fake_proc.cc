#include "cowtop/fake_proc.h"

#include <fmt/format.h>

#include "cow/os/bytes.h"
#include "cow/os/descriptor.h"

namespace cowtop::testing {

void FakeProc::write(pid_t pid, const std::string& file,
                     const std::string& text) const {
  const auto folder = path() / std::to_string(pid);
  std::filesystem::create_directories(folder);
  cow::write_file(folder / file, text);
}

void FakeProc::put_stat(const FakeProcess& process) const {
  write(process.pid, "stat",
        fmt::format("{} ({}) {} {} 1 1 0 -1 4194304 {} 0 0 0 0 0 0 0 20 0 1 0 "
                    "{} 3133440 {} 18446744073709551615 {} 0 {} 0 0 0 0 0\n",
                    process.pid, process.name, process.state, process.parent,
                    process.faults, process.started, process.rss, process.code,
                    process.code == 0 ? 0 : 0x7ffe0000));
}

void FakeProc::put(const FakeProcess& process) const {
  put_stat(process);
  const std::int64_t kb = cow::page_size().count() / 1024;
  write(process.pid, "cmdline", process.command);
  write(process.pid, "maps", "");
  write(process.pid, "pagemap", "");
  write(process.pid, "smaps_rollup",
        fmt::format("Rss: {} kB\nPss: {} kB\nPrivate_Clean: 0 kB\n"
                    "Private_Dirty: {} kB\nAnonymous: {} kB\nSwap: 0 kB\n",
                    process.rss * kb, process.pss * kb, process.uss * kb,
                    process.rss * kb));
}

void FakeProc::put_heap(pid_t pid, const std::string& pages) const {
  constexpr std::size_t kFirst = 16;
  const std::size_t page = cow::page_size().size();
  write(pid, "maps",
        fmt::format("{:x}-{:x} rw-p 00000000 00:00 0 [heap]\n", kFirst * page,
                    (kFirst + pages.size()) * page));
  // Bits 63 and 56 of the pagemap of proc(5).
  std::string map(8 * kFirst, '\0');
  for (const char one : pages) {
    map += std::string(7, '\0');
    map += one == 'x' ? '\x81' : one == 's' ? '\x80' : '\0';
  }
  write(pid, "pagemap", map);
}

void FakeProc::remove(pid_t pid) const {
  std::filesystem::remove_all(path() / std::to_string(pid));
}

void FakeProc::remove(pid_t pid, const std::string& file) const {
  std::filesystem::remove(path() / std::to_string(pid) / file);
}

}  // namespace cowtop::testing
