#include "book/charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "book/figure_data.h"
#include "book/gnuplot.h"
#include "cow/lesson/formula.h"
#include "cow/report/svg.h"

namespace book {
namespace {

using Json = nlohmann::json;

double mib(std::int64_t bytes) {
  return static_cast<double>(bytes) / (1 << 20);
}

// A measurement.
struct Point {
  double x;
  std::string x_in_words;
  double y;
  std::string y_in_words;
};

Point point_of(double x, const std::string& x_in_words, std::int64_t bytes) {
  return {x, x_in_words, mib(bytes), size(bytes)};
}

// A full circle fits into an empty square, and a cross reaches out of it: they
// may be in the same place.
enum class Mark { kCircle, kSquare, kCross };

struct Series {
  std::string name;
  const char* color;
  Mark mark = Mark::kCircle;
  std::vector<Point> points = {};
};

// A line through the whole chart, and the text at its right end.
struct Line {
  std::string formula;  // for gnuplot
  std::string text;
  double end;  // its value at the right end
  const char* color;
};

struct Chart {
  std::string title;
  std::string subtitle;
  std::string x_label;
  std::string x_ticks;  // for gnuplot
  double last;          // x at the right end
  std::vector<Line> lines;
  std::vector<Series> series;
  std::string y_unit = "MiB";
  std::string data = {};  // gnuplot's, of lines that are no formula
};

// In pixels.
constexpr int kHeight = 350;
constexpr double kLeft = 60;
constexpr double kRight = 486;
constexpr double kTop = 40;
constexpr double kBottom = 298;

// The upper end of the axis: not below anything drawn, and a whole number of
// ticks.
double top_of(const Chart& chart) {
  double most = 1;
  for (const Line& line : chart.lines) most = std::max(most, line.end);
  for (const Series& series : chart.series) {
    for (const Point& point : series.points) {
      most = std::max(most, point.y);
    }
  }
  const double digit = std::pow(10, std::floor(std::log10(most)));
  return std::ceil(most / digit) * digit;
}

// `text` as a string of gnuplot, in single quotes.
std::string in_quotes(std::string_view text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? "''" : std::string(1, c);
  return result + "'";
}

// Thin axes on the left and at the bottom, and room on the right for texts.
std::string frame(const Chart& chart) {
  return fmt::format(
      "set encoding utf8\nset termoption noenhanced\nunset key\n"
      "set samples 2\n"
      "set lmargin at screen {left:.6f}\nset rmargin at screen {right:.6f}\n"
      "set tmargin at screen {top:.6f}\nset bmargin at screen {bottom:.6f}\n"
      "set border 3 linecolor rgb '{axis}'\n"
      "set xtics nomirror scale 0.5 textcolor rgb '{soft}'\n"
      "set xtics {ticks}\n"
      "set ytics nomirror scale 0 textcolor rgb '{soft}' format '%.0f'\n"
      "set grid ytics linetype 1 linewidth 1 linecolor rgb '{grid}'\n"
      "set xlabel {label} textcolor rgb '{soft}' offset 0,0.3\n"
      "set label {unit} at graph 0,1 right offset -0.8,1.1 "
      "textcolor rgb '{soft}'\n"
      "set xrange [0:{last:.6f}]\nset yrange [0:{most:.6f}]\n",
      fmt::arg("left", kLeft / cow::Svg::kWidth),
      fmt::arg("right", kRight / cow::Svg::kWidth),
      fmt::arg("top", 1 - kTop / kHeight),
      fmt::arg("bottom", 1 - kBottom / kHeight), fmt::arg("axis", kChartAxis),
      fmt::arg("soft", kChartSoft), fmt::arg("grid", kChartGrid),
      fmt::arg("ticks", chart.x_ticks),
      fmt::arg("unit", in_quotes(chart.y_unit)),
      fmt::arg("label", in_quotes(chart.x_label)), fmt::arg("last", chart.last),
      fmt::arg("most", top_of(chart)));
}

std::string style_of(const Series& series) {
  const auto [type, size] = std::array<std::pair<int, double>, 3>{
      {{7, .75}, {4, 1.35}, {1, 1.8}}}[static_cast<std::size_t>(series.mark)];
  return fmt::format("pointtype {} pointsize {} linewidth 1.5", type, size);
}

// The text of each line, after its right end. Below it a point and the name of
// each series that follows this line.
std::string labels(const Chart& chart) {
  const double x_of_pixel = chart.last / (kRight - kLeft);
  const double y_of_pixel = top_of(chart) / (kBottom - kTop);
  std::string text;
  std::vector<Line> lines = chart.lines;
  std::ranges::stable_sort(lines, std::greater(), &Line::end);
  double room = HUGE_VAL;
  for (const Line& line : lines) {
    double y = std::min(line.end, room);
    text += fmt::format(
        "set label {} at {:.6f},{:.6f} textcolor rgb '{}' font ',13'\n",
        in_quotes(line.text), chart.last + 10 * x_of_pixel, y, line.color);
    for (const Series& series : chart.series) {
      if (series.name == line.text) continue;
      if (std::string_view(series.color) != line.color) continue;
      y -= 19 * y_of_pixel;
      text += fmt::format(
          "set label {} at {:.6f},{:.6f} point {} linecolor rgb '{}' "
          "offset 1.2,-0.3 textcolor rgb '{}'\n",
          in_quotes(series.name), chart.last + 17 * x_of_pixel, y,
          style_of(series), series.color, kChartInk);
    }
    room = y - 19 * y_of_pixel;
  }
  return text;
}

std::string plot(const Chart& chart) {
  std::string data = chart.data;
  std::string plot = "plot ";
  for (const Line& line : chart.lines) {
    plot +=
        fmt::format("{} title {} with lines linewidth 1.5 linecolor rgb '{}', ",
                    line.formula, in_quotes(line.text), line.color);
  }
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    const Series& series = chart.series[i];
    data += fmt::format("$points{} << EOD\n", i);
    for (const Point& point : series.points) {
      data += fmt::format("{:.6f} {:.6f}\n", point.x, point.y);
    }
    data += "EOD\n";
    plot +=
        fmt::format("{}$points{} title {} with points {} linecolor rgb '{}'",
                    i == 0 ? "" : ", ", i, in_quotes(series.name),
                    style_of(series), series.color);
  }
  return data + plot + "\n";
}

Drawing draw(const Chart& chart) {
  cow::Svg svg(chart.title, chart.subtitle);
  add_chart(svg, frame(chart) + labels(chart) + plot(chart), kHeight);
  std::string alt = chart.title + ". " + chart.subtitle;
  for (const Series& series : chart.series) {
    alt += " " + series.name + ":";
    for (const Point& point : series.points) {
      alt += fmt::format(" {} at {},", point.y_in_words, point.x_in_words);
    }
    alt.back() = '.';
  }
  return {svg.document(alt), alt};
}

// "0.781", "7.71", "22,500"
std::string three_digits(double value) {
  if (value < 999.5) return fmt::format("{:.3g}", value);
  const double step = std::pow(10, std::floor(std::log10(value)) - 2);
  return cow::to_string(std::llround(std::round(value / step) * step),
                        cow::Unit::kCount);
}

}  // namespace

Drawing draw_chart(const std::vector<Json>& reports) {
  constexpr std::array kColors = {kChartWarm, kChartCool, kChartGreen,
                                  kChartPurple};
  const auto with_unit = [](double value, const std::string& unit) {
    return three_digits(value) + (unit.empty() ? "" : " ") + unit;
  };
  const cow::Chart first = chart(reports.at(0));
  Chart drawn{.title = first.title,
              .subtitle = first.subtitle,
              .x_label = first.x.label,
              .x_ticks = "autofreq",
              .last = 0,
              .lines = {},
              .series = {},
              .y_unit = first.y_unit};
  for (std::size_t i = 0; i < first.curves.size(); ++i) {
    const auto& [name, formula, measured] = first.curves[i];
    if (i == kColors.size()) throw FigureError("a chart has too many curves");
    if (formula.empty()) throw FigureError(name + " has no formula");
    const auto& [last_x, last_y] = formula.back();
    drawn.last = std::max(drawn.last, last_x * 1.03);
    drawn.lines.push_back(
        {fmt::format("$curve{}", i), name, last_y, kColors.at(i)});
    drawn.data += fmt::format("$curve{} << EOD\n", i);
    for (const auto& [x, y] : formula) {
      drawn.data += fmt::format("{:.6f} {:.6f}\n", x, y);
    }
    drawn.data += "EOD\n";
    drawn.series.push_back({name, kColors.at(i)});
    for (const Json& report : reports) {
      const cow::Curve curve = chart(report).curves.at(i);
      if (curve.formula != formula) throw FigureError("the curves differ");
      for (const auto& [x, y] : curve.measured) {
        drawn.series[i].points.push_back(
            {x, first.x.symbol + " = " + with_unit(x, first.x.unit), y,
             with_unit(y, first.y_unit)});
      }
    }
  }
  return draw(drawn);
}

Drawing draw_cost_of_workers(const std::vector<Json>& reports) {
  Series pass_self{"01 pass_self", kChartWarm};
  Series spawn{"07 spawn", kChartWarm, Mark::kSquare};
  Series global{"04 global", kChartCool};
  Series server{"07 fork server", kChartCool, Mark::kSquare};
  Series memfd{"13 memfd", kChartCool, Mark::kCross};
  const std::int64_t D = parameter(reports.at(0), "data");
  std::int64_t most = 1;
  const auto add = [&](Series& series, const Json& report,
                       std::string_view moment) {
    if (parameter(report, "data") != D) {
      throw FigureError("the reports are not of the same amount of data");
    }
    const std::int64_t workers = parameter(report, "workers");
    most = std::max(most, workers);
    series.points.push_back(
        point_of(static_cast<double>(workers), fmt::format("N = {}", workers),
                 processes(report, moment).sum(&ProcessFigures::pss)));
  };
  for (const Json& report : reports) {
    const std::string lesson = lesson_of(report);
    if (lesson == "01_pass_self") {
      add(pass_self, report, "every worker holds its task");
    } else if (lesson == "04_global") {
      add(global, report, "every worker holds its task");
    } else if (lesson == "07_start_methods") {
      add(spawn, report, "spawn");
      add(server, report, "forkserver");
    } else {
      add(memfd, report, "memfd");
    }
  }
  const double last = static_cast<double>(most) + .5;
  return draw(
      {.title = fmt::format(
           "The data sent: {} more a worker. Inherited: nothing", size(D)),
       .subtitle = "ΣPSS by the number of workers: points are measured, lines "
                   "are the formulas.",
       .x_label = "N, workers",
       .x_ticks = "1,1",
       .last = last,
       .lines = {{fmt::format("{}*(x+1)", mib(D)), "(N + 1)·D",
                  mib(D) * (last + 1), kChartWarm},
                 {fmt::format("{}", mib(D)), "D", mib(D), kChartCool}},
       .series = {pass_self, spawn, global, server, memfd}});
}

Drawing draw_cost_of_writing(const Json& report) {
  const std::int64_t D = parameter(report, "data");
  const std::int64_t N = parameter(report, "workers");
  Series all{"ΣPSS, measured", kChartWarm};
  Series parent{"the parent's USS, measured", kChartCool};
  for (const std::string f : {"0", "1/R", "1/16", "1/4", "1"}) {
    const std::string moment = "the same pages, f = " + f;
    const Processes held = processes(report, moment);
    const std::int64_t written =
        claim(report, moment, "pages of workers").at("measured");
    const std::int64_t page = report.at("environment").at("page_size");
    const double part =
        static_cast<double>(written * page) / static_cast<double>(D);
    all.points.push_back(
        point_of(part, "f = " + f, held.sum(&ProcessFigures::pss)));
    parent.points.push_back(point_of(part, "f = " + f, held.all.at(0).uss));
  }
  const double last = 1.03;
  const double d = mib(D);
  return draw(
      {.title = "Each page that is written is paid once more for every writer",
       .subtitle = fmt::format(
           "By the part f of the pages that each of {} workers writes; the "
           "parent writes none. Points are measured, lines are the formulas.",
           N),
       .x_label = "f, part of the pages",
       .x_ticks = "('0' 0, '1/16' 1./16, '1/4' .25, '1/2' .5, '3/4' .75, "
                  "'1' 1)",
       .last = last,
       .lines = {{fmt::format("{}*(1+{}*x)", d, N), "D·(1 + N·f)",
                  d * (1 + static_cast<double>(N) * last), kChartWarm},
                 {fmt::format("{}*x", d), "D·f", d * last, kChartCool}},
       .series = {all, parent}});
}

Drawing draw_cost_of_nodes(const std::vector<Json>& reports) {
  Series copies{"a copy in each rank", kChartWarm};
  Series windows{"a window on each node", kChartCool};
  const std::int64_t D = parameter(reports.at(0), "data");
  const std::int64_t N = parameter(reports.at(0), "workers");
  std::int64_t most = 1;
  for (const Json& report : reports) {
    const std::int64_t nodes = parameter(report, "nodes");
    most = std::max(most, nodes);
    for (Series* series : {&copies, &windows}) {
      const Json& cost = claim(report, series->name, "total pss");
      series->points.push_back(
          point_of(static_cast<double>(nodes), fmt::format("K = {}", nodes),
                   cost.at("measured").get<std::int64_t>() -
                       cost.at("figure").at("base").get<std::int64_t>()));
    }
  }
  const double last = 1.03 * static_cast<double>(most);
  const double all = mib(N * D);
  return draw(
      {.title = "A copy in each rank, or a copy on each node",
       .subtitle = fmt::format(
           "What {} of data costs {} ranks: ΣPSS less the base, by the number "
           "of nodes. Points are measured, lines are the formulas.",
           size(D), N),
       .x_label = "K, nodes",
       .x_ticks = "1,1",
       .last = last,
       .lines = {{fmt::format("{}", all), "N·D", all, kChartWarm},
                 {fmt::format("{}*x", mib(D)), "K·D", mib(D) * last,
                  kChartCool}},
       .series = {copies, windows}});
}

}  // namespace book
