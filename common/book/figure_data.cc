#include "book/figure_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "cow/lesson/formula.h"
#include "cow/report/chart_json.h"

namespace book {

std::string lesson_of(const nlohmann::json& report) {
  return report.is_object() ? report.value("lesson", "?") : "?";
}

namespace {

using Json = nlohmann::json;

[[noreturn]] void fail(const Json& report, const std::string& what) {
  throw FigureError(
      fmt::format("the report of {} {}", lesson_of(report), what));
}

// Calls `read`, and turns an exception of the JSON library into a sentence.
template <typename Read>
auto reading(const Json& report, Read read) {
  try {
    return read();
  } catch (const Json::exception& error) {
    fail(report, fmt::format("is not as a lesson writes it: {}", error.what()));
  }
}

const Json& moment_of(const Json& report, std::string_view moment) {
  const Json* found = nullptr;
  for (const Json& each : report.at("moments")) {
    if (each.at("name") == moment) found = &each;
  }
  if (found == nullptr) {
    fail(report, fmt::format("has no moment \"{}\"", moment));
  }
  return *found;
}

cow::PageRow row_of(const Json& json) {
  cow::PageRow row{json.at("label"), {}, json.value("group", "")};
  for (const Json& run : json.at("runs")) {
    row.pages.insert(row.pages.end(), run.at(1).get<std::size_t>(),
                     run.at(0).get<std::uint8_t>());
  }
  return row;
}

}  // namespace

std::int64_t Processes::sum(Quantity quantity) const {
  std::int64_t sum = 0;
  for (const ProcessFigures& process : all) sum += process.*quantity;
  return sum;
}

std::int64_t Processes::of_a_worker(Quantity quantity) const {
  std::vector<std::int64_t> values;
  for (const ProcessFigures& process : all) {
    if (process.name.starts_with("worker")) {
      values.push_back(process.*quantity);
    }
  }
  std::sort(values.begin(), values.end());
  return values.at(values.size() / 2);
}

Processes processes(const Json& report, std::string_view moment) {
  return reading(report, [&] {
    Processes read;
    int workers = 0;
    for (const Json& each : moment_of(report, moment).at("processes")) {
      std::string name = each.at("role");
      if (name == "worker") name += fmt::format(" {}", ++workers);
      read.all.push_back(
          {name, each.at("rss"), each.at("pss"), each.at("uss")});
    }
    if (workers == 0) {
      fail(report, fmt::format("has no worker at \"{}\"", moment));
    }
    return read;
  });
}

Sent sent(const Json& report, std::string_view moment) {
  return reading(report, [&] {
    const Json& transfer = moment_of(report, moment).at("transfer");
    const Sent sent{transfer.at("to_workers"), transfer.at("batches")};
    if (sent.batches <= 0) {
      fail(report, fmt::format("has no batch at \"{}\"", moment));
    }
    return sent;
  });
}

std::int64_t parameter(const Json& report, std::string_view name) {
  return reading(report, [&] {
    const std::int64_t value =
        report.at("parameters").at(std::string(name)).get<std::int64_t>();
    if (value <= 0) {
      fail(report, fmt::format("says that {} is {}", name, value));
    }
    return value;
  });
}

void require_claims(const Json& report) {
  reading(report, [&] {
    const Json& claims = report.at("claims");
    if (claims.empty()) fail(report, "claims nothing");
    for (const Json& each : claims) {
      if (each.at("holds").get<bool>()) continue;
      fail(report, fmt::format("has a claim that does not hold: \"{}\"",
                               each.at("name").get<std::string>()));
    }
  });
}

const Json& claim(const Json& report, std::string_view moment,
                  std::string_view what) {
  return *reading(report, [&] {
    for (const Json& each : report.at("claims")) {
      const Json& figure = each.at("figure");
      if (figure.at("moment") == moment && figure.at("what") == what) {
        return &each;
      }
    }
    fail(report, fmt::format(R"(has no claim of "{}" at "{}")", what, moment));
  });
}

cow::PagePicture page_picture(const Json& report) {
  return reading(report, [&] {
    const Json& json = report.at("pictures").at(0);
    cow::PagePicture picture{json.at("title"), {}, {}, json.value("note", "")};
    for (const Json& kind : json.at("kinds")) {
      picture.kinds.push_back({kind.at("name"), kind.at("sign"),
                               kind.at("color"), kind.value("dark", "")});
    }
    for (const Json& row : json.at("rows")) {
      picture.rows.push_back(row_of(row));
    }
    return picture;
  });
}

cow::Chart chart(const Json& report) {
  return reading(report,
                 [&] { return report.at("charts").at(0).get<cow::Chart>(); });
}

std::string size(std::int64_t bytes) {
  return cow::to_string(bytes, cow::Unit::kBytes);
}

std::string number(std::int64_t count) {
  return cow::to_string(count, cow::Unit::kCount);
}

}  // namespace book
