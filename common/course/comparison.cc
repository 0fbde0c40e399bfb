#include "course/comparison.h"

#include <cstdlib>
#include <memory>
#include <regex>

#include "cow/lesson/lesson.h"

namespace course {
namespace {

using cow::Bytes;
using cow::Moment;
using nlohmann::json;

// How much the two may differ, as a part of D.
constexpr std::int64_t kOneFiftieth = 50;

cow::Process process_from(const json& from) {
  cow::Process process;
  process.usage.rss = Bytes(from.at("rss").get<std::int64_t>());
  process.usage.pss = Bytes(from.at("pss").get<std::int64_t>());
  process.usage.private_dirty = Bytes(from.at("uss").get<std::int64_t>());
  process.usage.anonymous = Bytes(from.at("anonymous").get<std::int64_t>());
  process.usage.pss_file = Bytes(from.value("pss_file", std::int64_t{0}));
  process.peak_rss = Bytes(from.at("peak_rss").get<std::int64_t>());
  process.page_tables = Bytes(from.at("page_tables").get<std::int64_t>());
  return process;
}

/// Values, and their base: what the same figure is over nothing.
struct Values {
  std::vector<std::int64_t> values;
  std::int64_t base = 0;
};

// The part of a figure that the data causes. Of several values, that of the
// value farthest from `predicted`.
std::int64_t without_base(const Values& from, std::int64_t predicted) {
  std::int64_t farthest = predicted;
  for (const std::int64_t value : from.values) {
    const std::int64_t without = value - from.base;
    if (std::abs(without - predicted) > std::abs(farthest - predicted)) {
      farthest = without;
    }
  }
  return farthest;
}

// "(N + 1)·D" from "(N + 1)·D + Σb_pss".
std::string formula_without_base(const std::string& formula) {
  static const std::regex base("( \\+ )?(Σ)?b'?_[a-z_]+");
  const std::string without = std::regex_replace(formula, base, "");
  return without.empty() ? "0" : without;
}

const Moment* named(const std::vector<Moment>& moments,
                    const std::string& name) {
  for (const Moment& moment : moments) {
    if (moment.name == name) return &moment;
  }
  return nullptr;
}

// The base of a figure of the lesson.
std::int64_t base_of(const json& report, const json& figure) {
  if (figure.contains("base")) return figure.at("base");
  const std::vector<Moment> own = moments_of(report);
  const Moment* moment = named(own, figure.at("moment"));
  return moment == nullptr
             ? 0
             : moment->base_of(figure.at("what").get<std::string>());
}

// The same figure of the twin; none if Python has no counterpart.
std::optional<Values> same_figure(const std::vector<Moment>& twin,
                                  const json& figure) {
  const std::string name = figure.at("moment");
  const std::string what = figure.at("what");
  Values same;
  if (name.empty() && what == "results") {  // of all moments
    for (const Moment& moment : twin) {
      if (moment.name != cow::kOverNothing) {
        same.values.push_back(moment.right_results);
      }
    }
    if (same.values.empty()) return std::nullopt;
    return same;
  }
  const Moment* moment = named(twin, name);
  if (moment == nullptr) return std::nullopt;
  const auto found = moment->figure(what);
  if (!found) return std::nullopt;
  return Values{.values = found->values, .base = moment->base_of(what)};
}

}  // namespace

std::vector<Moment> moments_of(const json& report) {
  std::vector<Moment> moments;
  std::shared_ptr<const Moment> nothing;
  for (const json& from : report.at("moments")) {
    Moment moment;
    moment.name = from.at("name");
    for (const json& process : from.at("processes")) {
      if (process.at("role") == "parent") {
        moment.parent = process_from(process);
      } else if (process.at("role") == "fork server") {
        moment.server = process_from(process);
      } else {
        moment.workers.push_back(process_from(process));
      }
    }
    const json& transfer = from.at("transfer");
    moment.to_workers = Bytes(transfer.at("to_workers").get<std::int64_t>());
    moment.right_results = transfer.at("right_results");
    moment.seconds = transfer.at("seconds");
    if (moment.name == cow::kOverNothing) {
      nothing = std::make_shared<const Moment>(moment);
    }
    moment.nothing = nothing;
    moments.push_back(moment);
  }
  return moments;
}

std::vector<Compared> compare(const json& report,
                              const std::vector<Moment>& twin) {
  const std::int64_t data = report.at("parameters").at("data");
  std::vector<Compared> all;
  for (const json& claim : report.at("claims")) {
    const json& figure = claim.at("figure");
    const Values own{.values = figure.at("values"),
                     .base = base_of(report, figure)};
    Compared one;
    one.claim = claim.at("name");
    one.formula = formula_without_base(claim.at("formula"));
    one.unit =
        claim.at("unit") == "bytes" ? cow::Unit::kBytes : cow::Unit::kCount;
    one.predicted = claim.at("predicted").get<std::int64_t>() - own.base;
    one.here = without_base(own, one.predicted);
    if (const auto same = same_figure(twin, figure)) {
      one.there = without_base(*same, one.predicted);
      one.agrees = one.unit == cow::Unit::kBytes
                       ? std::abs(one.here - *one.there) <= data / kOneFiftieth
                       : one.here == *one.there;
    }
    all.push_back(one);
  }
  return all;
}

}  // namespace course
