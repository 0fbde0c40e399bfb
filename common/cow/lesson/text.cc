// The report for a person: the question, the processes as `top` would have
// them, the claims, and what to take away.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "cow/lesson/result.h"
#include "cow/lesson/table.h"

namespace cow {
namespace {

using Align = Table::Align;

struct Style {
  bool color;

  std::string paint(const char* code, std::string_view text) const {
    if (!color) return std::string(text);
    return fmt::format("\033[{}m{}\033[0m", code, text);
  }
  std::string bold(std::string_view text) const { return paint("1", text); }
  std::string dim(std::string_view text) const { return paint("2", text); }
  std::string good(std::string_view text) const { return paint("32", text); }
  std::string bad(std::string_view text) const { return paint("1;31", text); }
};

std::string heading(const Result& result, const Style& style) {
  return fmt::format("{}\n{}\n", style.bold(result.about.name),
                     result.about.question);
}

std::string setting(const Result& result, const Style& style) {
  const Flags& flags = result.flags;
  const Environment& machine = result.environment;
  const Moment& last = result.moments.back();
  return style.dim(fmt::format(
             "D = {} of data · N = {} worker{} · n = {} item{} in T = {} "
             "batch{}\n{} · {} pages · huge pages: {} · swap: {}",
             to_string(flags.data), flags.workers,
             flags.workers == 1 ? "" : "s", flags.items,
             flags.items == 1 ? "" : "s", last.batches,
             last.batches == 1 ? "" : "es", machine.kernel,
             to_string(machine.page_size),
             machine.huge_pages ? *machine.huge_pages : "unknown",
             machine.swap ? to_string(*machine.swap) : "unknown")) +
         "\n";
}

void add_row(Table& table, const std::string& pid, const std::string& role,
             Bytes rss_sum, Bytes pss_sum, Bytes uss_sum) {
  table.row(
      {pid, role, to_string(rss_sum), to_string(pss_sum), to_string(uss_sum)});
}

void add_row(Table& table, const Process& process, const std::string& role) {
  add_row(table, std::to_string(process.pid), role, process.usage.rss,
          process.usage.pss, process.usage.uss());
}

// All processes of one moment.
std::string full_table(const Moment& moment, const Style& style) {
  Table table({Align::kRight, Align::kLeft, Align::kRight, Align::kRight,
               Align::kRight});
  table.row({"PID", "process", "RSS", "PSS", "USS"});
  add_row(table, moment.parent, "parent");
  for (const Process& worker : moment.workers) {
    add_row(table, worker, "worker");
  }
  add_row(table, "", "together", Bytes(moment.total(rss).values[0]),
          Bytes(moment.total(pss).values[0]),
          Bytes(moment.total(uss).values[0]));
  return fmt::format("{}\n{}", style.bold("While " + moment.name),
                     table.to_string());
}

// One line a moment, where a lesson compares several.
std::string summary_table(const std::vector<const Moment*>& moments,
                          const Style& style) {
  Table table({Align::kLeft, Align::kRight, Align::kRight, Align::kRight});
  table.row({"", "ΣRSS", "ΣPSS", "ΣUSS"});
  for (const Moment* moment : moments) {
    table.row({moment->name,
               to_string(moment->total(rss).values[0], Unit::kBytes),
               to_string(moment->total(pss).values[0], Unit::kBytes),
               to_string(moment->total(uss).values[0], Unit::kBytes)});
  }
  return fmt::format("{}\n{}", style.bold("Parent and workers together"),
                     table.to_string());
}

std::string processes(const Result& result, const Style& style) {
  std::vector<const Moment*> shown;
  for (const Moment& moment : result.moments) {
    if (moment.name != kOverNothing) shown.push_back(&moment);
  }
  std::string text = shown.size() == 1 ? full_table(*shown[0], style)
                                       : summary_table(shown, style);
  return text +
         style.dim(
             "  RSS: what top shows (RES) · PSS: shared pages divided by "
             "their users · USS: pages of its own") +
         "\n";
}

bool is_exact(const Claim& claim) {
  return claim.expected.low == claim.expected.high;
}

std::string show(const Claim& claim, std::int64_t value) {
  const Unit unit = claim.expected.formula.unit();
  return is_exact(claim) ? all_digits(value, unit) : to_string(value, unit);
}

// How far off a figure may be.
std::string allowed(const Claim& claim) {
  const Expected& expected = claim.expected;
  if (is_exact(claim)) return "exactly";
  const Unit unit = expected.formula.unit();
  const std::int64_t up = expected.high - expected.formula.value();
  if (up == expected.formula.value() - expected.low) {
    return "± " + to_string(up, unit);
  }
  return fmt::format("{} to {}", to_string(expected.low, unit),
                     to_string(expected.high, unit));
}

// What the symbols of the formulas are here, each once; those of every lesson
// stand at the top of the report.
std::string legend(const Result& result) {
  std::vector<std::string> shown;
  for (const Claim& claim : result.claims) {
    for (const std::string& symbol : claim.expected.formula.symbols()) {
      const bool known =
          std::string_view("DNnT").find(symbol[0]) != std::string_view::npos;
      if (!known &&
          std::find(shown.begin(), shown.end(), symbol) == shown.end()) {
        shown.push_back(symbol);
      }
    }
  }
  std::string lines;
  std::string line;
  for (const std::string& symbol : shown) {
    constexpr std::size_t kColumns = 76;
    if (display_width(line) + display_width(symbol) > kColumns) {
      lines += "  " + std::exchange(line, {}) + "\n";
    }
    line += (line.empty() ? "" : " · ") + symbol;
  }
  return line.empty() ? lines : lines + "  " + line + "\n";
}

std::string claims(const Result& result, const Style& style) {
  Table table({Align::kLeft, Align::kLeft, Align::kRight, Align::kRight,
               Align::kLeft, Align::kLeft});
  table.row({"claim", "formula", "predicted", "measured", "allowed", ""});
  for (const Claim& claim : result.claims) {
    table.row({claim.says, claim.expected.formula.text(),
               show(claim, claim.expected.formula.value()),
               show(claim, claim.deciding_value()), allowed(claim),
               claim.holds() ? style.good("holds") : style.bad("FAILS")});
  }
  return style.bold("Claims") + "\n" + table.to_string() +
         style.dim(legend(result));
}

std::string failure(const Claim& claim, const Style& style) {
  const Unit unit = claim.expected.formula.unit();
  std::string read;
  for (const std::int64_t value : claim.measured.values) {
    read +=
        fmt::format("{}{}", read.empty() ? "" : ", ", all_digits(value, unit));
  }
  return fmt::format(
      "{} {}\n  read        {}, {}: {}\n  expected    {} = {} = {}\n"
      "  accepted    from {} to {}\n  {}{}\n",
      style.bad("FAILS"), claim.says, claim.measured.moment,
      claim.measured.what, read, claim.expected.formula.text(),
      claim.expected.formula.numbers(),
      all_digits(claim.expected.formula.value(), unit),
      all_digits(claim.expected.low, unit),
      all_digits(claim.expected.high, unit),
      claim.otherwise.empty() ? "" : "likely      ", claim.otherwise);
}

}  // namespace

bool Result::holds() const {
  return !claims.empty() &&
         std::all_of(claims.begin(), claims.end(),
                     [](const Claim& claim) { return claim.holds(); });
}

std::string to_text(const Result& result, bool color) {
  const Style style{color};
  std::string text = heading(result, style) + "\n" + setting(result, style) +
                     "\n" + processes(result, style) + "\n" +
                     claims(result, style) + "\n";
  for (const Claim& claim : result.claims) {
    if (!claim.holds()) text += failure(claim, style) + "\n";
  }
  if (result.holds()) {
    text += fmt::format("{}Next: {}\n", wrap(result.about.takeaway, ""),
                        result.about.next);
  }
  return text;
}

}  // namespace cow
