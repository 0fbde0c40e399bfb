// What the tests of shared memory have in common.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cow/os/child.h"
#include "cow/os/descriptor.h"
#include "cow/shared/segment.h"

namespace cow::testing {

/// A backing of each kind, with names of this process' own; files in `folder`.
std::vector<Backing> backings(const std::string& folder);

/// The name in /dev/shm of this test.
std::string own_name();

/// A child that makes a segment and holds it until it is killed.
class Holder {
 public:
  Holder(Bytes size, const Backing& backing);
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  ~Holder() { kill(); }

  const SegmentHandle& handle() const { return handle_; }
  /// With SIGKILL.
  void kill();

 private:
  SegmentHandle handle_;
  Child child_;
};

/// The errno and the text of the std::system_error that `call` throws; 0 and
/// what else it threw, if it throws none.
struct Refusal {
  int error = 0;
  std::string text;
};
Refusal refusal_of(const std::function<void()>& call);

/// The same in a child, after `prepare`, which may say that it cannot be done
/// here: then `error` is -1.
Refusal refusal_in_child(const std::function<bool()>& prepare,
                         const std::function<void()>& call);

}  // namespace cow::testing
