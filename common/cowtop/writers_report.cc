#include "cowtop/writers_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "cow/memory/process_list.h"
#include "cow/report/table.h"
#include "cowtop/amount.h"

namespace cowtop {
namespace {

using cow::Pages;
using cow::Writer;

constexpr std::size_t kRows = 15;
constexpr std::size_t kWidth = 40;

// The last part of a path.
std::string mapping_name(const std::string& name) {
  if (name.empty()) return "anonymous";
  return cow::printable(name.substr(name.rfind('/') + 1));
}

std::string function_of(const Writer& writer) {
  if (writer.in_kernel) return "(a system call)";
  if (writer.function.empty()) return "no symbol";
  const std::string name = cow::printable(writer.function);
  return name.size() > kWidth ? name.substr(0, kWidth - 3) + "..." : name;
}

std::string place_of(const Writer& writer) {
  if (writer.in_kernel) return "kernel";
  std::string name = mapping_name(writer.file);
  if (!writer.function.empty()) return name;
  return fmt::format("{}+{:#x}", name, writer.offset);
}

std::string percent_of(Pages part, Pages all) {
  return fmt::format("{:.1f} %", 100.0 * static_cast<double>(part.count()) /
                                     static_cast<double>(all.count()));
}

std::string processes_of(const Writer& writer) {
  if (writer.processes.size() > 1) {
    return fmt::format("{} processes", writer.processes.size());
  }
  return fmt::format("PID {}", *writer.processes.begin());
}

std::vector<std::string> notes(const cow::WritersFound& found) {
  std::vector<std::string> notes;
  if (found.lost != 0) {
    notes.push_back(fmt::format(
        "{} records were lost, because they came faster than they could be "
        "read: so many faults may be missing.",
        found.lost));
  }
  if (!found.with_kernel) {
    notes.emplace_back(
        "What system calls wrote for a program, such as read(2), is not "
        "recorded: that takes root, or kernel.perf_event_paranoid at 1.");
  }
  if (!found.with_symbols) {
    notes.emplace_back(
        "This cowtop was built without libdw of elfutils, so it shows "
        "addresses in files and no names of functions.");
  } else if (std::any_of(found.writers.begin(), found.writers.end(),
                         [](const Writer& writer) {
                           return writer.function.empty() && !writer.in_kernel;
                         })) {
    notes.emplace_back(
        "No symbol: the file is stripped, and no debug file is installed for "
        "it. The address is that in the file.");
  }
  return notes;
}

}  // namespace

std::string to_table(const cow::WritersFound& found) {
  using Align = cow::Table::Align;
  cow::Table table({Align::kRight, Align::kRight, Align::kRight, Align::kLeft,
                    Align::kLeft, Align::kLeft, Align::kLeft});
  table.row({"share", "faults", "memory", "written by", "function", "in",
             "wrote to"});
  Pages left = found.inherited;
  const std::size_t shown = std::min(found.writers.size(), kRows);
  for (std::size_t i = 0; i < shown; ++i) {
    const Writer& writer = found.writers[i];
    table.row({percent_of(writer.pages, found.inherited),
               std::to_string(writer.pages.count()),
               amount(to_bytes(writer.pages)), processes_of(writer),
               function_of(writer), place_of(writer),
               mapping_name(writer.memory)});
    left = left - writer.pages;
  }
  if (left != Pages()) {
    table.row({percent_of(left, found.inherited), std::to_string(left.count()),
               amount(to_bytes(left)), "",
               fmt::format("{} more", found.writers.size() - shown)});
  }
  std::string text = shown == 0 ? "" : table.to_string("");
  text += fmt::format("First writes to inherited pages: {}, {} in all\n",
                      found.inherited.count(),
                      to_string(to_bytes(found.inherited)));
  text += fmt::format("Other page faults: {} (new memory, files)\n",
                      found.other_faults);
  text += fmt::format("Lost records: {}\n", found.lost);
  for (const std::string& note : notes(found)) text += cow::wrap(note, "");
  return text;
}

std::string to_json(const cow::WritersFound& found) {
  using Json = nlohmann::ordered_json;
  Json writers = Json::array();
  for (const Writer& writer : found.writers) {
    Json one;
    if (!writer.function.empty()) one["function"] = writer.function;
    if (!writer.in_kernel) one["mapping"] = writer.file;
    if (!writer.in_kernel && writer.function.empty()) {
      one["offset"] = writer.offset;
    }
    one["system_call"] = writer.in_kernel;
    one["memory"] = writer.memory;
    one["faults"] = writer.pages.count();
    one["bytes"] = to_bytes(writer.pages).count();
    one["pids"] = writer.processes;
    writers.push_back(std::move(one));
  }
  const Json json = {{"inherited",
                      {{"faults", found.inherited.count()},
                       {"bytes", to_bytes(found.inherited).count()}}},
                     {"other_faults", found.other_faults},
                     {"lost", found.lost},
                     {"writers", writers},
                     {"notes", notes(found)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cowtop
