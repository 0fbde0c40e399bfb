#include "cow/task/errors.h"

#include <fmt/core.h>

#include <utility>

namespace cow {

TaskError::TaskError(std::string text, std::string type, std::int64_t item,
                     pid_t worker)
    : std::runtime_error(fmt::format("item {} failed in worker {}: {}{}{}",
                                     item, worker, type,
                                     text.empty() ? "" : ": ", text)),
      text_(std::move(text)),
      type_(std::move(type)),
      item_(item),
      worker_(worker) {}

WorkerDied::WorkerDied(std::string how, int signal, pid_t worker,
                       std::int64_t first, std::int64_t count)
    : std::runtime_error(
          count == 1
              ? fmt::format("worker {} died with {} in item {}", worker, how,
                            first)
              : fmt::format(
                    "worker {} died with {} in one of the items {} to {}",
                    worker, how, first, first + count - 1)),
      signal_(signal),
      worker_(worker),
      item_(first) {}

}  // namespace cow
