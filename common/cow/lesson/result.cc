#include "cow/lesson/result.h"

#include <algorithm>

namespace cow {

bool Result::holds() const {
  return !claims.empty() &&
         std::all_of(claims.begin(), claims.end(),
                     [](const Claim& claim) { return claim.holds(); });
}

}  // namespace cow
