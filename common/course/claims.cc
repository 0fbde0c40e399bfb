#include "course/claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "cow/lesson/formula.h"
#include "cow/report/table.h"

namespace course {
namespace {

using nlohmann::json;

cow::Unit unit_of(const json& from) {
  return from.at("unit") == "bytes" ? cow::Unit::kBytes : cow::Unit::kCount;
}

std::string verdict(const json& claim) {
  return fmt::format("  {}  {}\n", claim.at("holds") ? "holds" : "FAILS",
                     std::string(claim.at("name")));
}

std::string all_digits(const json& claim, const char* key) {
  return cow::all_digits(claim.at(key), unit_of(claim));
}

// The values of the claim's figure: one, or one per worker, which may be many.
std::string all_values(const json& claim) {
  const std::vector<std::int64_t> values = claim.at("figure").at("values");
  constexpr std::size_t kFew = 8;
  if (values.size() > kFew) {
    const auto [least, most] =
        std::minmax_element(values.begin(), values.end());
    return fmt::format("{} values from {} to {}", values.size(),
                       cow::all_digits(*least, unit_of(claim)),
                       cow::all_digits(*most, unit_of(claim)));
  }
  std::string text;
  for (const std::int64_t value : values) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ",
                        cow::all_digits(value, unit_of(claim)));
  }
  return text;
}

// "(N + 1)·D = 335,544,320 bytes, where D = 67,108,864, N = 4"
std::string formula_with_numbers(const json& claim) {
  const std::string formula = claim.at("formula");
  const std::string value = all_digits(claim, "predicted");
  std::string text = formula;
  if (formula != value) text += " = " + value;
  const char* before = ", where ";
  for (const auto& [name, number] : claim.at("symbols").items()) {
    if (name == formula) continue;
    text += fmt::format("{}{} = {}", std::exchange(before, ", "), name,
                        cow::all_digits(number, cow::Unit::kCount));
  }
  return text;
}

// A heading and its text, in lines of at most 80 columns.
std::string entry(const char* heading, const std::string& says) {
  constexpr std::size_t kIndent = 19;
  std::string text = cow::wrap(says, std::string(kIndent, ' '));
  const std::string begin = fmt::format("         {}", heading);
  return text.replace(0, begin.size(), begin);
}

}  // namespace

std::string to_text(const json& claim) {
  const bool exact = claim.at("low") == claim.at("high");
  const auto shown = [&](const char* key) {
    return exact ? all_digits(claim, key)
                 : cow::to_string(claim.at(key), unit_of(claim));
  };
  const std::string formula = claim.at("formula");
  const std::string predicted = shown("predicted");
  return verdict(claim) +
         cow::wrap(fmt::format("predicted {}{}, measured {}",
                               formula == predicted ? "" : formula + " = ",
                               predicted, shown("measured")),
                   "         ");
}

std::string why_it_fails(const json& claim) {
  const json& figure = claim.at("figure");
  std::string moment = figure.at("moment");
  if (!moment.empty()) moment += ", ";
  std::string text =
      verdict(claim) +
      entry("read",
            fmt::format("{}{}: {}", moment, std::string(figure.at("what")),
                        all_values(claim))) +
      entry("expected", formula_with_numbers(claim)) +
      entry("accepted", fmt::format("from {} to {}", all_digits(claim, "low"),
                                    all_digits(claim, "high")));
  if (claim.contains("likely")) text += entry("likely", claim.at("likely"));
  return text;
}

}  // namespace course
