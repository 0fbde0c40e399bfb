#include "support/lesson_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/programs.h"

namespace cow::testing {

nlohmann::json run_lesson_json(const std::string& name,
                               const std::vector<std::string>& flags) {
  std::vector<std::string> arguments{program(name), "--json", "-"};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  const Outcome outcome = run(arguments);
  EXPECT_EQ(outcome.status.signal, 0);
  EXPECT_LE(outcome.status.code, 1) << outcome.err;
  return nlohmann::json::parse(outcome.out);
}

}  // namespace cow::testing
