#include "cow/record/recording_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace cow {
namespace {

// What stands before and behind "page" or "pages".
constexpr std::array<std::array<const char*, 2>, kPageEvents> kWords = {{
    {"", " filled"},
    {"", " became exclusive"},
    {"shared ", " mapped"},
    {"", " became shared"},
    {"", " given back"},
    {"", " swapped out"},
}};

// Shortens `common` to what a name has in common with it, in whole parts
// between commas.
void shorten(std::string& common, const std::string& name) {
  const auto [end, ignored] =
      std::mismatch(common.begin(), common.end(), name.begin(), name.end());
  if (end == common.end()) return;
  common.erase(end, common.end());
  const std::size_t comma = common.rfind(',');
  common.erase(comma == std::string::npos ? 0 : comma);
}

}  // namespace

PageEvent page_event(char before, char now) {
  switch (now) {
    case kExclusivePage:
      return before == kSharedPage ? PageEvent::kBecameExclusive
                                   : PageEvent::kFilled;
    case kSharedPage:
      return before == kExclusivePage ? PageEvent::kShared : PageEvent::kMapped;
    case kNotInMemory:
      return PageEvent::kGivenBack;
    default:
      return PageEvent::kSwapped;
  }
}

RecordingWords::RecordingWords(const Recording& recording) : it_(recording) {
  name_processes();
  name_experiments();
}

std::optional<std::size_t> RecordingWords::number_of(pid_t pid,
                                                     const Tree& tree) const {
  for (const LookedAt& process : tree) {
    if (process.id.pid == pid) return number_of(process.id);
  }
  return std::nullopt;
}

// Workers are counted anew when there were none. A process has the name of what
// it has executed last: a shell may become the program.
void RecordingWords::name_processes() {
  std::map<ProcessId, Named> last;
  std::set<ProcessId> forks;  // of what their parent is, too
  for (const RecordedLook& look : it_.looks()) {
    for (const LookedAt& process : look.tree) {
      last[process.id] = {.id = process.id, .role = process.name, .parent = {}};
      for (const LookedAt& parent : look.tree) {
        if (parent.id.pid != process.parent) continue;
        if (parent.image == process.image) {
          forks.insert(process.id);
        } else {
          forks.erase(process.id);
        }
      }
    }
  }
  int workers = 0;
  for (const RecordedLook& look : it_.looks()) {
    if (look.tree.size() <= 1) workers = 0;
    for (const LookedAt& process : look.tree) {
      if (numbers_.contains(process.id)) continue;
      Named named = last.at(process.id);
      named.parent = number_of(process.parent, look.tree);
      const auto told = it_.roles().find(process.id.pid);
      const bool is_told = told != it_.roles().end();
      if (processes_.empty()) {
        named.role = "parent";
      } else if (is_told ? told->second == "worker"
                         : forks.contains(process.id)) {
        named.role = fmt::format("worker {}", ++workers);
      } else if (is_told) {
        named.role = told->second;
      }
      numbers_[process.id] = processes_.size();
      processes_.push_back(std::move(named));
    }
  }
}

// What the names of an experiment's moments have in common: "forked once" of
// "forked once, k = 16" and "forked once, k = 64".
void RecordingWords::name_experiments() {
  std::set<std::string> all;
  for (const RecordedLook& look : it_.looks()) {
    if (look.moment.empty()) continue;
    all.insert(look.moment);
    const auto [at, is_new] =
        experiments_.try_emplace(look.experiment, look.moment);
    if (!is_new) shorten(at->second, look.moment);
  }
  if (all.size() < 2) experiments_.clear();
}

// "the parent", "worker 1 and worker 2", "4 workers".
std::string RecordingWords::list_of(const std::vector<ProcessId>& ids) const {
  std::vector<std::string> roles;
  std::size_t workers = 0;
  for (const ProcessId& id : ids) {
    const std::string& role = processes_[number_of(id)].role;
    if (role.starts_with("worker ")) ++workers;
    roles.push_back(role == "parent" ? "the parent" : role);
  }
  if (workers > 2) {
    std::erase_if(roles,
                  [](const auto& role) { return role.starts_with("worker "); });
    roles.push_back(fmt::format("{} workers", workers));
  }
  std::map<std::string, int> counts;
  for (const std::string& role : roles) ++counts[role];
  if (counts.size() < roles.size()) {
    roles.clear();
    for (const auto& [role, count] : counts) {
      roles.push_back(count == 1 ? role : fmt::format("{} × {}", count, role));
    }
  }
  if (roles.size() > 3) return fmt::format("{} processes", ids.size());
  return fmt::format("{}", fmt::join(roles, " and "));
}

std::string RecordingWords::of_processes(const Tree& now,
                                         const Tree& before) const {
  std::vector<std::string> said;
  const auto say = [&](const Tree& there, const Tree& not_there,
                       const char* what) {
    std::vector<ProcessId> ids;
    for (const LookedAt& process : there) {
      if (!find_process(not_there, process.id)) ids.push_back(process.id);
    }
    if (ids.empty()) return;
    said.push_back(fmt::format("{} {} {}", list_of(ids),
                               ids.size() == 1 ? "has" : "have", what));
  };
  say(now, before, "begun");
  say(before, now, "ended");
  return fmt::format("{}", fmt::join(said, ", "));
}

// What has happened to most pages, and in which processes.
std::string RecordingWords::of_pages(const PageEvents& pages) const {
  std::size_t most = 0;
  std::string said = "memory that is not drawn has changed";
  for (std::size_t event = 0; event < kPageEvents; ++event) {
    std::vector<ProcessId> ids;
    std::size_t sum = 0;
    for (const auto& [id, counts] : pages) {
      if (counts[event] > 0) ids.push_back(id);
      sum += counts[event];
    }
    if (sum <= most) continue;
    most = sum;
    const auto& [before, behind] = kWords[event];
    said = fmt::format("{}: {} {}page{}{}", list_of(ids),
                       grouped(static_cast<std::int64_t>(sum)), before,
                       sum == 1 ? "" : "s", behind);
  }
  return said;
}

std::string RecordingWords::without_experiment(const RecordedLook& look,
                                               const Tree& before,
                                               const PageEvents& pages) const {
  if (!look.what.empty()) return look.what;
  if (before.empty()) return "the program has begun";
  if (look.tree.empty()) return "the program has ended";
  const std::string said = of_processes(look.tree, before);
  return said.empty() ? of_pages(pages) : said;
}

std::string RecordingWords::of(const RecordedLook& look, const Tree& before,
                               const PageEvents& pages) const {
  const std::string what = without_experiment(look, before, pages);
  const auto experiment = experiments_.find(look.experiment);
  const bool has_name = experiment != experiments_.end() &&
                        !experiment->second.empty() && !look.tree.empty();
  return has_name ? experiment->second + ": " + what : what;
}

}  // namespace cow
