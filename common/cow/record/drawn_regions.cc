#include "cow/record/drawn_regions.h"

#include <algorithm>
#include <map>
#include <utility>

namespace cow {
namespace {

// The first number from `number` on that is a multiple of `step`, in steps.
std::uint64_t steps_to(std::uint64_t number, std::uint64_t step) {
  return (number + step - 1) / step;
}

// Adds the states of each page of the span whose number is a multiple of
// `step`. What the look has not kept counts as not in memory.
void add_states(const LookedAt& process, const PageSpan& span,
                std::uint64_t step, std::string& states) {
  std::uint64_t page = steps_to(span.begin, step) * step;
  const std::uint64_t end = span.begin + span.count;
  for (const LookedAtRange& range : process.ranges) {
    if (range.end <= page) continue;
    const std::uint64_t first = steps_to(range.begin, range.step) * range.step;
    for (; page < std::min(end, first); page += step) states += kNotInMemory;
    for (; page < std::min(end, range.end); page += step) {
      states += (*range.states)[(page - first) / range.step];
    }
    if (page >= end) return;
  }
  for (; page < end; page += step) states += kNotInMemory;
}

bool are_together(const DrawnSource& a, const DrawnSource& b) {
  if (a.last < b.first || b.last < a.first) return false;
  return std::any_of(
      a.processes.begin(), a.processes.end(),
      [&](const ProcessId& id) { return b.processes.contains(id); });
}

}  // namespace

std::uint64_t DrawnSource::pages() const {
  std::uint64_t sum = 0;
  for (const PageSpan& span : spans) sum += span.count;
  return sum;
}

std::size_t DrawnRegion::drawn_pages(std::uint64_t every) const {
  std::size_t most = 0;
  for (const DrawnSource* source : sources) {
    std::size_t drawn = 0;
    for (const PageSpan& span : source->spans) {
      drawn += steps_to(span.begin + span.count, every) -
               steps_to(span.begin, every);
    }
    most = std::max(most, drawn);
  }
  return most;
}

std::string DrawnRegion::states(const LookedAt& process, std::size_t look,
                                std::uint64_t every) const {
  // One that this process has; or else one of a process like this: the kernel
  // may have joined the mapping to another one here.
  const DrawnSource* chosen = nullptr;
  for (const DrawnSource* source : sources) {
    if (look < source->first || source->last < look ||
        process.image != source->image) {
      continue;
    }
    const bool has_it = source->processes.contains(process.id);
    if (chosen == nullptr || has_it) chosen = source;
    if (has_it) break;
  }
  std::string states;
  if (chosen != nullptr) {
    for (const PageSpan& span : chosen->spans) {
      add_states(process, span, every, states);
    }
  }
  states.resize(drawn_pages(every), kNotInMemory);
  return states;
}

DrawnRegions::DrawnRegions(const Recording& recording) : it_(recording) {
  const auto look =
      std::find_if(it_.looks().begin(), it_.looks().end(),
                   [](const RecordedLook& each) { return !each.tree.empty(); });
  if (look == it_.looks().end()) return;
  if (it_.drawn().empty()) {
    choose_mappings(look->tree.front());
  } else {
    add_drawn(look->tree.front());
  }
  make_regions();
}

// Extends the source that lies there since the look before, or begins one.
DrawnSource& DrawnRegions::source_at(const LookedAt& process,
                                     const LookedAtRange& range,
                                     std::size_t look) {
  for (DrawnSource& source : mappings_) {
    const bool is_there = source.image == process.image &&
                          source.last + 1 >= look && source.first <= look &&
                          source.begin() < range.end &&
                          range.begin < source.end();
    if (!is_there) continue;
    const std::uint64_t begin = std::min(range.begin, source.begin());
    const std::uint64_t end = std::max(range.end, source.end());
    source.spans = {{begin, end - begin}};
    return source;
  }
  return mappings_.emplace_back(
      DrawnSource{.name = range.name,
                  .image = process.image,
                  .spans = {{range.begin, range.end - range.begin}},
                  .first = look,
                  .shared = range.shared,
                  .processes = {}});
}

void DrawnRegions::find_mappings() {
  const std::vector<RecordedLook>& looks = it_.looks();
  for (std::size_t i = 0; i < looks.size(); ++i) {
    std::map<const DrawnSource*, std::set<pid_t>> holders;
    for (const LookedAt& process : looks[i].tree) {
      for (const LookedAtRange& range : process.ranges) {
        DrawnSource& source = source_at(process, range, i);
        source.last = i;
        source.step = std::max(source.step, range.step);
        source.processes.insert(process.id);
        const auto away = std::count(range.states->begin(), range.states->end(),
                                     kNotInMemory);
        const std::size_t present =
            range.states->size() - static_cast<std::size_t>(away);
        source.most_present =
            std::max(source.most_present, present * range.step);
        if (holders[&source].contains(process.parent)) {
          source.is_inherited = true;
        }
        holders[&source].insert(process.id.pid);
      }
    }
  }
}

// Leaves out what is small, and what only one process has ever had, unless
// that is much. Names the others.
void DrawnRegions::choose_mappings(const LookedAt& first_process) {
  find_mappings();
  const auto less = [](const DrawnSource& a, const DrawnSource& b) {
    return a.most_present < b.most_present;
  };
  const auto largest =
      std::max_element(mappings_.begin(), mappings_.end(), less);
  if (largest == mappings_.end()) return;
  const std::size_t most = largest->most_present;
  for (DrawnSource& source : mappings_) {
    const bool is_own = source.processes.size() == 1;
    if (source.is_inherited) trim(source);
    if (source.most_present < most / (is_own ? 2 : 16)) continue;
    if (source.most_present == 0) continue;
    if (source.shared) {
      source.name = "shared memory";
    } else if (source.is_inherited ||
               source.processes.contains(first_process.id)) {
      source.name = source.name == "[heap]" ? "heap" : "data";
    } else {
      source.name =
          came_by_pipe(source) ? "rebuilt from the message" : "data of its own";
    }
    sources_.push_back(source);
  }
}

// Leaves out a few pages at the ends that were never shared: the kernel has
// joined small mappings to this one.
void DrawnRegions::trim(DrawnSource& source) const {
  constexpr std::uint64_t kFew = 64;
  if (source.step > 1) return;
  const PageSpan span = source.spans.front();
  std::uint64_t begin = source.end();
  std::uint64_t end = source.begin();
  for (std::size_t i = source.first; i <= source.last; ++i) {
    for (const LookedAt& process : it_.looks()[i].tree) {
      if (process.image != source.image) continue;
      std::string states;
      add_states(process, span, 1, states);
      const std::size_t first = states.find(kSharedPage);
      if (first == std::string::npos) continue;
      begin = std::min(begin, span.begin + first);
      end = std::max(end, span.begin + states.rfind(kSharedPage) + 1);
    }
  }
  if (begin >= end) return;
  if (begin - source.begin() > kFew) begin = source.begin();
  if (source.end() - end > kFew) end = source.end();
  source.spans = {{begin, end - begin}};
}

// Whether each of its processes got as much by messages.
bool DrawnRegions::came_by_pipe(const DrawnSource& source) const {
  std::map<pid_t, Bytes> got;
  for (std::size_t i = 0; i <= source.last; ++i) {
    for (const PipeMessages& message : it_.looks()[i].messages) {
      got[message.to] += message.bytes;
    }
  }
  return std::all_of(source.processes.begin(), source.processes.end(),
                     [&](const ProcessId& id) {
                       return to_pages(got[id.pid]).size() + 1 >=
                              source.most_present;
                     });
}

bool DrawnRegions::is_drawn_anew(const DrawnPages& drawn,
                                 int experiment) const {
  return std::any_of(it_.drawn().begin(), it_.drawn().end(),
                     [&](const DrawnPages& other) {
                       return other.name == drawn.name &&
                              drawn.experiment < other.experiment &&
                              other.experiment <= experiment;
                     });
}

// The pages that the program itself has named.
void DrawnRegions::add_drawn(const LookedAt& first_process) {
  const std::vector<RecordedLook>& looks = it_.looks();
  for (const DrawnPages& drawn : it_.drawn()) {
    DrawnSource source{.name = drawn.name,
                       .image = first_process.image,
                       .spans = drawn.pages,
                       .processes = {}};
    bool found = false;
    for (std::size_t i = 0; i < looks.size(); ++i) {
      if (looks[i].experiment < drawn.experiment) continue;
      if (is_drawn_anew(drawn, looks[i].experiment)) break;
      if (!std::exchange(found, true)) source.first = i;
      source.last = i;
      for (const LookedAt& process : looks[i].tree) {
        if (process.image != source.image) continue;
        source.processes.insert(process.id);
        for (const LookedAtRange& range : process.ranges) {
          source.step = std::max(source.step, range.step);
        }
      }
    }
    if (found && !drawn.pages.empty()) sources_.push_back(std::move(source));
  }
}

// Sources of one name and size become one region, unless a process has both
// at once.
void DrawnRegions::make_regions() {
  for (const DrawnSource& source : sources_) {
    const auto fits = [&](const DrawnRegion& region) {
      return region.name == source.name && region.pages == source.pages() &&
             std::none_of(region.sources.begin(), region.sources.end(),
                          [&](const DrawnSource* other) {
                            return are_together(*other, source);
                          });
    };
    auto found = std::find_if(regions_.begin(), regions_.end(), fits);
    if (found == regions_.end()) {
      found = regions_.insert(
          regions_.end(),
          {.name = source.name, .pages = source.pages(), .sources = {}});
    }
    found->step = std::max(found->step, source.step);
    found->sources.push_back(&source);
  }
  leave_out_regions();
}

// Keeps the largest; before all others, those that were inherited.
void DrawnRegions::leave_out_regions() {
  constexpr std::size_t kMost = 12;
  const auto weight = [](const DrawnRegion& region) {
    std::pair<bool, std::size_t> most;
    for (const DrawnSource* source : region.sources) {
      most = std::max(most, {source->is_inherited, source->most_present});
    }
    return most;
  };
  const auto less = [&](const DrawnRegion& a, const DrawnRegion& b) {
    return weight(a) < weight(b);
  };
  while (regions_.size() > kMost) {
    regions_.erase(std::min_element(regions_.begin(), regions_.end(), less));
  }
}

}  // namespace cow
