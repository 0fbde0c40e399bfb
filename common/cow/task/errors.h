// The exceptions that a pool throws in the parent.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <stdexcept>
#include <string>

#include "cow/task/failure.h"

namespace cow {

/// The pool cannot do what it was asked for. It was closed or terminated, its
/// workers cannot be started, or there is no memory for a result. The text says
/// why.
class PoolError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A task has thrown an exception in its worker.
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
  /// Index of the item whose task has thrown.
  std::int64_t item() const { return item_; }
  pid_t worker() const { return worker_; }

 private:
  std::string text_;
  std::string type_;
  std::int64_t item_;
  pid_t worker_;
};

/// A worker has ended in the middle of a batch. Its other batches are not
/// affected, and another worker takes its place. Also thrown for a batch that
/// was not begun, if worker after worker ends in its start.
class WorkerDied : public std::runtime_error {
 public:
  /// `how` says how the worker ended. It was running one of the items [first,
  /// first + count). `count` is 1, unless the item is unknown: the worker has
  /// overwritten the number of the item, or had not begun the batch.
  WorkerDied(std::string how, int signal, pid_t worker, std::int64_t first,
             std::int64_t count);

  /// The signal that killed it, or 0 if it exited by itself.
  int signal() const { return signal_; }
  pid_t worker() const { return worker_; }
  /// Index of the item that the worker was running, or the first of those that
  /// are possible.
  std::int64_t item() const { return item_; }

 private:
  int signal_;
  pid_t worker_;
  std::int64_t item_;
};

}  // namespace cow
