// One sentence that says where the memory of a tree of processes went.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cowtop {

struct Findings;

/// What happened to the memory that a tree of processes could share.
enum class Kind {
  kCopies,     ///< each worker has its own copy, as after pickling
  kShared,     ///< copy-on-write (or shared memory) works
  kDirtying,   ///< inherited memory becomes private page by page
  kUnrelated,  ///< the workers inherited nothing: they were spawned
  kUnknown,    ///< unknown; the sentence says why
};

/// "copies", "shared", "dirtying", "unrelated", "unknown": as in the JSON.
std::string_view to_string(Kind kind);

/// A conclusion and its evidence.
struct Diagnosis {
  Kind kind = Kind::kUnknown;
  std::string sentence;
  /// The figures behind the conclusion, one short line for each.
  std::vector<std::string> evidence;
  /// What to do, and where to read on; empty if nothing.
  std::string advice = {};
};

/// Judges the part of the tree that costs the machine most. Uses only
/// `findings`.
Diagnosis diagnose(const Findings& findings);

}  // namespace cowtop
