#include "cow/lesson/moment.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace cow {
namespace {

constexpr std::array kQuantities = {rss, pss, uss, peak_rss, page_tables};

std::string each(const Quantity& quantity) {
  return fmt::format("worker {}", quantity.name);
}

std::string parents(const Quantity& quantity) {
  return fmt::format("parent {}", quantity.name);
}

std::string all(const Quantity& quantity) {
  return fmt::format("total {}", quantity.name);
}

// The part of a figure that does not depend on other programs.
Bytes own_part(const Quantity& quantity, const Process& process) {
  const Usage& usage = process.usage;
  if (quantity.name == pss.name) {
    return usage.pss - usage.pss_file.value_or(Bytes());
  }
  if (quantity.name == rss.name) return usage.anonymous;
  if (quantity.name == peak_rss.name) {
    return *process.peak_rss - (usage.rss - usage.anonymous);
  }
  return quantity.read(process);
}

Bytes file_part(const Quantity& quantity, const Process& process) {
  return quantity.read(process) - own_part(quantity, process);
}

template <typename Read>
Bytes largest(const std::vector<Process>& processes, Read read) {
  Bytes most;
  for (const Process& process : processes) {
    most = std::max(most, read(process));
  }
  return most;
}

template <typename Read>
Bytes sum(const Moment& moment, Read read) {
  Bytes sum = read(moment.parent);
  for (const Process& worker : moment.workers) sum += read(worker);
  if (moment.server) sum += read(*moment.server);
  return sum;
}

}  // namespace

Figure Moment::each_worker(const Quantity& quantity) const {
  Figure figure{.moment = name, .what = each(quantity), .values = {}};
  for (const Process& worker : workers) {
    figure.values.push_back(quantity.read(worker).count());
  }
  if (nothing) figure.base = base(quantity);
  return figure;
}

Figure Moment::of_parent(const Quantity& quantity) const {
  Figure figure{.moment = name,
                .what = parents(quantity),
                .values = {quantity.read(parent).count()}};
  if (nothing) figure.base = base_of_parent(quantity);
  return figure;
}

Figure Moment::total(const Quantity& quantity) const {
  Figure figure{.moment = name,
                .what = all(quantity),
                .values = {sum(*this, quantity.read).count()},
                .processes = static_cast<int>(workers.size()) + 1};
  if (nothing) figure.base = sum_of_bases(quantity);
  return figure;
}

Figure Moment::pipe_bytes() const {
  return {.moment = name, .what = "to_workers", .values = {to_workers.count()}};
}

Figure Moment::results() const {
  return {.moment = name,
          .what = "results",
          .unit = Unit::kCount,
          .values = {right_results}};
}

Figure Moment::counted(std::string_view what,
                       std::vector<std::int64_t> values) const {
  return {.moment = name,
          .what = std::string(what),
          .unit = Unit::kCount,
          .values = std::move(values)};
}

std::optional<Figure> Moment::figure(std::string_view what) const {
  if (what == "to_workers") return pipe_bytes();
  if (what == "results") return results();
  for (const Quantity& quantity : kQuantities) {
    if (what == each(quantity)) return each_worker(quantity);
    if (what == parents(quantity)) return of_parent(quantity);
    if (what == all(quantity)) return total(quantity);
  }
  return std::nullopt;
}

Formula Moment::base(const Quantity& quantity) const {
  const auto own = [&](const Process& p) { return own_part(quantity, p); };
  const auto file = [&](const Process& p) { return file_part(quantity, p); };
  return {fmt::format("b_{}", quantity.name),
          largest(nothing->workers, own) + largest(workers, file)};
}

Formula Moment::base_of_parent(const Quantity& quantity) const {
  return {fmt::format("b'_{}", quantity.name),
          own_part(quantity, nothing->parent) + file_part(quantity, parent)};
}

Formula Moment::sum_of_bases(const Quantity& quantity) const {
  const auto own = [&](const Process& p) { return own_part(quantity, p); };
  const auto file = [&](const Process& p) { return file_part(quantity, p); };
  return {fmt::format("Σb_{}", quantity.name),
          sum(*nothing, own) + sum(*this, file)};
}

std::int64_t Moment::base_of(std::string_view what) const {
  if (what == "to_workers") return nothing->to_workers.count();
  for (const Quantity& quantity : kQuantities) {
    if (what == each(quantity)) return base(quantity).value();
    if (what == parents(quantity)) return base_of_parent(quantity).value();
    if (what == all(quantity)) return sum_of_bases(quantity).value();
  }
  return 0;  // results have no base
}

Reading<Moment> read_started_by_others(pid_t parent,
                                       const std::set<pid_t>& workers) {
  Moment moment;
  for (const pid_t pid : workers) {
    const Reading<Process> worker = read_process(pid);
    if (!worker) return Absent{worker.reason()};
    moment.workers.push_back(*worker);
  }
  const Reading<Process> own = read_process(parent);
  if (!own) return Absent{own.reason()};
  moment.parent = *own;
  return moment;
}

Reading<Moment> read_moment(pid_t parent, const std::set<pid_t>& workers) {
  const Reading<Moment> read = read_started_by_others(parent, workers);
  if (!read) return read;
  std::set<pid_t> servers;
  for (const Process& worker : read->workers) {
    if (worker.parent != parent) servers.insert(worker.parent);
  }
  if (servers.empty()) return read;
  if (servers.size() > 1) return Absent{"the workers have several parents"};
  const Reading<Process> server = read_process(*servers.begin());
  if (!server) return Absent{server.reason()};
  Moment moment = *read;
  moment.server = *server;
  return moment;
}

}  // namespace cow
