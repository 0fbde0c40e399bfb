#include "cow/lesson/recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "cow/lesson/formula.h"

namespace cow {
namespace {

using Json = nlohmann::ordered_json;

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

// Pages that are drawn together, where they are in one kind of process.
struct Source {
  std::string name;
  Image image;
  std::vector<PageSpan> spans;
  std::size_t first = 0;  // look
  std::size_t last = 0;   // look
  bool shared = false;
  std::set<ProcessId> processes;
  bool is_inherited = false;     // several processes have had it at once
  std::size_t most_present = 0;  // pages
  std::uint64_t step = 1;
  std::size_t region = 0;

  std::uint64_t begin() const { return spans.front().begin; }
  std::uint64_t end() const { return begin() + spans.front().count; }
  std::uint64_t pages() const {
    std::uint64_t sum = 0;
    for (const PageSpan& span : spans) sum += span.count;
    return sum;
  }
};

// What can happen to a page, as kind_of() numbers it.
constexpr std::array kKinds = {"pages filled",        "pages became exclusive",
                               "shared pages mapped", "pages became shared",
                               "pages given back",    "pages swapped out"};
using Changes = std::map<ProcessId, std::array<std::size_t, kKinds.size()>>;

std::size_t kind_of(char before, char now) {
  switch (now) {
    case kExclusivePage:
      return before == kSharedPage ? 1 : 0;
    case kSharedPage:
      return before == kExclusivePage ? 3 : 2;
    case kNotInMemory:
      return 4;
    default:
      return 5;
  }
}

// Makes the text of a recording.
class RecordingWriter {
 public:
  explicit RecordingWriter(const Recording& recording) : it_(recording) {
    list_processes();
    name_experiments();
    find_sources();
    make_regions();
  }

  std::string write(const std::string& report) const {
    std::string text;
    for (std::uint64_t thinner = 1;; thinner *= 2) {
      text = write(report, thinner);
      if (text.size() <= Recording::kMostBytes + report.size() ||
          thinner == 64) {
        return text;
      }
    }
  }

 private:
  struct Named {
    ProcessId id;
    Image image;
    std::string role;
    std::optional<std::size_t> parent;
  };
  struct Region {
    std::string name;
    std::uint64_t pages = 0;
    std::uint64_t step = 1;
    std::vector<const Source*> sources;
  };

  std::size_t number_of(const ProcessId& id) const { return numbers_.at(id); }

  std::optional<std::size_t> number_of(pid_t pid, const Tree& tree) const {
    for (const LookedAt& process : tree) {
      if (process.id.pid == pid) return number_of(process.id);
    }
    return std::nullopt;
  }

  // Workers are counted anew when there were none.
  void list_processes() {
    int workers = 0;
    for (const RecordedLook& look : it_.looks_) {
      if (look.tree.size() <= 1) workers = 0;
      for (const LookedAt& process : look.tree) {
        if (numbers_.contains(process.id)) continue;
        Named named{.id = process.id,
                    .image = process.image,
                    .role = process.name,
                    .parent = number_of(process.parent, look.tree)};
        const auto told = it_.roles_.find(process.id.pid);
        const bool is_fork =
            named.parent && processes_[*named.parent].image == process.image;
        if (processes_.empty()) {
          named.role = "parent";
        } else if (told != it_.roles_.end() ? told->second == "worker"
                                            : is_fork) {
          named.role = fmt::format("worker {}", ++workers);
        } else if (told != it_.roles_.end()) {
          named.role = told->second;
        }
        numbers_[process.id] = processes_.size();
        processes_.push_back(std::move(named));
      }
    }
  }

  // What the names of an experiment's moments have in common: "forked once" of
  // "forked once, k = 16" and "forked once, k = 64".
  void name_experiments() {
    std::map<int, std::vector<std::string>> moments;
    std::set<std::string> all;
    for (const RecordedLook& look : it_.looks_) {
      if (look.moment.empty()) continue;
      moments[look.experiment].push_back(look.moment);
      all.insert(look.moment);
    }
    if (all.size() < 2) return;
    for (const auto& [experiment, names] : moments) {
      std::string common = names.front();
      for (const std::string& name : names) {
        const auto [end, ignored] = std::mismatch(common.begin(), common.end(),
                                                  name.begin(), name.end());
        if (end != common.end()) {
          common.erase(end, common.end());
          common.erase(std::min(common.size(), common.rfind(',')));
        }
      }
      experiments_[experiment] = common;
    }
  }

  // Extends the source that lies there since the look before, or begins one.
  Source& source_at(const LookedAt& process, const LookedAtRange& range,
                    std::size_t look) {
    Source* found = nullptr;
    for (Source& source : mappings_) {
      const bool is_there = source.image == process.image &&
                            source.last + 1 >= look && source.first <= look &&
                            source.begin() < range.end &&
                            range.begin < source.end();
      if (!is_there) continue;
      const std::uint64_t begin = std::min(range.begin, source.begin());
      const std::uint64_t end = std::max(range.end, source.end());
      source.spans = {{begin, end - begin}};
      found = &source;
      break;
    }
    if (found == nullptr) {
      found = &mappings_.emplace_back();
      found->name = range.name;
      found->image = process.image;
      found->spans = {{range.begin, range.end - range.begin}};
      found->first = look;
      found->shared = range.shared;
    }
    return *found;
  }

  void find_sources() {
    for (std::size_t i = 0; i < it_.looks_.size(); ++i) {
      std::map<const Source*, std::set<pid_t>> holders;
      for (const LookedAt& process : it_.looks_[i].tree) {
        for (const LookedAtRange& range : process.ranges) {
          Source& source = source_at(process, range, i);
          source.last = i;
          source.step = std::max(source.step, range.step);
          source.processes.insert(process.id);
          const auto away = std::count(range.states->begin(),
                                       range.states->end(), kNotInMemory);
          source.most_present =
              std::max(source.most_present,
                       (range.states->size() - static_cast<std::size_t>(away)) *
                           range.step);
          if (holders[&source].contains(process.parent)) {
            source.is_inherited = true;
          }
          holders[&source].insert(process.id.pid);
        }
      }
    }
    if (it_.drawn_.empty()) {
      choose_mappings();
    } else {
      add_drawn();
    }
  }

  bool is_first(const ProcessId& id) const { return number_of(id) == 0; }

  // Leaves out what is small, and what only one process has ever had, unless
  // that is much. Names the others.
  void choose_mappings() {
    std::size_t most = 0;
    for (const Source& source : mappings_) {
      most = std::max(most, source.most_present);
    }
    for (Source& source : mappings_) {
      const bool is_own = source.processes.size() == 1;
      if (source.is_inherited) trim(source);
      if (source.most_present < most / (is_own ? 2 : 16)) continue;
      if (source.most_present == 0) continue;
      const bool in_first =
          std::any_of(source.processes.begin(), source.processes.end(),
                      [&](const auto& id) { return is_first(id); });
      const bool is_heap = source.name == "[heap]";
      if (source.shared) {
        source.name = "shared memory";
      } else if (in_first || source.is_inherited) {
        source.name = is_heap ? "heap" : "data";
      } else {
        source.name = came_by_pipe(source) ? "rebuilt from the message"
                                           : "made by the worker";
      }
      sources_.push_back(source);
    }
    constexpr std::size_t kMost = 12;
    while (sources_.size() > kMost) {
      sources_.erase(std::min_element(sources_.begin(), sources_.end(),
                                      [](const auto& a, const auto& b) {
                                        return a.most_present < b.most_present;
                                      }));
    }
  }

  // Leaves out a few pages at the ends that were never shared: the kernel has
  // joined small mappings to this one.
  void trim(Source& source) const {
    constexpr std::uint64_t kFew = 64;
    if (source.step > 1) return;
    const PageSpan span = source.spans.front();
    std::uint64_t begin = source.end();
    std::uint64_t end = source.begin();
    for (std::size_t i = source.first; i <= source.last; ++i) {
      for (const LookedAt& process : it_.looks_[i].tree) {
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
  bool came_by_pipe(const Source& source) const {
    std::map<pid_t, Bytes> got;
    for (std::size_t i = 0; i <= source.last; ++i) {
      for (const PipeMessages& message : it_.looks_[i].messages) {
        got[message.to] += message.bytes;
      }
    }
    return std::all_of(source.processes.begin(), source.processes.end(),
                       [&](const ProcessId& id) {
                         return to_pages(got[id.pid]).size() + 1 >=
                                source.most_present;
                       });
  }

  bool is_drawn_anew(const Recording::DrawnPages& drawn, int experiment) const {
    return std::any_of(it_.drawn_.begin(), it_.drawn_.end(),
                       [&](const Recording::DrawnPages& other) {
                         return other.name == drawn.name &&
                                drawn.experiment < other.experiment &&
                                other.experiment <= experiment;
                       });
  }

  void add_drawn() {
    for (const Recording::DrawnPages& drawn : it_.drawn_) {
      Source source{.name = drawn.name,
                    .image = processes_.empty() ? Image() : processes_[0].image,
                    .spans = drawn.pages,
                    .processes = {}};
      bool found = false;
      for (std::size_t i = 0; i < it_.looks_.size(); ++i) {
        const RecordedLook& look = it_.looks_[i];
        if (look.experiment < drawn.experiment) continue;
        if (is_drawn_anew(drawn, look.experiment)) break;
        if (!std::exchange(found, true)) source.first = i;
        source.last = i;
        for (const LookedAt& process : look.tree) {
          if (process.image != source.image) continue;
          source.processes.insert(process.id);
          for (const LookedAtRange& range : process.ranges) {
            source.step = std::max(source.step, range.step);
          }
        }
      }
      if (!found || drawn.pages.empty()) continue;
      sources_.push_back(std::move(source));
    }
  }

  static bool are_together(const Source& a, const Source& b) {
    if (a.last < b.first || b.last < a.first) return false;
    return std::any_of(
        a.processes.begin(), a.processes.end(),
        [&](const ProcessId& id) { return b.processes.contains(id); });
  }

  // Sources of one name and size become one region, unless a process has both
  // at once.
  void make_regions() {
    for (Source& source : sources_) {
      const auto fits = [&](const Region& region) {
        return region.name == source.name && region.pages == source.pages() &&
               std::none_of(region.sources.begin(), region.sources.end(),
                            [&](const Source* other) {
                              return are_together(*other, source);
                            });
      };
      auto found = std::find_if(regions_.begin(), regions_.end(), fits);
      if (found == regions_.end()) {
        found = regions_.insert(regions_.end(), Region{.name = source.name,
                                                       .pages = source.pages(),
                                                       .sources = {}});
      }
      found->step = std::max(found->step, source.step);
      found->sources.push_back(&source);
    }
  }

  // The states of the region's drawn pages in a process.
  std::string states_of(const LookedAt& process, const Region& region,
                        std::size_t look, std::uint64_t step) const {
    std::string states;
    for (const Source* source : region.sources) {
      if (look < source->first || source->last < look ||
          process.image != source->image) {
        continue;
      }
      for (const PageSpan& span : source->spans) {
        add_states(process, span, step, states);
      }
      break;
    }
    states.resize(drawn_pages(region, step), kNotInMemory);
    return states;
  }

  static void add_states(const LookedAt& process, const PageSpan& span,
                         std::uint64_t step, std::string& states) {
    std::uint64_t page = (span.begin + step - 1) / step * step;
    const std::uint64_t end = span.begin + span.count;
    for (const LookedAtRange& range : process.ranges) {
      if (range.end <= page) continue;
      const std::uint64_t first =
          (range.begin + range.step - 1) / range.step * range.step;
      // What of the range was not kept counts as not in memory, too.
      for (; page < std::min(end, first); page += step) {
        states += kNotInMemory;
      }
      for (; page < std::min(end, range.end); page += step) {
        states += (*range.states)[(page - first) / range.step];
      }
      if (page >= end) return;
    }
    for (; page < end; page += step) states += kNotInMemory;
  }

  static std::size_t drawn_pages(const Region& region, std::uint64_t step) {
    std::size_t most = 0;
    for (const Source* source : region.sources) {
      std::size_t pages = 0;
      for (const PageSpan& span : source->spans) {
        const auto up = [&](std::uint64_t n) { return (n + step - 1) / step; };
        pages += up(span.begin + span.count) - up(span.begin);
      }
      most = std::max(most, pages);
    }
    return most;
  }

  // "the parent", "worker 1 and worker 2", "4 workers".
  std::string list_of(const std::vector<ProcessId>& ids) const {
    std::vector<std::string> roles;
    std::size_t workers = 0;
    for (const ProcessId& id : ids) {
      const std::string& role = processes_[number_of(id)].role;
      if (role.starts_with("worker ")) ++workers;
      roles.push_back(role == "parent" ? "the parent" : role);
    }
    if (workers > 2) {
      std::erase_if(
          roles, [](const auto& role) { return role.starts_with("worker "); });
      roles.push_back(fmt::format("{} workers", workers));
    }
    if (roles.size() > 3) return fmt::format("{} processes", ids.size());
    return fmt::format("{}", fmt::join(roles, " and "));
  }

  std::string describe_processes(const Tree& now, const Tree& before) const {
    std::vector<ProcessId> begun;
    std::vector<ProcessId> ended;
    for (const LookedAt& process : now) {
      if (!find_process(before, process.id)) begun.push_back(process.id);
    }
    for (const LookedAt& process : before) {
      if (!find_process(now, process.id)) ended.push_back(process.id);
    }
    std::vector<std::string> said;
    const auto say = [&](const std::vector<ProcessId>& ids, const char* what) {
      if (ids.empty()) return;
      said.push_back(fmt::format("{} {} {}", list_of(ids),
                                 ids.size() == 1 ? "has" : "have", what));
    };
    say(begun, "begun");
    say(ended, "ended");
    return fmt::format("{}", fmt::join(said, ", "));
  }

  // What has happened to most pages, and in which processes.
  std::string describe_pages(const Changes& changes) const {
    std::size_t most = 0;
    std::string said = "memory that is not drawn has changed";
    for (std::size_t kind = 0; kind < kKinds.size(); ++kind) {
      std::vector<ProcessId> ids;
      std::size_t sum = 0;
      for (const auto& [id, counts] : changes) {
        if (counts[kind] > 0) ids.push_back(id);
        sum += counts[kind];
      }
      if (sum <= most) continue;
      most = sum;
      said =
          fmt::format("{}: {} {}", list_of(ids),
                      to_string(static_cast<std::int64_t>(sum), Unit::kCount),
                      kKinds[kind]);
    }
    return said;
  }

  std::string describe(const RecordedLook& look, const Tree& before,
                       const Changes& changes) const {
    if (!look.what.empty()) return look.what;
    if (before.empty()) return "the program has begun";
    if (look.tree.empty()) return "the program has ended";
    const std::string said = describe_processes(look.tree, before);
    return said.empty() ? describe_pages(changes) : said;
  }

  Json messages_json(const RecordedLook& look, const Tree& before) const {
    Json messages = Json::array();
    const auto number = [&](pid_t pid) {
      const auto now = number_of(pid, look.tree);
      return now ? now : number_of(pid, before);
    };
    for (const PipeMessages& message : look.messages) {
      const auto from = number(message.from);
      const auto to = number(message.to);
      if (!from || !to) continue;
      messages.push_back({{"from", *from},
                          {"to", *to},
                          {"bytes", message.bytes.count()},
                          {"count", message.count}});
    }
    return messages;
  }

  // The pages that differ, as runs; counts what they became.
  static Json runs_of(const std::string& before, const std::string& now,
                      std::uint64_t step, Changes::mapped_type& counts) {
    Json runs = Json::array();
    for (std::size_t i = 0; i < now.size();) {
      if (now[i] == before[i]) {
        ++i;
        continue;
      }
      const std::size_t first = i;
      for (; i < now.size() && now[i] == now[first] && now[i] != before[i];
           ++i) {
        counts[kind_of(before[i], now[i])] += step;
      }
      runs.push_back({first, i - first, std::string(1, now[first])});
    }
    return runs;
  }

  std::string write(const std::string& report, std::uint64_t thinner) const {
    std::map<std::pair<std::size_t, std::size_t>, std::string> states;
    std::string events;
    const Tree none;
    const Tree* shown = &none;  // the look of the event before
    for (std::size_t i = 0; i < it_.looks_.size(); ++i) {
      const RecordedLook& look = it_.looks_[i];
      const Tree& before = *shown;
      Json figures = Json::array();
      Json pages = Json::array();
      Changes changes;
      for (const LookedAt& process : look.tree) {
        const std::size_t number = number_of(process.id);
        figures.push_back({{"process", number},
                           {"rss", process.rss.count()},
                           {"pss", process.pss.count()},
                           {"uss", process.uss.count()}});
        for (std::size_t r = 0; r < regions_.size(); ++r) {
          const std::uint64_t step = regions_[r].step * thinner;
          std::string now = states_of(process, regions_[r], i, step);
          std::string& old = states[{number, r}];
          old.resize(now.size(), kNotInMemory);
          Json runs = runs_of(old, now, step, changes[process.id]);
          old = std::move(now);
          if (runs.empty()) continue;
          pages.push_back(
              {{"process", number}, {"region", r}, {"runs", std::move(runs)}});
        }
      }
      Json messages = messages_json(look, before);
      if (!look.is_kept && i > 0 && pages.empty() && messages.empty() &&
          describe_processes(look.tree, before).empty()) {
        continue;
      }
      shown = &look.tree;
      Json event;
      event["time"] = std::round(look.time * 1e4) / 1e4;
      std::string what = describe(look, before, changes);
      const auto experiment = experiments_.find(look.experiment);
      if (experiment != experiments_.end() && !look.tree.empty()) {
        what = experiment->second + ": " + what;
      }
      event["what"] = std::move(what);
      if (!look.moment.empty()) event["moment"] = look.moment;
      if (look.running) event["running"] = true;
      if (!messages.empty()) event["messages"] = std::move(messages);
      event["figures"] = std::move(figures);
      event["pages"] = std::move(pages);
      events += (events.empty() ? "\n" : ",\n") + dump(event);
    }
    std::string text = "{\"format\":\"cowpool recording\",\"version\":1,";
    text += fmt::format("\"program\":{},\"page_size\":{},\n",
                        dump(Json(it_.program_)), page_size().count());
    text += "\"processes\":" + dump(processes_json()) + ",\n";
    text += "\"regions\":" + dump(regions_json(thinner)) + ",\n";
    text += "\"events\":[" + events + "\n]";
    if (!report.empty()) text += ",\n\"report\":" + dump(Json::parse(report));
    return text + "}\n";
  }

  static std::string dump(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  Json processes_json() const {
    Json processes = Json::array();
    for (const Named& named : processes_) {
      Json process = {{"role", named.role}, {"pid", named.id.pid}};
      if (named.parent) process["parent"] = *named.parent;
      processes.push_back(std::move(process));
    }
    return processes;
  }

  Json regions_json(std::uint64_t thinner) const {
    Json regions = Json::array();
    for (const Region& region : regions_) {
      const std::uint64_t step = region.step * thinner;
      Json drawn = {{"name", region.name},
                    {"pages", drawn_pages(region, step)}};
      if (step > 1) drawn["every"] = step;
      regions.push_back(std::move(drawn));
    }
    return regions;
  }

  const Recording& it_;
  std::vector<Named> processes_;
  std::map<ProcessId, std::size_t> numbers_;
  std::map<int, std::string> experiments_;
  std::deque<Source> mappings_;  // all that were seen
  std::vector<Source> sources_;  // those that are drawn
  std::vector<Region> regions_;
};

std::string Recording::to_json(const std::string& report) const {
  Recording thinned = *this;
  thinned.thin_out(kMostLooks);
  thinned.leave_out_processes();
  thinned.spread_messages();
  return RecordingWriter(thinned).write(report);
}

}  // namespace cow
