#include "cowtop/mappings_report.h"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

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
Bytes own_of(const Comparison& pages) {
  return pages.own + pages.lone_memory + pages.written_files;
}

Bytes undecided_of(const Comparison& pages) { return pages.undecided; }

template <Bytes (*kOf)(const Comparison&)>
std::string of_pages(const NamedMappings& sum) {
  return sum.pages ? amount(kOf(*sum.pages)) : "-";
}

template <Bytes cow::Usage::*kField>
std::string of_usage(const NamedMappings& sum) {
  return amount(sum.usage.*kField);
}

std::string private_of(const NamedMappings& sum) {
  return amount(sum.usage.uss());
}
std::string count_of(const NamedMappings& sum) {
  return std::to_string(sum.count);
}

constexpr std::array<MappingColumn, 9> kMappingColumns = {
    {{"private", private_of},
     {"shared", of_pages<shared_of>},
     {"copied", of_pages<copied_of>},
     {"own", of_pages<own_of>},
     {"unclear", of_pages<undecided_of>},
     {"RSS", of_usage<&cow::Usage::rss>},
     {"PSS", of_usage<&cow::Usage::pss>},
     {"swap", of_usage<&cow::Usage::swap>},
     {"mappings", count_of}}};

void add(const cow::Usage& usage, cow::Usage& sum) {
  for (const auto field :
       {&cow::Usage::rss, &cow::Usage::pss, &cow::Usage::shared_clean,
        &cow::Usage::shared_dirty, &cow::Usage::private_clean,
        &cow::Usage::private_dirty, &cow::Usage::anonymous, &cow::Usage::swap,
        &cow::Usage::swap_pss}) {
    sum.*field += usage.*field;
  }
}

// Empty if there is nothing to compare with.
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

}  // namespace

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

cow::Reading<std::vector<NamedMappings>> read_named_mappings(pid_t pid) {
  const auto mappings = cow::read_mappings(pid);
  if (!mappings) return cow::Absent{mappings.reason()};
  Bytes rss;
  for (const cow::MappingUsage& mapping : *mappings) rss += mapping.usage.rss;
  return by_name(*mappings, read_mapped_pages(pid, rss));
}

std::span<const MappingColumn> mapping_columns() { return kMappingColumns; }

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
  std::vector<cow::Table::Align> aligns(kMappingColumns.size(),
                                        cow::Table::Align::kRight);
  aligns.push_back(cow::Table::Align::kLeft);
  cow::Table table(std::move(aligns));
  std::vector<std::string> titles;
  for (const MappingColumn& column : kMappingColumns) {
    titles.emplace_back(column.title);
  }
  titles.emplace_back("name");
  table.row(std::move(titles));
  const auto add_row = [&](const NamedMappings& one) {
    std::vector<std::string> cells;
    for (const MappingColumn& column : kMappingColumns) {
      cells.push_back(column.text(one));
    }
    cells.push_back(one.name);
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
