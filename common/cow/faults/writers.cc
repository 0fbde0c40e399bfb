#include "cow/faults/writers.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <utility>

#include "cow/faults/symbols.h"
#include "cow/memory/process.h"
#include "cow/memory/text.h"

namespace cow {
namespace {

// A process before its children.
std::vector<pid_t> tree_of(pid_t root) {
  std::vector<pid_t> tree{root};
  for (std::size_t i = 0; i < tree.size(); ++i) {
    for (const pid_t child : children_of(tree[i])) tree.push_back(child);
  }
  return tree;
}

std::vector<pid_t> threads_of(const std::vector<pid_t>& processes) {
  std::vector<pid_t> threads;
  for (const pid_t pid : processes) {
    std::error_code ended;
    for (const auto& entry : std::filesystem::directory_iterator(
             "/proc/" + std::to_string(pid) + "/task", ended)) {
      const std::string name = entry.path().filename();
      if (const auto id = parse_number<pid_t>(name)) threads.push_back(*id);
    }
  }
  return threads;
}

}  // namespace

WriterRecording::WriterRecording(FaultRings rings)
    : rings_(std::move(rings)), inheritance_([this](pid_t pid) {
        return take_snapshot(pid, [this] { rings_.drain(pending_); });
      }) {
  poller_.open();
  for (const int fd : rings_.descriptors()) {
    poller_.watch(fd, EPOLLIN, static_cast<std::uint64_t>(fd));
  }
}

Reading<std::unique_ptr<WriterRecording>> WriterRecording::of_next_command() {
  auto rings = FaultRings::of_next_children();
  if (!rings) return Absent{rings.reason()};
  return std::unique_ptr<WriterRecording>(
      new WriterRecording(*std::move(rings)));
}

// What starts while the events are opened may be missing in the list, and is
// then not recorded. So they are opened again until the list is the same, or
// some times: there may be new processes all the time.
Reading<std::unique_ptr<WriterRecording>> WriterRecording::of_tree(pid_t root) {
  std::vector<pid_t> processes = tree_of(root);
  std::vector<pid_t> threads = threads_of(processes);
  for (int left = 10;; --left) {
    auto rings = FaultRings::of_threads(threads);
    if (!rings) return Absent{rings.reason()};
    processes = tree_of(root);
    std::vector<pid_t> again = threads_of(processes);
    if (std::exchange(threads, again) != again && left > 0) continue;
    std::unique_ptr<WriterRecording> recording(
        new WriterRecording(*std::move(rings)));
    for (const pid_t pid : processes) recording->inheritance_.add(pid);
    return recording;
  }
}

void WriterRecording::record_until(const std::vector<int>& ends) {
  constexpr std::uint64_t kEnd = ~std::uint64_t{0};
  // As often, so that a process is looked at soon after it was forked.
  constexpr int kMilliseconds = 20;
  for (const int fd : ends) poller_.watch(fd, EPOLLIN, kEnd);
  for (bool ended = false; !ended;) {
    for (const epoll_event& event : poller_.wait(kMilliseconds)) {
      if (event.data.u64 == kEnd) {
        ended = true;
      } else if ((event.events & EPOLLHUP) != 0) {
        // What it recorded has ended.
        poller_.forget(static_cast<int>(event.data.u64));
      }
    }
    take(ended);
  }
  for (const int fd : ends) poller_.forget(fd);
}

// Applies the records in the order of their times. A process can go from one
// CPU, and ring, to another. So what is newer than the last look waits: an
// older record may still come from another ring.
void WriterRecording::take(bool all) {
  rings_.drain(pending_);
  std::vector<FaultRecord> records = std::exchange(pending_, {});
  std::stable_sort(
      records.begin(), records.end(),
      [](const auto& a, const auto& b) { return a.time < b.time; });
  const std::uint64_t newest = records.empty() ? before_ : records.back().time;
  for (FaultRecord& record : records) {
    if (!all && record.time > before_) {
      pending_.push_back(std::move(record));
      continue;
    }
    lost_ += static_cast<std::int64_t>(record.lost);
    const auto write = inheritance_.apply(record);
    if (!write) {
      if (record.kind == FaultRecord::Kind::kFault) ++other_faults_;
      continue;
    }
    Writer& writer =
        writers_[{write->file, write->offset, write->in_kernel, write->memory}];
    writer.pages = writer.pages + Pages(1);
    writer.processes.insert(record.pid);
  }
  before_ = newest;
}

WritersFound WriterRecording::found() {
  Symbols symbols;
  std::map<
      std::tuple<std::string, std::string, std::uint64_t, bool, std::string>,
      Writer>
      by_function;
  WritersFound found;
  found.other_faults = other_faults_;
  found.lost = lost_;
  found.with_kernel = rings_.with_kernel();
  found.with_symbols = Symbols::available();
  for (const auto& [key, one] : writers_) {
    const auto& [file, offset, in_kernel, memory] = key;
    const std::string function = symbols.function(file, offset);
    const std::uint64_t place = function.empty() ? offset : 0;
    Writer& sum = by_function[{function, file, place, in_kernel, memory}];
    sum.function = function;
    sum.file = file;
    sum.offset = place;
    sum.in_kernel = in_kernel;
    sum.memory = memory;
    sum.pages = sum.pages + one.pages;
    sum.processes.insert(one.processes.begin(), one.processes.end());
    found.inherited = found.inherited + one.pages;
  }
  for (auto& [key, writer] : by_function) {
    found.writers.push_back(std::move(writer));
  }
  std::stable_sort(
      found.writers.begin(), found.writers.end(),
      [](const Writer& a, const Writer& b) { return a.pages > b.pages; });
  return found;
}

}  // namespace cow
