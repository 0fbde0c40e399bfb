// What a pool does when a worker dies.
#pragma once

namespace cow {

/// What becomes of the batch that a worker was at when it died.
enum class OnDeath {
  /// It fails as WorkerDied. Nothing is ever run twice.
  kFail,
  /// It is run once more, by another worker; if that dies too, it fails. For
  /// tasks that may be run twice.
  kRetryOnce,
};

}  // namespace cow
