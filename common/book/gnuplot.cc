#include "book/gnuplot.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>

#include "book/figure_data.h"
#include "cow/os/child.h"
#include "cow/os/descriptor.h"
#include "cow/os/error.h"

namespace book {
namespace {

struct ChartColor {
  std::string_view color;
  std::string_view dark;
};

constexpr std::array kColors = {
    ChartColor{kChartInk, "#e6e9ed"},   ChartColor{kChartSoft, "#a3adb8"},
    ChartColor{kChartAxis, "#6b7681"},  ChartColor{kChartGrid, "#2b3138"},
    ChartColor{kChartWarm, "#ee8434"},  ChartColor{kChartCool, "#5ab4ec"},
    ChartColor{kChartGreen, "#3cc79e"}, ChartColor{kChartPurple, "#dd8fce"},
};

// A file without a name for input or output. Unlike a pipe it is never full, so
// neither side waits.
cow::Descriptor nameless_file(const char* purpose) {
  cow::Descriptor file(::memfd_create(purpose, MFD_CLOEXEC));
  if (!file) cow::throw_system_error(errno, "memfd_create()");
  return file;
}

std::string read_all(const cow::Descriptor& file) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0 ||
      ::lseek(file.get(), 0, SEEK_SET) != 0) {
    cow::throw_system_error(errno, "lseek()");
  }
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  text.resize(cow::read_fully(file.get(), text.data(), text.size()));
  return text;
}

// What gnuplot prints for `script`.
std::string run(const std::string& script) {
  const cow::Descriptor in = nameless_file("script");
  const cow::Descriptor out = nameless_file("chart");
  const cow::Descriptor err = nameless_file("errors");
  cow::write_fully(in.get(), script.data(), script.size());
  ::lseek(in.get(), 0, SEEK_SET);
  cow::Child child = cow::run_program({"gnuplot"}, [&] {
    ::setenv("LC_ALL", "C.UTF-8", 1);
    ::dup2(in.get(), STDIN_FILENO);
    ::dup2(out.get(), STDOUT_FILENO);
    ::dup2(err.get(), STDERR_FILENO);
  });
  const cow::ExitStatus status = child.wait();
  if (status.code == cow::kExecFailed) {
    throw FigureError(
        "gnuplot is not there: common/setup/packages.sh docs installs it");
  }
  if (!status.success()) {
    throw FigureError(fmt::format("gnuplot ended with {}: {}",
                                  to_string(status), read_all(err)));
  }
  return read_all(out);
}

void replace_all(std::string& text, std::string_view old, std::string_view by) {
  for (std::size_t at = text.find(old); at != std::string::npos;
       at = text.find(old, at + by.size())) {
    text.replace(at, old.size(), by);
  }
}

// A colour as gnuplot writes it into an SVG; `format` is that of lines or of
// texts.
std::string rgb(std::string_view color, std::string_view format) {
  const auto part = [&](std::size_t at) {
    return std::stoi(std::string(color.substr(at, 2)), nullptr, 16);
  };
  return fmt::format(fmt::runtime(format), part(1), part(3), part(5));
}

}  // namespace

std::string gnuplot(const std::string& script, int width, int height) {
  std::string svg = run(fmt::format(
      "set terminal svg size {},{} font \",12\"\n{}\n", width, height, script));
  constexpr std::string_view kBegin = "<g id=\"gnuplot_canvas\">";
  constexpr std::string_view kEnd = "</svg>";
  const std::size_t begin = svg.find(kBegin);
  const std::size_t end = svg.rfind(kEnd);
  if (begin == std::string::npos || end == std::string::npos || end < begin) {
    throw FigureError("gnuplot has drawn nothing");
  }
  // Without gnuplot's header, which has its version, and without its fonts: all
  // texts are in the picture's font.
  svg = svg.substr(begin, end - begin);
  for (const char* font : {" font-family=\"Arial\"", " font-family=\"\""}) {
    replace_all(svg, font, "");
  }
  return svg;
}

void add_chart(cow::Svg& svg, const std::string& script, int height) {
  for (const ChartColor& color : kColors) {
    if (script.find(color.color) == std::string::npos) continue;
    const std::string line = rgb(color.color, "rgb({:3}, {:3}, {:3})");
    const std::string text = rgb(color.color, "rgb({},{},{})");
    svg.dark_rule(fmt::format("[stroke='{}']{{stroke:{}}}", line, color.dark));
    svg.dark_rule(fmt::format("[color='{}']{{color:{}}}", line, color.dark));
    svg.dark_rule(fmt::format("[fill='{}']{{fill:{}}}", text, color.dark));
  }
  const std::string chart =
      gnuplot(script, static_cast<int>(cow::Svg::kWidth), height);
  svg.raw(fmt::format("<g transform=\"translate(0 {})\">\n{}</g>\n",
                      cow::svg_number(svg.y), chart));
  svg.y += height;
}

}  // namespace book
