// Which memory of a recording is drawn, as regions: the pages of one name in
// the first process and its forks, or in all processes that have mapped them.
//
// It is decided when all looks are known: what was read of each mapping is put
// together over the looks. What is small is left out, and what only one process
// has ever had must be large to be drawn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <vector>

#include "cow/record/recording.h"

namespace cow {

/// Pages that are drawn together, where they are in one kind of process.
struct DrawnSource {
  std::string name;
  Image image;
  std::vector<PageSpan> spans;
  std::size_t first = 0;  ///< look
  std::size_t last = 0;   ///< look
  bool shared = false;
  std::set<ProcessId> processes;
  bool is_inherited = false;     ///< a process and its parent have had it
  std::size_t most_present = 0;  ///< pages
  std::uint64_t step = 1;        ///< as in LookedAtRange

  std::uint64_t begin() const { return spans.front().begin; }
  std::uint64_t end() const { return begin() + spans.front().count; }
  std::uint64_t pages() const;
};

/// Sources of one name and size, of which no process has two at once.
struct DrawnRegion {
  std::string name;
  std::uint64_t pages = 0;
  std::uint64_t step = 1;
  std::vector<const DrawnSource*> sources;

  /// How many pages are drawn if only those are whose number is a multiple of
  /// `every`.
  std::size_t drawn_pages(std::uint64_t every) const;
  /// The states of these pages in a process at look number `look`.
  std::string states(const LookedAt& process, std::size_t look,
                     std::uint64_t every) const;
};

class DrawnRegions {
 public:
  /// `recording` must outlive it.
  explicit DrawnRegions(const Recording& recording);
  DrawnRegions(const DrawnRegions&) = delete;
  DrawnRegions& operator=(const DrawnRegions&) = delete;

  const std::vector<DrawnRegion>& all() const { return regions_; }

 private:
  DrawnSource& source_at(const LookedAt& process, const LookedAtRange& range,
                         std::size_t look);
  void find_mappings();
  void choose_mappings(const LookedAt& first_process);
  void trim(DrawnSource& source) const;
  bool came_by_pipe(const DrawnSource& source) const;
  bool is_drawn_anew(const DrawnPages& drawn, int experiment) const;
  void add_drawn(const LookedAt& first_process);
  void make_regions();
  void leave_out_regions();

  const Recording& it_;
  std::deque<DrawnSource> mappings_;  // all that were seen
  std::deque<DrawnSource> sources_;   // those that are drawn
  std::vector<DrawnRegion> regions_;
};

}  // namespace cow
