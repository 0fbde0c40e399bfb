// What can go wrong in a pool, as the parent sees it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <stdexcept>
#include <string>

#include "cow/pool/failure.h"

namespace cow {

/// The pool cannot do what was asked: it was closed or terminated, its workers
/// cannot be started, or there is no memory for a result. The text says which.
class PoolError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A task threw an exception, in its worker.
class TaskError : public std::runtime_error {
 public:
  /// `text` is the exception's own, `type` the name of its class.
  TaskError(std::string text, std::string type, std::int64_t item,
            pid_t worker);
  explicit TaskError(const Failure& failure)
      : TaskError(failure.text, failure.type,
                  static_cast<std::int64_t>(failure.item), failure.pid) {}

  const std::string& text() const { return text_; }
  const std::string& type() const { return type_; }
  /// Index of the item whose task it was.
  std::int64_t item() const { return item_; }
  pid_t worker() const { return worker_; }

 private:
  std::string text_;
  std::string type_;
  std::int64_t item_;
  pid_t worker_;
};

/// A worker ended in the middle of a batch. Its other batches are not affected,
/// and another worker takes its place.
class WorkerDied : public std::runtime_error {
 public:
  /// `how` says how it ended; it was at one of the items [first, first +
  /// count), at which of them is known unless it has overwritten that as well.
  WorkerDied(std::string how, int signal, pid_t worker, std::int64_t first,
             std::int64_t count);

  /// The signal that killed it, or 0 if it exited by itself.
  int signal() const { return signal_; }
  pid_t worker() const { return worker_; }
  /// Index of the item whose task it was, or of the first that it may have
  /// been.
  std::int64_t item() const { return item_; }

 private:
  int signal_;
  pid_t worker_;
  std::int64_t item_;
};

}  // namespace cow
