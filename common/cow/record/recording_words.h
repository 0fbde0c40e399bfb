// What a recording calls its processes, and how it tells what has happened.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cow/record/recording.h"

namespace cow {

/// What can happen to a page.
enum class PageEvent {
  kFilled,
  kBecameExclusive,
  kMapped,
  kShared,
  kGivenBack,
  kSwapped
};
inline constexpr std::size_t kPageEvents = 6;

/// What has happened to a page whose state was `before` and is `now`.
PageEvent page_event(char before, char now);

/// How many pages each has happened to, by process.
using PageEvents = std::map<ProcessId, std::array<std::size_t, kPageEvents>>;

class RecordingWords {
 public:
  struct Named {
    ProcessId id;
    std::string role;                   ///< "parent", "worker 1"
    std::optional<std::size_t> parent;  ///< its number
  };

  /// `recording` must outlive it.
  explicit RecordingWords(const Recording& recording);

  /// All processes; a process's number is its place here.
  const std::vector<Named>& processes() const { return processes_; }
  std::size_t number_of(const ProcessId& id) const { return numbers_.at(id); }
  /// None if the tree does not have it.
  std::optional<std::size_t> number_of(pid_t pid, const Tree& tree) const;

  /// Which processes have begun and ended: "2 workers have ended". Empty if
  /// none has.
  std::string of_processes(const Tree& now, const Tree& before) const;
  /// What has happened at this look.
  std::string of(const RecordedLook& look, const Tree& before,
                 const PageEvents& pages) const;

 private:
  void name_processes();
  void name_experiments();
  std::string list_of(const std::vector<ProcessId>& ids) const;
  std::string of_pages(const PageEvents& pages) const;
  std::string without_experiment(const RecordedLook& look, const Tree& before,
                                 const PageEvents& pages) const;

  const Recording& it_;
  std::vector<Named> processes_;
  std::map<ProcessId, std::size_t> numbers_;
  std::map<int, std::string> experiments_;
};

}  // namespace cow
