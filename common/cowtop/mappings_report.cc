#include "cowtop/mappings_report.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "cow/memory/process_list.h"
#include "cow/report/table.h"
#include "cowtop/amount.h"

namespace cowtop {
namespace {

using cow::Bytes;

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

std::vector<NamedMappings> by_name(
    const std::vector<cow::MappingUsage>& mappings) {
  std::map<std::string, NamedMappings> sums;
  for (const cow::MappingUsage& mapping : mappings) {
    if (mapping.usage.rss == Bytes() && mapping.usage.swap == Bytes()) continue;
    const std::string name =
        mapping.name.empty() ? "(anonymous)" : cow::printable(mapping.name);
    NamedMappings& sum = sums[name];
    sum.name = name;
    ++sum.count;
    add(mapping.usage, sum.usage);
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
  using Align = cow::Table::Align;
  cow::Table table({Align::kRight, Align::kRight, Align::kRight, Align::kRight,
                    Align::kRight, Align::kLeft});
  table.row({"private", "RSS", "PSS", "swap", "mappings", "name"});
  cow::Usage sum;
  int count = 0;
  for (const NamedMappings& one : mappings) {
    table.row({amount(one.usage.uss()), amount(one.usage.rss),
               amount(one.usage.pss), amount(one.usage.swap),
               std::to_string(one.count), one.name});
    add(one.usage, sum);
    count += one.count;
  }
  table.row({amount(sum.uss()), amount(sum.rss), amount(sum.pss),
             amount(sum.swap), std::to_string(count), "all"});
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
  }
  return json.dump(2, ' ', false,
                   nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

}  // namespace cowtop
