#include "cowtop/mappings_report.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "cow/memory/process_list.h"
#include "cow/report/table.h"
#include "cowtop/amount.h"
#include "cowtop/tree.h"

namespace cowtop {
namespace {

using cow::Bytes;

// What others have, too; inherited and then written; made after the fork.
Bytes shared_of(const Comparison& pages) {
  return pages.shared + pages.shared_memory;
}
Bytes copied_of(const Comparison& pages) { return pages.copied + pages.left; }
Bytes own_of(const Comparison& pages) { return pages.own + pages.lone_memory; }

Bytes undecided_of(const Comparison& pages) { return pages.undecided; }

void add(const cow::Usage& usage, cow::Usage& sum) {
  for (const auto field :
       {&cow::Usage::rss, &cow::Usage::pss, &cow::Usage::shared_clean,
        &cow::Usage::shared_dirty, &cow::Usage::private_clean,
        &cow::Usage::private_dirty, &cow::Usage::anonymous, &cow::Usage::swap,
        &cow::Usage::swap_pss}) {
    sum.*field += usage.*field;
  }
}

}  // namespace

MappedPages read_mapped_pages(pid_t pid, cow::Bytes rss) {
  const auto kin = kin_of(pid, cow::list_processes());
  if (!kin) return {};
  const auto states = read_page_states(pid, rss, false);
  const auto theirs = read_page_states(kin->relative.id.pid,
                                       to_bytes(kin->relative.rss), false);
  if (!states || !theirs) return {};
  const auto pages = compare_ranges(
      *states, *theirs,
      kin->is_worker() ? Relative::kAncestor : Relative::kSibling);
  MappedPages origins;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    origins[states->ranges[i].begin] = pages[i];
  }
  return origins;
}

std::vector<NamedMappings> by_name(
    const std::vector<cow::MappingUsage>& mappings,
    const MappedPages& origins) {
  std::map<std::string, NamedMappings> sums;
  for (const cow::MappingUsage& mapping : mappings) {
    if (mapping.usage.rss == Bytes() && mapping.usage.swap == Bytes()) continue;
    const std::string name =
        mapping.name.empty() ? "(anonymous)" : cow::printable(mapping.name);
    NamedMappings& sum = sums[name];
    sum.name = name;
    ++sum.count;
    add(mapping.usage, sum.usage);
    const auto origin = origins.find(mapping.begin);
    if (origin == origins.end()) continue;
    if (!sum.pages) sum.pages.emplace();
    *sum.pages += origin->second;
  }
  std::vector<NamedMappings> sorted;
  sorted.reserve(sums.size());
  for (auto& [name, sum] : sums) sorted.push_back(std::move(sum));
  std::sort(sorted.begin(), sorted.end(),
            [](const NamedMappings& a, const NamedMappings& b) {
              return std::tuple(b.usage.uss(), b.usage.rss, a.name) <
                     std::tuple(a.usage.uss(), a.usage.rss, b.name);
            });
  return sorted;
}

std::string to_table(const std::vector<NamedMappings>& mappings) {
  NamedMappings all;
  all.name = "all";
  for (const NamedMappings& one : mappings) {
    add(one.usage, all.usage);
    all.count += one.count;
    if (!one.pages) continue;
    if (!all.pages) all.pages.emplace();
    *all.pages += *one.pages;
  }
  std::vector<std::string> titles = {"private",  "shared", "copied", "own",
                                     "unclear",  "RSS",    "PSS",    "swap",
                                     "mappings", "name"};
  std::vector<cow::Table::Align> columns(titles.size(),
                                         cow::Table::Align::kRight);
  columns.back() = cow::Table::Align::kLeft;
  cow::Table table(columns);
  table.row(std::move(titles));
  const auto add_row = [&](const NamedMappings& one) {
    std::vector<std::string> cells = {amount(one.usage.uss())};
    for (const auto of : {shared_of, copied_of, own_of, undecided_of}) {
      cells.push_back(one.pages ? amount(of(*one.pages)) : "-");
    }
    cells.insert(cells.end(),
                 {amount(one.usage.rss), amount(one.usage.pss),
                  amount(one.usage.swap), std::to_string(one.count), one.name});
    table.row(std::move(cells));
  };
  for (const NamedMappings& one : mappings) add_row(one);
  add_row(all);
  return table.to_string("");
}

std::string to_json(pid_t pid, const std::vector<NamedMappings>& mappings) {
  nlohmann::ordered_json json = {{"pid", pid},
                                 {"mappings", nlohmann::ordered_json::array()}};
  for (const NamedMappings& one : mappings) {
    json["mappings"].push_back({{"name", one.name},
                                {"count", one.count},
                                {"rss", one.usage.rss.count()},
                                {"pss", one.usage.pss.count()},
                                {"uss", one.usage.uss().count()},
                                {"anonymous", one.usage.anonymous.count()},
                                {"swap", one.usage.swap.count()}});
    if (!one.pages) continue;
    json["mappings"].back().update(
        {{"shared", shared_of(*one.pages).count()},
         {"copied", copied_of(*one.pages).count()},
         {"own", own_of(*one.pages).count()},
         {"undecided", undecided_of(*one.pages).count()}});
  }
  return json.dump(2, ' ', false,
                   nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

}  // namespace cowtop
