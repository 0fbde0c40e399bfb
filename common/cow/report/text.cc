// The report for a person: the question, the processes in a table like that of
// `top`, the claims, and what to take away.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "cow/report/page_drawing.h"
#include "cow/report/report.h"
#include "cow/report/table.h"

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
  return fmt::format("{}\n{}", style.bold(result.about.name),
                     wrap(result.about.question, ""));
}

std::string setting(const Result& result, const Style& style) {
  const Flags& flags = result.flags;
  const Environment& machine = result.environment;
  const Moment& last = result.moments.back();
  const auto plural = [](std::int64_t count, const char* ending) {
    return count == 1 ? "" : ending;
  };
  std::string experiment =
      fmt::format("D = {} of data · N = {} worker{}", to_string(flags.data),
                  flags.workers, plural(flags.workers, "s"));
  if (last.batches != 0) {
    experiment += fmt::format(" · n = {} item{} in T = {} batch{}", flags.items,
                              plural(flags.items, "s"), last.batches,
                              plural(last.batches, "es"));
  }
  const std::string kernel =
      fmt::format("{} · {} pages · huge pages: {} · swap: {}", machine.kernel,
                  to_string(machine.page_size),
                  machine.huge_pages ? *machine.huge_pages : "unknown",
                  machine.swap ? to_string(*machine.swap) : "unknown");
  return style.dim(wrap(experiment, "") + wrap(kernel, ""));
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
  if (moment.server) add_row(table, *moment.server, "fork server");
  add_row(table, "", "together", Bytes(moment.total(rss).values[0]),
          Bytes(moment.total(pss).values[0]),
          Bytes(moment.total(uss).values[0]));
  return fmt::format("{}\n{}", style.bold("While " + moment.name),
                     table.to_string());
}

// One line per moment, for a lesson that compares several.
std::string summary_table(const std::vector<const Moment*>& moments,
                          const Style& style) {
  Table table = Table::of_figures({"", "ΣRSS", "ΣPSS", "ΣUSS"});
  for (const Moment* moment : moments) {
    table.row({moment->name,
               to_string(moment->total(rss).values[0], Unit::kBytes),
               to_string(moment->total(pss).values[0], Unit::kBytes),
               to_string(moment->total(uss).values[0], Unit::kBytes)});
  }
  const bool served = std::any_of(
      moments.begin(), moments.end(),
      [](const Moment* moment) { return moment->server.has_value(); });
  return fmt::format(
      "{}\n{}",
      style.bold(served ? "Parent, workers and fork server together"
                        : "Parent and workers together"),
      table.to_string());
}

std::string processes(const Result& result, const Style& style) {
  std::vector<const Moment*> shown;
  for (const Moment& moment : result.moments) {
    if (moment.name != kOverNothing) shown.push_back(&moment);
  }
  std::string text = shown.size() == 1 ? full_table(*shown[0], style)
                                       : summary_table(shown, style);
  return text + style.dim(
                    "  RSS: what top shows (RES) · PSS: shared pages divided "
                    "by their users\n  USS: pages of its own\n");
}

bool is_exact(const Claim& claim) {
  return claim.expected.low == claim.expected.high;
}

std::string show(const Claim& claim, std::int64_t value) {
  const Unit unit = claim.expected.formula.unit();
  return is_exact(claim) ? all_digits(value, unit) : to_string(value, unit);
}

// The formula, and how much the figure may differ from it.
std::string bounds(const Claim& claim) {
  const Expected& expected = claim.expected;
  const std::string& formula = expected.formula.text();
  if (is_exact(claim)) return formula + ", exactly";
  const Unit unit = expected.formula.unit();
  const std::int64_t up = expected.high - expected.formula.value();
  if (up == expected.formula.value() - expected.low) {
    return fmt::format("{} ± {}", formula, to_string(up, unit));
  }
  return fmt::format("{}, from {} to {}", formula,
                     to_string(expected.low, unit),
                     to_string(expected.high, unit));
}

// The symbols of the formulas, each once, with all values that it has had. The
// symbols of every lesson are left out: they are at the top of the report.
std::string legend(const Result& result) {
  std::vector<std::pair<std::string, std::set<std::string>>> symbols;
  for (const Claim& claim : result.claims) {
    for (const Symbol& symbol : claim.expected.formula.symbols()) {
      const std::string& name = symbol.name;
      if (name.size() == 1 &&
          std::string_view("DNnT").find(name[0]) != std::string_view::npos) {
        continue;
      }
      const auto known =
          std::find_if(symbols.begin(), symbols.end(),
                       [&](const auto& each) { return each.first == name; });
      auto& values =
          known != symbols.end()
              ? known->second
              : symbols.emplace_back(name, std::set<std::string>()).second;
      values.insert(to_string(symbol));
    }
  }
  std::string lines;
  std::string line;
  for (const auto& [name, values] : symbols) {
    const std::string symbol =
        fmt::format("{} = {}", name, fmt::join(values, ", "));
    constexpr std::size_t kColumns = 78;  // after an indent of two
    if (display_width(line) + display_width(" · " + symbol) > kColumns) {
      lines += "  " + std::exchange(line, {}) + "\n";
    }
    line += (line.empty() ? "" : " · ") + symbol;
  }
  return line.empty() ? lines : lines + "  " + line + "\n";
}

std::int64_t predicted(const Claim& claim) {
  return claim.expected.formula.value();
}

// The lines of a claim: its sentence in `room` columns, with the two figures to
// the right. A long sentence goes on below. Then comes the formula with its
// bounds.
std::string claim_lines(const Claim& claim, std::size_t room,
                        const std::string& figures, const Style& style) {
  const std::vector<std::string> lines = lines_of(claim.says, room);
  std::string text = fmt::format(
      "  {}  {:{}}{}", claim.holds() ? style.good("holds") : style.bad("FAILS"),
      lines[0], room, figures);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    text += fmt::format("{:9}{}\n", "", lines[i]);
  }
  // A plain number is already shown as the prediction.
  if (claim.expected.formula.text() != show(claim, predicted(claim))) {
    text += style.dim(wrap(bounds(claim), "           "));
  }
  return text;
}

// A table of the claims: the verdict, the sentence and the two figures of each.
std::string claims(const Result& result, const Style& style) {
  constexpr std::size_t kColumns = 80;
  constexpr std::string_view kVerdict = "  holds  ";
  const auto column = [&](std::string_view title, const auto& read) {
    std::size_t width = display_width(title);
    for (const Claim& claim : result.claims) {
      width = std::max(width, display_width(show(claim, read(claim))));
    }
    return width;
  };
  const auto measured = [](const Claim& claim) {
    return claim.deciding_value();
  };
  const std::size_t left = column("predicted", predicted);
  const std::size_t right = column("measured", measured);
  const auto figures = [&](std::string_view a, std::string_view b) {
    return fmt::format("  {:>{}}  {:>{}}\n", a, left, b, right);
  };
  const std::size_t taken = kVerdict.size() + 4 + left + right;
  const std::size_t room = kColumns - std::min(kColumns - 20, taken);

  std::string text = style.bold("Claims") +
                     std::string(kVerdict.size() + room - 6, ' ') +
                     figures("predicted", "measured");
  for (const Claim& claim : result.claims) {
    text += claim_lines(
        claim, room,
        figures(show(claim, predicted(claim)), show(claim, measured(claim))),
        style);
  }
  return text + "\n" + style.dim(legend(result));
}

// "  expected    from here to there", broken into lines if it is long.
std::string field(std::string_view name, std::string_view text) {
  std::string lines = wrap(text, "              ");
  lines.replace(0, 14, fmt::format("  {:12}", name));
  return lines;
}

std::string failure(const Claim& claim, const Style& style) {
  const Unit unit = claim.expected.formula.unit();
  std::string read;
  for (const std::int64_t value : claim.measured.values) {
    read +=
        fmt::format("{}{}", read.empty() ? "" : ", ", all_digits(value, unit));
  }
  const Figure& figure = claim.measured;
  const std::string where =
      figure.moment.empty() ? figure.what : figure.moment + ", " + figure.what;
  const Formula& formula = claim.expected.formula;
  const std::string value = all_digits(formula.value(), unit);
  std::string expected = formula.text();
  // A plain number needs no "= 4 = 4".
  if (formula.numbers() != formula.text()) {
    expected += " = " + formula.numbers();
  }
  if (value != formula.numbers()) expected += " = " + value;
  return wrap(style.bad("FAILS") + " " + claim.says, "") +
         field("read", where + ": " + read) + field("expected", expected) +
         field("accepted", fmt::format("from {} to {}",
                                       all_digits(claim.expected.low, unit),
                                       all_digits(claim.expected.high, unit))) +
         (claim.hint.empty() ? "" : field("likely", claim.hint));
}

// "4 of 6 claims hold"
std::string count(const Result& result, const Style& style) {
  const auto holding =
      std::count_if(result.claims.begin(), result.claims.end(),
                    [](const Claim& claim) { return claim.holds(); });
  const std::string text =
      fmt::format("{} of {} claims hold", holding, result.claims.size());
  return result.holds() ? style.good(text) : style.bad(text);
}

}  // namespace

std::string to_text(const Chart& chart) {
  std::vector<std::string> titles{chart.y_unit};
  for (const ChartPoint& point : chart.curves.at(0).measured) {
    titles.push_back(fmt::format("{:.3g} {}", point.first, chart.x.unit));
  }
  Table table = Table::of_figures(std::move(titles));
  for (const Curve& curve : chart.curves) {
    std::vector<std::string> cells{curve.name};
    for (const ChartPoint& point : curve.measured) {
      cells.push_back(to_string(std::llround(point.second), Unit::kCount));
    }
    table.row(std::move(cells));
  }
  return table.to_string();
}

std::string to_text(const Result& result, bool color) {
  const Style style{color};
  std::string text = heading(result, style) + "\n" + setting(result, style) +
                     "\n" + processes(result, style) + "\n";
  for (const Exhibit& exhibit : result.exhibits) {
    text += fmt::format("{}\n{}\n", style.bold(exhibit.title), exhibit.text);
  }
  if (result.picture) text += to_text(*result.picture, color) + "\n";
  text += claims(result, style) + "\n";
  for (const Claim& claim : result.claims) {
    if (!claim.holds()) text += failure(claim, style) + "\n";
  }
  if (result.holds()) {
    text += wrap(result.about.answer, "") +
            wrap(fmt::format("Next: {}", result.about.next), "") + "\n";
  }
  return text + count(result, style) + "\n";
}

}  // namespace cow
