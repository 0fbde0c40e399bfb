// One sentence on where the memory of a tree of processes went.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cowtop {

struct Findings;

/// What became of the memory that a tree of processes could share.
enum class Kind {
  kCopies,     ///< each worker holds a copy of its own, as after pickling
  kShared,     ///< copy-on-write (or shared memory) works
  kDirtying,   ///< was inherited shared, and becomes private page by page
  kUnrelated,  ///< the workers inherited nothing: they were spawned
  kUnknown,    ///< cannot tell, and the sentence says why
};

/// "copies", "shared", "dirtying", "unrelated", "unknown": as in the JSON.
std::string_view to_string(Kind kind);

/// What was concluded, and from what.
struct Diagnosis {
  Kind kind = Kind::kUnknown;
  std::string sentence;
  /// The figures that it was concluded from, a short line each.
  std::vector<std::string> evidence;
};

/// Concludes from the part of the tree that costs the machine most. Looks at
/// nothing but `findings`.
Diagnosis diagnose(const Findings& findings);

}  // namespace cowtop
