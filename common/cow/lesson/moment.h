// A moment of an experiment: the figures of all its processes, read while every
// worker waits, and what a lesson takes from them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cow/lesson/formula.h"
#include "cow/memory/process.h"
#include "cow/os/bytes.h"
#include "cow/os/reading.h"

namespace cow {

/// One column of the table of processes.
struct Quantity {
  std::string_view name;  ///< as in the JSON
  Bytes (*read)(const Process&);
};

inline constexpr Quantity rss{
    "rss", [](const Process& process) { return process.usage.rss; }};
inline constexpr Quantity pss{
    "pss", [](const Process& process) { return process.usage.pss; }};
inline constexpr Quantity uss{
    "uss", [](const Process& process) { return process.usage.uss(); }};
inline constexpr Quantity peak_rss{
    "peak_rss", [](const Process& process) { return *process.peak_rss; }};
inline constexpr Quantity page_tables{
    "page_tables", [](const Process& process) { return *process.page_tables; }};

/// A measured figure for a claim: one value, or one per worker.
struct Figure {
  std::string moment;  ///< the moment's name
  std::string what;    ///< "worker uss", "total pss", "to_workers", "results"
  Unit unit = Unit::kBytes;
  std::vector<std::int64_t> values;
  /// For figures of whole processes: what the figure would be without the data,
  /// and the number of processes that are added up in it. Other figures have no
  /// base, because the kernel and the pool count them exactly.
  std::optional<Formula> base = {};
  int processes = 1;
};

/// The name of the moment that every lesson compares with: the same pool does
/// the same work over an object of almost no size. What a process has then is
/// its base, b.
inline constexpr std::string_view kOverNothing = "the same pool over nothing";

/// The processes of an experiment at one moment.
struct Moment {
  std::string name;
  Process parent;
  std::vector<Process> workers;
  /// The fork server, if the workers are its children.
  std::optional<Process> server;

  // What the map moved through the pipes until its end, and how long it took.
  // The processes were read before its end.
  std::int64_t batches = 0;
  Bytes to_workers;
  Bytes from_workers;
  double seconds = 0;
  std::int64_t right_results = 0;  ///< how many results are right
  std::int64_t nodes = 0;          ///< of an MPI program; 0: it is none

  /// The moment over nothing; null before there is one.
  std::shared_ptr<const Moment> nothing;

  /// One value per worker.
  Figure each_worker(const Quantity& quantity) const;
  /// Only the parent's.
  Figure of_parent(const Quantity& quantity) const;
  /// Parent, workers and fork server added up.
  Figure total(const Quantity& quantity) const;
  /// The bytes that were written to the workers' pipes.
  Figure pipe_bytes() const;
  /// How many results are right.
  Figure results() const;
  /// A count of the lesson's own: one value, or one per worker.
  Figure counted(std::string_view what, std::vector<std::int64_t> values) const;
  /// The figure of the meter or of the pipes with this `what`; none if it is a
  /// count of the lesson's own.
  std::optional<Figure> figure(std::string_view what) const;

  /// b: what one worker would have without the data; b_uss, b_rss …, one for
  /// each column.
  ///
  /// It is taken from the moment over nothing, except for the part that is
  /// pages of files (program, libraries). That part is taken from this moment,
  /// for two reasons. Which of these pages a process maps depends on what it
  /// has done. And PSS divides them by how often they are mapped now, by other
  /// programs as well.
  Formula base(const Quantity& quantity) const;
  /// The same for the parent: b'_uss …
  Formula base_of_parent(const Quantity& quantity) const;
  /// Σb: the sum of the bases of all processes.
  Formula sum_of_bases(const Quantity& quantity) const;
  /// What the figure `what` would be without the data.
  std::int64_t base_of(std::string_view what) const;
};

/// Reads the processes as they are now. The rest of the moment is still empty.
/// Absent, with the reason, if one of them cannot be read.
Reading<Moment> read_moment(pid_t parent, const std::set<pid_t>& workers);
/// The same for workers that other processes have started. Those other
/// processes are left out.
Reading<Moment> read_started_by_others(pid_t parent,
                                       const std::set<pid_t>& workers);

}  // namespace cow
