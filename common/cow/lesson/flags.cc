#include "cow/lesson/flags.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>

#include "cow/lesson/command_line.h"

namespace cow {
namespace {

// The size in the course's question: an array of 100,000,000 doubles, ten
// workers.
constexpr Bytes kFullScaleData{100'000'000 * sizeof(double)};
constexpr int kFullScaleWorkers = 10;

// With less data, 1 % of it would be less than what a process takes and gives
// back by itself.
constexpr Bytes kLeastData = 4_MiB;
// Each worker takes a process and five descriptors.
constexpr int kMostWorkers = 1000;
constexpr int kMostItems = 1'000'000;

// What the user has typed.
struct Given {
  std::optional<std::string> data;
  std::optional<std::string> workers;
  std::optional<std::string> items;
  std::optional<std::string> json;
  std::optional<std::string> svg;
  std::optional<std::string> record;
  std::optional<std::string> objects;
  std::optional<std::string> share;
  std::optional<std::string> seed;
  std::optional<std::string> nodes;
  bool full_scale = false;
  bool help = false;
};

std::vector<Flag> flags_into(Given& given, const Options& options) {
  std::vector<Flag> flags{
      {"--data", "SIZE", "size of the data (64MiB)", &given.data},
      {"--workers", "N", "worker processes (4)", &given.workers},
      {"--items", "N",
       fmt::format("items to map, at least one a worker ({})",
                   4 * options.items_a_worker),
       &given.items},
      {"--full-scale", "",
       "the question's own size: 100,000,000 doubles, 10 workers",
       &given.full_scale},
      {"--json", "FILE",
       "also write the raw figures there (- : instead, to standard output)",
       &given.json},
      {"--record", "FILE",
       "also record there what happens, page by page, to be replayed",
       &given.record}};
  if (options.svg) {
    flags.push_back({"--svg", "FILE", "also draw the pages there", &given.svg});
  }
  if (options.object_size != Bytes()) {
    flags.push_back(
        {"--objects", "M",
         fmt::format("so many objects of {} each, instead of --data",
                     to_string(options.object_size)),
         &given.objects});
  }
  if (options.share != 0) {
    flags.push_back({"--share", "Q",
                     fmt::format("share of the objects that a worker reads "
                                 "({})",
                                 options.share),
                     &given.share});
    flags.push_back(
        {"--seed", "S", "which objects these are (1)", &given.seed});
  }
  if (options.nodes != 0) {
    flags.push_back(
        {"--nodes", "K",
         fmt::format("nodes, at most one a worker ({})", options.nodes),
         &given.nodes});
  }
  flags.push_back({"--help", "", "print this and exit", &given.help});
  return flags;
}

int parse_number(const std::string& flag, const std::string& text, int least,
                 int most) {
  int number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end || number < least ||
      number > most) {
    throw BadUsage(fmt::format("{} {}: expected a whole number from {} to {}",
                               flag, text, least, most));
  }
  return number;
}

double parse_share(const std::string& flag, const std::string& text) {
  double share = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, share);
  if (error != std::errc() || stopped != end || !(share > 0 && share < 1)) {
    throw BadUsage(fmt::format(
        "{} {}: expected a number above 0 and below 1, such as 0.01", flag,
        text));
  }
  return share;
}

// The data that --objects asks for.
Bytes data_of_objects(const Given& given, Bytes each) {
  if (given.data || given.full_scale) {
    throw BadUsage(
        "--objects says how much data there is: give it without --data and "
        "--full-scale");
  }
  constexpr int kMostObjects = 1'000'000'000;
  const auto least = static_cast<int>(kLeastData.count() / each.count());
  return each * parse_number("--objects", *given.objects, least, kMostObjects);
}

// The number of bytes of a unit: "", "B", "k", "MB", "Gi", "TiB" in upper or
// lower case, perhaps between spaces; 0 if it is no unit.
double factor_of(std::string unit) {
  constexpr const char* kSpaces = " \t\n";
  unit.erase(0, unit.find_first_not_of(kSpaces));
  unit.erase(unit.find_last_not_of(kSpaces) + 1);
  for (char& c : unit) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  if (unit.empty() || unit == "b") return 1;
  const std::size_t power = std::string("kmgtpe").find(unit[0]) + 1;
  const std::string ending = unit.substr(1);
  const bool is_binary = ending == "i" || ending == "ib";
  if (power == 0 || !(is_binary || ending.empty() || ending == "b")) return 0;
  return std::pow(is_binary ? 1024 : 1000, static_cast<double>(power));
}

}  // namespace

Bytes parse_size(const std::string& flag, const std::string& text,
                 Bytes least) {
  constexpr double kMost = 0x1p62;
  const std::size_t unit_at =
      std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string number_text = text.substr(0, unit_at);
  const double factor = factor_of(text.substr(unit_at));
  double number = 0;
  const char* end = number_text.data() + number_text.size();
  const auto [stopped, error] = std::from_chars(number_text.data(), end, number,
                                                std::chars_format::fixed);
  const double bytes = number * factor;
  if (error != std::errc() || stopped != end || factor == 0 ||
      !(bytes <= kMost) || bytes < static_cast<double>(least.count())) {
    throw BadUsage(
        fmt::format("{} {}: expected a size of at least {}, such as 64MiB",
                    flag, text, to_string(least)));
  }
  return Bytes(static_cast<std::int64_t>(bytes));
}

Flags parse_flags(const std::vector<std::string>& arguments,
                  const Options& options) {
  Given given;
  parse_command_line(flags_into(given, options), arguments);

  Flags flags;
  flags.help = given.help;
  flags.json = given.json.value_or("");
  flags.svg = given.svg.value_or("");
  flags.record = given.record.value_or("");
  if (given.full_scale) {
    flags.data = kFullScaleData;
    flags.workers = kFullScaleWorkers;
  }
  if (given.data) {
    flags.data = parse_size("--data", *given.data, kLeastData);
  }
  if (given.objects) flags.data = data_of_objects(given, options.object_size);
  if (given.workers) {
    flags.workers = parse_number("--workers", *given.workers, 1, kMostWorkers);
  }
  flags.items = flags.workers * options.items_a_worker;
  if (given.items) {
    flags.items =
        parse_number("--items", *given.items, flags.workers, kMostItems);
  }
  flags.share =
      given.share ? parse_share("--share", *given.share) : options.share;
  if (given.seed) {
    flags.seed = parse_number("--seed", *given.seed, 0, kMostItems);
  }
  flags.nodes = std::min(options.nodes, flags.workers);
  if (given.nodes) {
    flags.nodes = parse_number("--nodes", *given.nodes, 1, flags.workers);
  }
  return flags;
}

std::string help_text(const std::string& program, const Options& options) {
  Given given;
  return list_flags(flags_into(given, options),
                    "Usage: " + program + " [OPTIONS]\n");
}

}  // namespace cow
