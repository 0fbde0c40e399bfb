// Charts by gnuplot, as parts of our pictures.
#pragma once

#include <string>

#include "cow/report/svg.h"

namespace book {

/// What gnuplot draws for `script`: markup for the inside of an SVG element.
/// Headers, which differ between versions, are removed. `script` must not set a
/// terminal or an output. Throws FigureError with gnuplot's message if it fails
/// or is not installed.
std::string gnuplot(const std::string& script, int width, int height);

/// The colours to use in a script. `add_chart` gives each its shade for light
/// pages and for dark ones.
inline constexpr char kChartInk[] = "#1F2328";
inline constexpr char kChartSoft[] = "#59636E";
inline constexpr char kChartAxis[] = "#8C959F";
inline constexpr char kChartGrid[] = "#E4E8EC";
inline constexpr char kChartWarm[] = "#D55E00";
inline constexpr char kChartCool[] = "#0072B2";
inline constexpr char kChartGreen[] = "#009E73";
inline constexpr char kChartPurple[] = "#AA4499";

/// Adds a chart in these colours to `svg` at svg.y, and moves svg.y below it.
void add_chart(cow::Svg& svg, const std::string& script, int height);

}  // namespace book
