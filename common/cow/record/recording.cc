#include "cow/record/recording.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "cow/record/recording_writer.h"

namespace cow {
namespace {

// How many of the kept pages differ.
std::size_t changed_pages(const LookedAtRange& a, const LookedAtRange& b) {
  if (a.states == b.states) return 0;
  const std::size_t both = std::min(a.states->size(), b.states->size());
  std::size_t changed = std::max(a.states->size(), b.states->size()) - both;
  for (std::size_t i = 0; i < both; ++i) {
    if ((*a.states)[i] != (*b.states)[i]) ++changed;
  }
  return changed;
}

// How much differs between two looks, in pages. A process that begins or ends
// counts as many.
std::size_t changes_between(const Tree& before, const Tree& now) {
  constexpr std::size_t kProcess = 4096;
  std::size_t changes = 0;
  std::size_t common = 0;
  for (const LookedAt& process : now) {
    const LookedAt* old = find_process(before, process.id);
    if (old == nullptr) {
      changes += kProcess;
      continue;
    }
    ++common;
    auto at = old->ranges.begin();
    for (const LookedAtRange& range : process.ranges) {
      while (at != old->ranges.end() && at->end <= range.begin) {
        changes += at->states->size();
        ++at;
      }
      if (at != old->ranges.end() && at->begin < range.end) {
        changes += changed_pages(*at, range);
        ++at;
      } else {
        changes += range.states->size();
      }
    }
  }
  return changes + kProcess * (before.size() - common);
}

}  // namespace

const Tree& Recording::last() const {
  static const Tree none;
  return looks_.empty() ? none : looks_.back().tree;
}

int Recording::see(const Tree& tree) {
  std::set<ProcessId> workers;
  bool goes_on = workers_.empty();
  for (std::size_t i = 1; i < tree.size(); ++i) {
    workers.insert(tree[i].id);
    goes_on = goes_on || workers_.contains(tree[i].id);
  }
  // The next workers may be there at the look after the last one with these.
  if (!goes_on && !workers.empty()) ++experiment_;
  const int experiment = experiment_;
  if (!goes_on && workers.empty()) ++experiment_;
  workers_ = std::move(workers);
  return experiment;
}

std::size_t Recording::add(RecordedLook look) {
  constexpr std::size_t kHardlyAnything = 8;
  const std::size_t changes = changes_between(last(), look.tree);
  look.experiment = see(look.tree);
  if (!look.is_kept && !looks_.empty() && changes < kHardlyAnything) return 0;
  looks_.push_back(std::move(look));
  changes_.push_back(changes);
  if (looks_.size() > 2 * kMostLooks) thin_out(kMostLooks);
  return changes;
}

void Recording::draw(std::string name, std::vector<PageSpan> pages) {
  std::erase_if(drawn_, [&](const DrawnPages& drawn) {
    return drawn.name == name && drawn.experiment == experiment_;
  });
  drawn_.push_back({std::move(name), std::move(pages), experiment_});
}

std::vector<PageSpan> Recording::drawn_now() const {
  std::map<std::string, const std::vector<PageSpan>*> last;
  for (const DrawnPages& drawn : drawn_) last[drawn.name] = &drawn.pages;
  std::vector<PageSpan> all;
  for (const auto& [name, pages] : last) {
    all.insert(all.end(), pages->begin(), pages->end());
  }
  return all;
}

// Removes one look after the other, each time the one that shows least.
void Recording::thin_out(std::size_t most) {
  while (looks_.size() > most) {
    std::optional<std::size_t> least;
    for (std::size_t i = 1; i + 1 < looks_.size(); ++i) {
      if (looks_[i].is_kept) continue;
      if (!least || changes_[i] < changes_[*least]) least = i;
    }
    if (!least) return;
    // It has no messages: those come with looks that are kept.
    changes_[*least + 1] =
        changes_between(looks_[*least - 1].tree, looks_[*least + 1].tree);
    looks_.erase(looks_.begin() + static_cast<std::ptrdiff_t>(*least));
    changes_.erase(changes_.begin() + static_cast<std::ptrdiff_t>(*least));
  }
}

// Leaves out those that are in the fewest looks.
void Recording::leave_out_processes() {
  std::map<ProcessId, std::size_t> looks;
  for (const RecordedLook& look : looks_) {
    for (const LookedAt& process : look.tree) ++looks[process.id];
  }
  if (looks.size() <= kMostProcesses) return;
  using Lived = std::pair<ProcessId, std::size_t>;
  std::vector<Lived> longest(looks.begin(), looks.end());
  std::stable_sort(
      longest.begin(), longest.end(),
      [](const Lived& a, const Lived& b) { return a.second > b.second; });
  std::set<ProcessId> drawn;
  for (std::size_t i = 0; i < kMostProcesses; ++i) {
    drawn.insert(longest[i].first);
  }
  for (RecordedLook& look : looks_) {
    std::erase_if(look.tree, [&](const LookedAt& process) {
      return !drawn.contains(process.id);
    });
  }
}

// What a worker has read since the message before is this message, if it is as
// much. Then each part of it belongs to the look after it was read.
void Recording::spread_messages() {
  std::map<pid_t, std::size_t> since;  // the look after the message before
  for (std::size_t i = 0; i < looks_.size(); ++i) {
    for (const PipeMessages& message : std::exchange(looks_[i].messages, {})) {
      const std::size_t first = std::exchange(since[message.to], i + 1);
      std::vector<std::pair<std::size_t, Bytes>> parts;
      Bytes sum;
      std::int64_t read = 0;  // until the look before
      for (std::size_t k = 0; k <= i; ++k) {
        for (const LookedAt& process : looks_[k].tree) {
          if (process.id.pid != message.to) continue;
          const Bytes part(std::exchange(read, process.bytes_read));
          if (k < first || process.bytes_read == part.count()) continue;
          parts.emplace_back(k, Bytes(read) - part);
          sum += parts.back().second;
        }
      }
      if (sum != message.bytes) parts = {{i, message.bytes}};
      for (const auto& [k, part] : parts) {
        const bool is_last = k == parts.back().first;
        looks_[k].messages.push_back({.from = message.from,
                                      .to = message.to,
                                      .bytes = part,
                                      .count = is_last ? message.count : 0});
      }
    }
  }
}

std::string Recording::to_json(const std::string& report) const {
  Recording thinned = *this;
  thinned.thin_out(kMostLooks);
  thinned.leave_out_processes();
  thinned.spread_messages();
  return write_recording(thinned, report);
}

}  // namespace cow
