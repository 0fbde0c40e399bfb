// What a lesson tells the process that records it (record_lesson.h). It waits
// until the recorder has looked, so that the pages are those of this moment.
// All functions do nothing if nobody records.
//
// An environment variable says who records, and the descriptor of a socket to
// it. Only the child of that process may tell something: the lesson, and none
// of its workers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cow/lesson/moment.h"
#include "cow/pool/job.h"

namespace cow {

/// The environment variable: "PID,DESCRIPTOR" of the recorder and the socket.
inline constexpr const char* kRecorderVariable = "COW_RECORDER";

/// Binds this process to its recorder, so that it ends with that. Returns false
/// if nobody records it.
bool join_recorder();

/// Every worker holds a task. The moment's name is empty if the report will not
/// have this moment. `moved` is what went through the pipes for this map.
void tell_recorder_held(const Moment& held, const Transfer& moved);
/// All results have come.
void tell_recorder_done(const Transfer& moved);
/// With true: what happens is not recorded, until this is called with false.
void tell_recorder_away(bool away);
/// To draw these pages of this process and its forks, from now on until pages
/// of this name are drawn anew.
void tell_recorder_pages(std::string_view name,
                         const std::vector<const std::byte*>& pages);
/// The report, as JSON.
void tell_recorder_report(const std::string& json);

/// While it exists, what happens is not recorded.
class NotRecorded {
 public:
  NotRecorded() { tell_recorder_away(true); }
  NotRecorded(const NotRecorded&) = delete;
  NotRecorded& operator=(const NotRecorded&) = delete;
  ~NotRecorded() { tell_recorder_away(false); }
};

}  // namespace cow
