// A recording: what happened in a tree of processes, page by page. A site can
// replay it. docs/recording.md describes the format.
//
// It is made of looks. Which memory is drawn, and what the processes are
// called, is decided at the end, when all looks are known.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cow/os/bytes.h"
#include "cow/record/look.h"

namespace cow {

/// What went through the pipes from one process to another.
struct PipeMessages {
  pid_t from = 0;
  pid_t to = 0;
  Bytes bytes;
  std::int64_t count = 0;  ///< 0: a part of a message that is counted later
};

/// A look at the processes, at one time.
struct RecordedLook {
  double time = 0;       ///< seconds since the start
  std::string what;      ///< what happens; if empty, what has changed is told
  std::string moment;    ///< the lesson's name of this moment; or empty
  bool is_kept = false;  ///< is not left out, however many looks there are
  bool running = false;  ///< something has changed while it was made
  std::vector<PipeMessages> messages;
  Tree tree;
  int experiment = 0;  ///< set by `add`
};

/// Pages that are drawn instead of whole mappings, from an experiment on.
struct DrawnPages {
  std::string name;
  std::vector<PageSpan> pages;
  int experiment = 0;
};

/// The looks of one recording.
class Recording {
 public:
  /// How many looks are kept; more if more of them must be.
  static constexpr std::size_t kMostLooks = 200;
  /// How many bytes the pages of all events may take. If they took more, only
  /// each second, fourth ... page is drawn.
  static constexpr std::size_t kMostBytes = 1'000'000;
  /// If there were more processes, only those that lived longest are kept. The
  /// site replays no more (kMost of replay/recording.js).
  static constexpr std::size_t kMostProcesses = 1024;
  /// Nor the pages of more regions, each in one process, and no more pages.
  static constexpr std::size_t kMostMaps = 2048;
  static constexpr std::size_t kMostPages = std::size_t{1} << 24;

  /// `program` is the lesson's name or the command line.
  explicit Recording(std::string program) : program_(std::move(program)) {}

  /// Notes which processes there are, for a look that is not added. Returns the
  /// number of the experiment.
  int see(const Tree& tree);
  /// Adds a look. One in which hardly anything has changed is left out, unless
  /// it is to be kept. Returns how many pages have changed: 0 if it was left
  /// out; a process that has begun or ended counts as many.
  std::size_t add(RecordedLook look);
  /// Draws these pages of the first process and of its forks, instead of whole
  /// mappings: from this experiment on, until pages of that name are drawn
  /// anew. (An experiment ends when all processes but the first have ended.)
  /// `see` the processes of this moment before.
  void draw(std::string name, std::vector<PageSpan> pages);
  /// What a process is called: "worker", "fork server".
  void set_role(pid_t pid, std::string role) { roles_[pid] = std::move(role); }

  bool empty() const { return looks_.empty(); }
  const std::string& program() const { return program_; }
  const std::vector<RecordedLook>& looks() const { return looks_; }
  const std::vector<DrawnPages>& drawn() const { return drawn_; }
  const std::map<pid_t, std::string>& roles() const { return roles_; }
  const Tree& last() const;
  /// All pages that `draw` was told last, under each name.
  std::vector<PageSpan> drawn_now() const;

  /// The whole recording. `report` is the lesson's JSON; empty: there is none.
  std::string to_json(const std::string& report) const;

 private:
  void thin_out(std::size_t most);
  void leave_out_processes();
  // Says of a message at which looks its parts came, if that is known.
  void spread_messages();

  std::string program_;
  std::vector<RecordedLook> looks_;
  std::vector<std::size_t> changes_;  // of each look, in pages
  std::vector<DrawnPages> drawn_;
  std::map<pid_t, std::string> roles_;
  int experiment_ = 0;
  std::set<ProcessId> workers_;  // all but the first process, at the last look
};

}  // namespace cow
