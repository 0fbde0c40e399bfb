#include "cow/faults/inheritance.h"

#include <algorithm>
#include <ctime>
#include <iterator>
#include <utility>

#include "cow/memory/page_map.h"
#include "cow/os/bytes.h"

namespace cow {
namespace {

using Kind = FaultRecord::Kind;

std::uint64_t page_of(std::uint64_t address) {
  static const std::uint64_t size = page_size().size();
  return address / size;
}

bool is_private_writable(const MappingRange& range) {
  return range.permissions[1] == 'w' && range.permissions[3] == 'p';
}

std::uint64_t now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(time.tv_nsec);
}

}  // namespace

void Inheritance::add(pid_t pid) {
  Process& process = processes_[pid];
  process = {};
  look(pid, process);
}

void Inheritance::look(pid_t pid, Process& process) {
  const auto snapshot = take_(pid);
  process.known = snapshot != nullptr;
  if (!process.known) return;
  process.time = snapshot->time;
  process.shared.insert(snapshot->present);
  fill_gaps(*snapshot, process.mappings);
}

std::optional<InheritedWrite> Inheritance::apply(const FaultRecord& record) {
  switch (record.kind) {
    case Kind::kFault:
      return fault(record);
    case Kind::kMapping:
      map(record, processes_[record.pid]);
      break;
    case Kind::kFork:
      if (record.pid != record.parent) fork(record);
      break;
    case Kind::kExec:
      processes_[record.pid] = {};
      processes_[record.pid].family = std::make_shared<const bool>();
      break;
    case Kind::kExit:
      if (record.pid == record.thread) processes_.erase(record.pid);
      break;
    default:
      break;
  }
  return std::nullopt;
}

// Some mappings are in no record: a stack that has grown, what mremap has made.
void Inheritance::fill_gaps(const MemorySnapshot& snapshot,
                            Mappings& mappings) {
  for (const MappingRange& range : snapshot.mappings) {
    std::uint64_t begin = range.begin;
    Mappings known = cut(mappings, range.begin, range.end);
    Mappings gaps;
    const auto fill = [&](std::uint64_t end) {
      if (begin >= end) return;
      gaps[begin] = {.end = end,
                     .offset = range.offset + (begin - range.begin),
                     .writable = range.permissions[1] == 'w',
                     .is_private = range.permissions[3] == 'p',
                     .inherited = true,
                     .name = plain_mapping_name(range.name)};
    };
    for (const auto& [from, mapped] : known) {
      fill(from);
      begin = mapped.end;
    }
    fill(range.end);
    mappings.merge(known);
    mappings.merge(gaps);
  }
}

// Removes what is mapped in a range of addresses, and returns it.
Inheritance::Mappings Inheritance::cut(Mappings& mappings, std::uint64_t begin,
                                       std::uint64_t end) {
  const auto split = [&](std::uint64_t at) {
    auto next = mappings.lower_bound(at);
    if (next == mappings.begin()) return;
    auto& [from, before] = *std::prev(next);
    if (before.end <= at) return;
    Mapped after = before;
    after.offset += at - from;
    before.end = at;
    mappings.emplace(at, std::move(after));
  };
  split(begin);
  split(end);
  Mappings removed;
  for (auto one = mappings.lower_bound(begin);
       one != mappings.end() && one->first < end;) {
    removed.insert(mappings.extract(one++));
  }
  return removed;
}

const Inheritance::Mappings::value_type* Inheritance::find(
    const Mappings& mappings, std::uint64_t address) {
  const auto next = mappings.upper_bound(address);
  if (next == mappings.begin()) return nullptr;
  const auto& found = *std::prev(next);
  return address < found.second.end ? &found : nullptr;
}

// A record comes for a new mapping, and also when an old one has grown or has
// another protection. In the last two cases its pages stay.
void Inheritance::map(const FaultRecord& record, Process& process) {
  Mappings& mappings = process.mappings;
  const std::uint64_t begin = record.address;
  const std::uint64_t end = begin + record.length;
  if (end <= begin) return;
  Mapped fresh{.end = end,
               .offset = record.offset,
               .writable = record.writable,
               .is_private = record.is_private,
               .inherited = false,
               .name = record.name};
  Mappings kept = cut(mappings, begin, end);
  std::uint64_t covered = 0;
  bool changed = false;
  for (const auto& [from, old] : kept) {
    covered += old.end - from;
    changed = changed || old.writable != fresh.writable;
  }
  const bool stays = changed || covered < record.length;
  std::erase_if(kept, [&](const auto& one) {
    return !stays || one.second.name != fresh.name ||
           one.second.is_private != fresh.is_private;
  });
  if (kept.empty()) {
    process.shared.erase(page_of(begin), page_of(end));
    process.touched.erase(page_of(begin), page_of(end));
  }
  mappings[begin] = std::move(fresh);
  for (const auto& [from, old] : kept) {
    for (auto& [at, piece] : cut(mappings, from, old.end)) {
      piece.inherited = old.inherited;
      mappings[at] = piece;
    }
  }
}

void Inheritance::fork(const FaultRecord& record) {
  Process& parent = processes_[record.parent];
  parent.shared.insert(std::exchange(parent.touched, {}));
  // A page map that was read after this fork holds for it, too.
  if (parent.time < record.time) look(record.parent, parent);
  if (!parent.known) look(record.pid, parent);
  for (auto& [begin, mapped] : parent.mappings) mapped.inherited = true;
  processes_[record.pid] = parent;
}

std::optional<InheritedWrite> Inheritance::fault(const FaultRecord& record) {
  const auto found = processes_.find(record.pid);
  if (found == processes_.end()) return std::nullopt;
  Process& process = found->second;
  const auto* memory = find(process.mappings, record.address);
  if (memory == nullptr) return std::nullopt;
  const Mapped& target = memory->second;
  if (!target.is_private || !target.writable) return std::nullopt;
  const std::uint64_t page = page_of(record.address);
  bool was_there = process.shared.erase(page);
  // A page of a file can fault because it is read.
  if (!target.name.starts_with('/')) {
    const bool first = process.touched.insert(page);
    was_there = was_there || (!process.known && first);
  }
  if (!was_there || !target.inherited) return std::nullopt;
  if (process.family.use_count() == 1) return std::nullopt;
  InheritedWrite write;
  write.in_kernel = record.in_kernel;
  write.memory = target.name;
  const auto* code = find(process.mappings, record.ip);
  if (!record.in_kernel && code != nullptr) {
    write.file = code->second.name;
    write.offset = code->second.offset + (record.ip - code->first);
  }
  return write;
}

std::shared_ptr<const MemorySnapshot> take_snapshot(
    pid_t pid, const std::function<void()>& meanwhile) {
  auto snapshot = std::make_shared<MemorySnapshot>();
  snapshot->time = now();
  auto ranges = read_ranges(pid);
  if (!ranges || ranges->empty()) return nullptr;  // none: it has ended
  snapshot->mappings = *std::move(ranges);
  const PageMap map(pid);
  for (const MappingRange& range : snapshot->mappings) {
    if (!is_private_writable(range)) continue;
    std::uint64_t page = page_of(range.begin);
    const auto read =
        map.for_each(range.begin, to_pages(Bytes(range.end - range.begin)),
                     [&](const Page& one) {
                       constexpr std::uint64_t kPart = 1 << 14;
                       if (page % kPart == 0) meanwhile();
                       if (one.present && !one.file)
                         snapshot->present.insert(page);
                       ++page;
                     });
    if (!read) return nullptr;
  }
  return snapshot;
}

}  // namespace cow
