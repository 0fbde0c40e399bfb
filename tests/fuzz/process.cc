// What /proc says of a process and of the machine: stat, status, meminfo, the
// setting of huge pages. What was read goes through the report of a lesson:
// its JSON is one, whatever a process is called, and has the same figures. The
// two readers of stat agree, and a command line is fit for a terminal.
//
// Input: stat, status, meminfo and the setting, each up to a zero byte; all of
// it is a command line as well.
#include "cow/memory/process.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "cow/memory/environment.h"
#include "cow/memory/process_list.h"
#include "cow/report/report.h"
#include "fuzz/input.h"

namespace cow::fuzz {
namespace {

constexpr Bytes kMost{std::int64_t{1} << 60};

template <typename Value>
const Reading<Value>& checked(const Reading<Value>& reading) {
  require(bool(reading) == reading.reason().empty(),
          "an absence, and only that, has a reason");
  return reading;
}

const Reading<Bytes>& in_bounds(const Reading<Bytes>& reading) {
  if (checked(reading)) {
    require(Bytes() <= *reading && *reading <= kMost,
            "a size is within bounds");
  }
  return reading;
}

Process process_of(std::string_view stat_text, std::string_view status_text) {
  Process process;
  const Status status = parse_status(status_text);
  process.peak_rss = in_bounds(status.peak_rss);
  process.page_tables = in_bounds(status.page_tables);
  const Reading<Stat> stat = parse_stat(stat_text);
  if (!checked(stat)) return process;
  require(stat_text.find("(" + stat->command + ")") != stat_text.npos,
          "a command stands in brackets");
  process.command = stat->command;
  process.parent = stat->parent;
  process.minor_faults = stat->minor_faults;
  return process;
}

// The list of processes reads more of stat than the meter does.
void check_listed(std::string_view text, const Process& process) {
  const Reading<ListedProcess> listed = checked(parse_listed(text));
  if (!listed) return;
  require(listed->id.pid > 0, "a process has an id");
  require(listed->name == process.command, "both read the same command");
  // A line that goes on is one to the meter alone.
  if (text.substr(text.rfind(')')).find('\n') != text.npos) return;
  require(listed->parent == process.parent, "both read the same parent");
  require(listed->minor_faults == process.minor_faults,
          "both read the same page faults");
}

void check_command_line(std::string_view text) {
  const std::string line = parse_command_line(text);
  require(line.size() <= 3000, "a command line has an end");
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    require(byte >= ' ' && byte != 0x7F, "nothing steers the terminal");
  }
  require(printable(line) == line, "what is printable stays as it is");
  // Throws if it is no UTF-8.
  require(nlohmann::json::parse(nlohmann::json(line).dump()) == line,
          "a command line is text");
}

Environment environment_of(std::string_view meminfo, std::string_view setting) {
  Environment environment;
  environment.memory = in_bounds(parse_meminfo(meminfo, "MemTotal"));
  environment.swap = in_bounds(parse_meminfo(meminfo, "SwapTotal"));
  environment.available = in_bounds(parse_meminfo(meminfo, "MemAvailable"));
  environment.huge_pages = parse_bracketed(setting);
  if (checked(environment.huge_pages)) {
    require(setting.find("[" + *environment.huge_pages + "]") != setting.npos,
            "the setting stands in square brackets");
  }
  return environment;
}

void require_same(const nlohmann::json& object, const char* key,
                  const Reading<Bytes>& reading) {
  require(object.contains(key) == bool(reading), "what is absent has no entry");
  require(!reading || object.at(key) == reading->count(), "figures come back");
}

void check_report(const Process& process, const Environment& environment) {
  Result result;
  result.environment = environment;
  Moment moment;
  moment.name = "a moment";
  moment.parent = process;
  result.moments.push_back(moment);
  const auto json = nlohmann::json::parse(to_json(result));
  const nlohmann::json& written = json.at("moments").at(0).at("processes")[0];
  require(written.at("minor_faults") == process.minor_faults,
          "figures come back");
  require_same(written, "peak_rss", process.peak_rss);
  require_same(written, "page_tables", process.page_tables);
  const std::string command = written.at("command");
  require(command.empty() == process.command.empty(), "so does the command");
  require_same(json.at("environment"), "memory", environment.memory);
  require_same(json.at("environment"), "swap", environment.swap);
  require_same(json.at("environment"), "available", environment.available);
}

}  // namespace
}  // namespace cow::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace cow::fuzz;
  Input input(data, size);
  check_command_line(input.rest());
  const auto stat = input.take_until('\0');
  const auto status = input.take_until('\0');
  const auto meminfo = input.take_until('\0');
  check_listed(stat, process_of(stat, status));
  check_report(process_of(stat, status), environment_of(meminfo, input.rest()));
  return 0;
}
