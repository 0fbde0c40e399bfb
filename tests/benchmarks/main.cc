// bench: what the pool costs, beside what cannot be beaten and beside CPython.
//
//   bench [--full-scale] [--tiny] [--rounds N] [--json FILE] [--benchmark_...]
//
// All flags of Google Benchmark work too, --benchmark_filter=REGEX above all.
// To be run from the top folder of the source, where CPython's side lies.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "benchmarks/cases.h"
#include "benchmarks/cpython.h"
#include "benchmarks/table.h"
#include "cow/lesson/twin.h"

namespace {

constexpr int kFailed = 1;
constexpr int kBadUsage = 2;

int positive(const std::string& flag, const std::string& text) {
  std::size_t used = 0;
  int number = 0;
  try {
    number = std::stoi(text, &used);
  } catch (const std::exception&) {
    used = 0;
  }
  if (used != text.size() || number < 1) {
    throw std::invalid_argument(
        fmt::format("{}: '{}': expected a number of at least 1", flag, text));
  }
  return number;
}

// Takes our flags and hands the others on to Google Benchmark.
cow::bench::Sizes take_flags(const std::vector<std::string>& arguments,
                             std::vector<std::string>& others) {
  cow::bench::Sizes sizes;
  bool full_scale = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& flag = arguments[i];
    const auto value = [&] {
      if (i + 1 == arguments.size()) {
        throw std::invalid_argument(flag + ": expected a value behind it");
      }
      return arguments[++i];
    };
    if (flag == "--full-scale") {
      full_scale = true;
    } else if (flag == "--tiny") {
      sizes = cow::bench::tiny_sizes();
    } else if (flag == "--rounds") {
      sizes.rounds = positive(flag, value());
    } else if (flag == "--json") {
      others.push_back("--benchmark_out=" + value());
      others.emplace_back("--benchmark_out_format=json");
    } else {
      others.push_back(flag);
    }
  }
  sizes.full_scale = full_scale;
  return sizes;
}

int run(const std::vector<std::string>& arguments) {
  std::vector<std::string> others{"bench"};
  const cow::bench::Sizes sizes = take_flags(arguments, others);
  std::vector<char*> argv;
  for (std::string& other : others) argv.push_back(other.data());
  int argc = static_cast<int>(argv.size());
  argv.push_back(nullptr);
  benchmark::Initialize(&argc, argv.data());
  if (benchmark::ReportUnrecognizedArguments(argc, argv.data())) {
    return kBadUsage;
  }

  std::unique_ptr<cow::bench::CPython> cpython;
  if (const auto python = cow::find_python()) {
    cpython = std::make_unique<cow::bench::CPython>(
        *python, "tests/benchmarks/cpython_pool.py");
  } else {
    fmt::print("no python3: column left out ({})\n", python.reason());
  }
  cow::bench::register_cases(sizes, cpython.get());
  cow::bench::TableReporter table;
  benchmark::RunSpecifiedBenchmarks(&table);
  benchmark::Shutdown();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::invalid_argument& error) {
    fmt::print(stderr, "bench: {}\n", error.what());
    return kBadUsage;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench: {}\n", error.what());
    return kFailed;
  }
}
