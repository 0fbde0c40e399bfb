// Charts by gnuplot, as a part of a picture of ours.
#pragma once

#include <string>

#include "cow/report/svg.h"

namespace book {

/// What gnuplot draws by `script`: markup for the inside of an SVG element,
/// without anything that differs between its versions' headers. `script` sets
/// no terminal and no output. Throws FigureError with gnuplot's own words if it
/// is not there or does not like the script.
std::string gnuplot(const std::string& script, int width, int height);

/// The colours to use in a script. `show_in` gives each its shade on a light
/// page and on a dark one.
inline constexpr char kChartInk[] = "#1F2328";
inline constexpr char kChartSoft[] = "#59636E";
inline constexpr char kChartAxis[] = "#8C959F";
inline constexpr char kChartGrid[] = "#E4E8EC";
inline constexpr char kChartWarm[] = "#D55E00";
inline constexpr char kChartCool[] = "#0072B2";

/// Puts a chart of those colours into `svg`, from svg.y on, and moves it.
void add_chart(cow::Svg& svg, const std::string& script, int height);

}  // namespace book
