// A pickled batch: all that goes into a worker's pipe for it.
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

/// It can be given to a worker, and later to another, without asking its job.
struct PickledBatch {
  std::shared_ptr<Job> job;  ///< is told how it ends
  std::int64_t index = 0;    ///< within the job
  FrameHeader header;        ///< number and slot depend on the worker
  Message payload;
  bool retried = false;  ///< a worker has died in it before

  /// How many bytes it takes in the pipe.
  Bytes size() const { return kBatchHeader + payload.size(); }
  /// Adds it to what the job has moved through the pipes (`times` is 1), or
  /// subtracts it (-1). So a batch that was stolen back counts once.
  void count(int times) const {
    job->transfer().batches += times;
    job->transfer().to_workers += times * size();
  }
  void fail(std::exception_ptr error) const {
    job->fail(index, static_cast<std::size_t>(header.first), std::move(error));
  }
};

}  // namespace cow
