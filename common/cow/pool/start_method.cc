#include "cow/pool/start_method.h"

namespace cow {

std::string_view to_string(StartMethod method) {
  switch (method) {
    case StartMethod::kFork:
      return "fork";
    case StartMethod::kSpawn:
      return "spawn";
    case StartMethod::kForkServer:
      return "forkserver";
  }
  return "unknown";
}

}  // namespace cow
