#include "lessons/report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "support/lesson_json.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

Row row(const nlohmann::json& process) {
  return {.rss = process.at("rss"),
          .pss = process.at("pss"),
          .uss = process.at("uss"),
          .peak_rss = process.at("peak_rss"),
          .page_tables = process.at("page_tables"),
          .pss_file = process.value("pss_file", std::int64_t{0}),
          .anonymous = process.at("anonymous")};
}

Held held_from(const nlohmann::json& moment) {
  Held held;
  for (const auto& process : moment.at("processes")) {
    if (process.at("role") == "parent") {
      held.parent = row(process);
    } else if (process.at("role") == "worker") {
      held.workers.push_back(row(process));
    } else {
      EXPECT_EQ(process.at("role"), "fork server");
      EXPECT_FALSE(held.server) << "there are two";
      held.server = row(process);
    }
  }
  const auto& transfer = moment.at("transfer");
  held.batches = transfer.at("batches");
  held.to_workers = transfer.at("to_workers");
  held.seconds = transfer.at("seconds");
  return held;
}

}  // namespace

std::int64_t Held::sum(std::int64_t Row::*column) const {
  std::int64_t sum = parent.*column;
  for (const Row& worker : workers) sum += worker.*column;
  if (server) sum += (*server).*column;
  return sum;
}

std::int64_t Held::least(std::int64_t Row::*column) const {
  return (*std::min_element(workers.begin(), workers.end(),
                            [column](const Row& a, const Row& b) {
                              return a.*column < b.*column;
                            })).*
         column;
}

std::int64_t Held::most(std::int64_t Row::*column) const {
  return (*std::max_element(workers.begin(), workers.end(),
                            [column](const Row& a, const Row& b) {
                              return a.*column < b.*column;
                            })).*
         column;
}

nlohmann::json report_of(const std::string& lesson,
                         const std::vector<std::string>& flags) {
  nlohmann::json report = run_lesson_json(lesson, flags);
  EXPECT_EQ(report.at("lesson"), lesson);
  for (const auto& claim : report.at("claims")) {
    EXPECT_TRUE(claim.at("holds").get<bool>()) << claim.dump(2);
    EXPECT_LE(claim.at("low"), claim.at("predicted")) << claim.dump(2);
    EXPECT_GE(claim.at("high"), claim.at("predicted")) << claim.dump(2);
  }
  return report;
}

Held moment_of(const nlohmann::json& report, const std::string& name) {
  for (const auto& moment : report.at("moments")) {
    if (moment.at("name") == name) return held_from(moment);
  }
  ADD_FAILURE() << "no moment is called " << name;
  return {};
}

Held nothing_before(const nlohmann::json& report, const std::string& name) {
  Held nothing;
  for (const auto& moment : report.at("moments")) {
    if (moment.at("name") == name) return nothing;
    if (moment.at("name") == kNothing) nothing = held_from(moment);
  }
  ADD_FAILURE() << "no moment is called " << name;
  return nothing;
}

std::vector<std::int64_t> figure_of(const nlohmann::json& report,
                                    const std::string& moment,
                                    const std::string& what) {
  for (const auto& claim : report.at("claims")) {
    const auto& figure = claim.at("figure");
    if (figure.at("moment") == moment && figure.at("what") == what) {
      return figure.at("values");
    }
  }
  ADD_FAILURE() << "no claim is about " << what << " while " << moment;
  return {};
}

std::int64_t pss_slack(std::int64_t data, std::int64_t processes) {
  return std::max(data / 100, processes * 96 * kKiB);
}

std::int64_t rss_base(const Held& nothing, const Held& held) {
  return nothing.sum(&Row::anonymous) + held.sum(&Row::rss) -
         held.sum(&Row::anonymous);
}

std::int64_t pss_base(const Held& nothing, const Held& held) {
  return nothing.sum(&Row::pss) - nothing.sum(&Row::pss_file) +
         held.sum(&Row::pss_file);
}

}  // namespace cow::testing
