// What the tests of faults share: a tally of what tasks did, which no death of
// theirs undoes, and how often a test is to try.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "cow/os/mapping.h"
#include "pool/support.h"

namespace cow::testing {

/// `times`, or COWPOOL_LONGER times as many, if that variable is set.
int repeated(int times);

/// How often each item was run, in a file that every worker maps. Workers open
/// it with an initializer, {Tally::open, tally.path()}.
class Tally {
 public:
  explicit Tally(int items);
  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;

  std::string path() const { return folder_.path() / "tally"; }
  int of(int item) const;

  /// In a worker.
  static void open(const std::string& path);
  static void count(int item);

 private:
  TemporaryFolder folder_;
  Mapping counts_;
};

}  // namespace cow::testing
