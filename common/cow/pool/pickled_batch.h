// A batch on its way: all that goes into a worker's pipe for it.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <utility>

#include "cow/os/bytes.h"
#include "cow/pickle/message.h"
#include "cow/pool/frame.h"
#include "cow/pool/job.h"

namespace cow {

/// Whoever holds it may give it to a worker without asking its job.
struct PickledBatch {
  std::shared_ptr<Job> job;  ///< that is told what became of it
  std::int64_t index = 0;    ///< within the job
  FrameHeader header;        ///< its number and slot are of its worker
  Message payload;
  bool retried = false;  ///< a worker has died at it before

  /// What it takes in the pipe.
  Bytes size() const { return kBatchHeader + payload.size(); }
  /// Adds to what the job has moved through the pipes, or takes away again: a
  /// batch counts where it is run, not where it was given before.
  void count(int times) const {
    job->transfer().batches += times;
    job->transfer().to_workers += times * size();
  }
  void fail(std::exception_ptr error) const {
    job->fail(index, static_cast<std::size_t>(header.first), std::move(error));
  }
};

}  // namespace cow
