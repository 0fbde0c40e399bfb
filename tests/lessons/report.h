// A lesson's raw figures, from its JSON: what the tests derive the bounds from
// again, without looking at what the lesson itself concludes.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace cow::testing {

/// One process of a moment, in bytes.
struct Row {
  std::int64_t rss;
  std::int64_t pss;
  std::int64_t uss;
  std::int64_t peak_rss;
  std::int64_t page_tables;
  std::int64_t pss_file;  ///< 0 where the kernel does not tell
  std::int64_t anonymous;
};

/// One moment.
struct Held {
  Row parent{};
  std::vector<Row> workers;
  std::optional<Row> server;  ///< the fork server
  std::int64_t batches = 0;
  std::int64_t to_workers = 0;
  double seconds = 0;

  /// A column added up over all processes.
  std::int64_t sum(std::int64_t Row::*column) const;
  /// The smallest and the largest of the workers.
  std::int64_t least(std::int64_t Row::*column) const;
  std::int64_t most(std::int64_t Row::*column) const;
};

/// Runs the lesson with `flags` and gives its JSON; the lesson must be able to
/// run here.
nlohmann::json report_of(const std::string& lesson,
                         const std::vector<std::string>& flags = {});

/// The moment called `name`. Fails the test if there is none.
Held moment_of(const nlohmann::json& report, const std::string& name);

/// The last moment over nothing before the moment called `name`: its base.
Held nothing_before(const nlohmann::json& report, const std::string& name);

/// What was measured for a claim, as the program has read it: the values of the
/// figure `what` at `moment`. Fails the test if there is none.
std::vector<std::int64_t> figure_of(const nlohmann::json& report,
                                    const std::string& moment,
                                    const std::string& what);

/// ΣPSS that `held` would have without data: what does not come from files from
/// the pool over nothing, what does from the moment itself, because other
/// processes on the machine share it in changing numbers.
std::int64_t pss_base(const Held& nothing, const Held& held);

/// The same for ΣRSS: which pages of the program and its libraries a process
/// maps depends on what it has done so far.
std::int64_t rss_base(const Held& nothing, const Held& held);

/// How far ΣPSS of `processes` may be from a formula: 1 % of the data, or 64
/// KiB for each process: what it writes in order to live comes and goes by
/// dozens.
std::int64_t pss_slack(std::int64_t data, std::int64_t processes);

inline constexpr const char* kHeld = "every worker holds its task";
inline constexpr const char* kNothing = "the same pool over nothing";
inline constexpr std::int64_t kMiB = 1 << 20;
inline constexpr std::int64_t kKiB = 1 << 10;

}  // namespace cow::testing
