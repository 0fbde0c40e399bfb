// The one translation unit that includes CLI11, which is slow to compile.
#include "cow/lesson/flags.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>
#include <charconv>
#include <optional>
#include <string>

namespace cow {
namespace {

// The question's own size: an array of 100,000,000 doubles, ten workers.
constexpr Bytes kFullScaleData{100'000'000 * sizeof(double)};
constexpr int kFullScaleWorkers = 10;

// Of less data than this, 1 % disappears behind the pages that a process takes
// and gives back by itself.
constexpr Bytes kLeastData = 4_MiB;
// Each worker takes a process and five descriptors.
constexpr int kMostWorkers = 1000;
constexpr int kMostItems = 1'000'000;

// What the user typed, before it is understood.
struct Given {
  std::optional<std::string> data;
  std::optional<std::string> workers;
  std::optional<std::string> items;
  std::optional<std::string> json;
  std::optional<std::string> svg;
  std::optional<std::string> objects;
  bool full_scale = false;
  bool help = false;
};

void declare(CLI::App& app, Given& given, const Options& options) {
  app.set_help_flag();  // --help is one of ours, so that nothing is printed
                        // here
  app.add_option("--data", given.data, "size of the data (64MiB)")
      ->type_name("SIZE");
  app.add_option("--workers", given.workers, "worker processes (4)")
      ->type_name("N");
  app.add_option("--items", given.items,
                 fmt::format("items to map, at least one a worker ({})",
                             4 * options.items_a_worker))
      ->type_name("N");
  app.add_flag("--full-scale", given.full_scale,
               "the question's own size: 100,000,000 doubles, 10 workers");
  app.add_option("--json", given.json,
                 "also write the raw figures there (- : instead, to standard "
                 "output)")
      ->type_name("FILE");
  if (options.svg) {
    app.add_option("--svg", given.svg, "also draw the pages there")
        ->type_name("FILE");
  }
  if (options.object_size != Bytes()) {
    app.add_option("--objects", given.objects,
                   fmt::format("so many objects of {} each, instead of --data",
                               to_string(options.object_size)))
        ->type_name("M");
  }
  app.add_flag("--help", given.help, "print this and exit");
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

}  // namespace

Bytes parse_size(const std::string& flag, const std::string& text,
                 Bytes least) {
  constexpr double kMost = 0x1p62;
  std::string number_text = text;
  double factor = 1;
  const std::size_t unit_at = text.find_first_not_of("0123456789.");
  if (unit_at != text.npos && unit_at > 0) {
    // CLI11 knows the units; it is asked for one of them, because it takes no
    // fraction before a unit.
    try {
      std::string one = "1" + text.substr(unit_at);
      CLI::AsSizeValue(/*kb_is_1000=*/true)(one);  // becomes a plain number
      factor = std::stod(one);
      number_text = text.substr(0, unit_at);
    } catch (const CLI::Error&) {
      // No unit of CLI11's: then the whole is no number either, see below.
    }
  }
  double number = 0;
  const char* end = number_text.data() + number_text.size();
  const auto [stopped, error] = std::from_chars(number_text.data(), end, number,
                                                std::chars_format::fixed);
  const double bytes = number * factor;
  if (error != std::errc() || stopped != end || !(bytes <= kMost) ||
      bytes < static_cast<double>(least.count())) {
    throw BadUsage(
        fmt::format("{} {}: expected a size of at least {}, such as 64MiB",
                    flag, text, to_string(least)));
  }
  return Bytes(static_cast<std::int64_t>(bytes));
}

Flags parse_flags(const std::vector<std::string>& arguments,
                  const Options& options) {
  CLI::App app;
  Given given;
  declare(app, given, options);
  try {
    // CLI11 takes them from the back.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ExtrasError&) {
    throw BadUsage(fmt::format("{}: no such flag; --help lists those there are",
                               fmt::join(app.remaining(), " ")));
  } catch (const CLI::Error& error) {
    throw BadUsage(std::string(error.what()) + "; --help lists all flags");
  }

  Flags flags;
  flags.help = given.help;
  flags.json = given.json.value_or("");
  flags.svg = given.svg.value_or("");
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
  return flags;
}

std::string help_text(const std::string& program, const Options& options) {
  CLI::App app;
  Given given;
  declare(app, given, options);
  return app.help(program);
}

}  // namespace cow
