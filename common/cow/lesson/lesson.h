// What every experiment shares: the meeting of the workers, what is measured
// then, and the claims. cow/report/run_lesson.h runs it.
//
// docs/reading_a_lesson.md introduces it to those who read the lessons.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "cow/lesson/claim.h"
#include "cow/lesson/flags.h"
#include "cow/lesson/formula.h"
#include "cow/lesson/moment.h"
#include "cow/lesson/progress.h"
#include "cow/lesson/rendezvous.h"
#include "cow/lesson/result.h"
#include "cow/os/bytes.h"
#include "cow/pool/pool.h"

namespace cow {

/// The experiment cannot be made on this machine; the text says why.
class NotPossible : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The size of the object in the pool "over nothing": four doubles, so that
/// what is divided into several objects still has a number for each.
inline constexpr Bytes kNothing{4 * sizeof(double)};

/// The symbols that every lesson has.
struct Symbols {
  Formula D;  ///< data
  Formula N;  ///< workers
  Formula n;  ///< items
  Formula T;  ///< batches: ceil(n / c); c = ceil(n / 4N), or as the lesson says
};

/// One run of an experiment.
class Lesson {
 public:
  Lesson(const About& about, const Flags& flags);
  Lesson(const Lesson&) = delete;
  Lesson& operator=(const Lesson&) = delete;

  Bytes data() const { return result_.flags.data; }
  int workers() const { return result_.flags.workers; }
  /// c: how many items make one batch.
  int chunk_size() const { return result_.chunk_size; }
  /// The numbers 0 to n − 1.
  std::vector<int> items() const;
  Symbols symbols() const;

  /// To be called before memory is taken: throws NotPossible when `peak` is
  /// more than is available now on this machine (in this control group), with
  /// both figures, or when that cannot be read.
  void needs_memory(const Formula& peak) const;

  /// Looks at processes while they stand still.
  using Look = std::function<void(const Moment&)>;

  /// Waits until every worker holds a task (the task calls
  /// `wait_to_be_measured`), reads all processes, lets the map finish and
  /// counts the results that are the square of their item: "the results are
  /// right" is claimed for all of them at the end. Throws what a failing task
  /// causes, and NotPossible if a process cannot be read. `look` is called
  /// before the workers go on.
  Moment measure(std::string_view name, Pending<std::vector<double>> squares,
                 const Look& look = {});
  Moment measure(Pending<std::vector<double>> squares) {
    return measure("every worker holds its task", std::move(squares));
  }
  /// The same for tasks with other results, which the lesson fetches itself.
  Moment measure_work(std::string_view name, PendingWork& work,
                      const Look& look = {});

  /// Calls `experiment` with the size of almost nothing. What is measured in it
  /// gives the bases of the figures that are measured later.
  template <typename Experiment>
  void measure_base(Experiment experiment) {
    over_nothing_ = true;
    call(experiment, kNothing);
    over_nothing_ = false;
  }
  /// Calls `experiment` twice: as `measure_base` does, then with the size of
  /// the data; returns what the second call has returned. `experiment` takes
  /// (Bytes) or (Lesson&, Bytes).
  template <typename Experiment>
  Moment run(Experiment experiment) {
    measure_base(experiment);
    return call(experiment, data());
  }

  /// Calls `task` with 0, 1, 2 ... once in each of the N workers of `pool` (it
  /// calls `wait_to_be_measured`, so that none of them takes two). Returns the
  /// results. `look` is called before they go on.
  template <typename Task>
  auto ask_each_worker(Pool& pool, Task task, const Look& look = {}) {
    std::vector<int> numbers(static_cast<std::size_t>(workers()));
    std::iota(numbers.begin(), numbers.end(), 0);
    auto pending = pool.map_async(task, numbers, 1);
    const Moment held = hold(pending);
    if (look) look(held);
    let_go(pending);
    return pending.get();
  }
  /// The same for a question: how many of the workers answer it with true.
  template <typename Task>
  std::int64_t count_workers(Pool& pool, Task question) {
    const std::vector<bool> answers = ask_each_worker(pool, question);
    return std::count(answers.begin(), answers.end(), true);
  }

  /// Shows lines of text in the report, behind the processes.
  void show(std::string title, std::string text);
  /// The lesson's picture, in the report and with --svg in a file.
  void show(PagePicture picture);

  /// Says what must hold of a figure. Claims are judged at the end, all of
  /// them. `hint`: the likely cause if it does not hold, where that is more
  /// than the opposite of what it says.
  void claim(std::string says, Figure measured, const Prediction& prediction,
             std::string hint = "");
  /// The same for the lesson's own counts (one, or one a worker) and for an
  /// amount of memory. They belong to the moment that was measured last.
  void claim(std::string says, std::vector<std::int64_t> counts,
             const Prediction& prediction, std::string hint = "");
  void claim(std::string says, std::int64_t count,
             const Prediction& prediction) {
    claim(std::move(says), std::vector{count}, prediction);
  }
  void claim(std::string says, Bytes amount, const Prediction& prediction);

  /// Ends the run and returns all that it has found out.
  const Result& finish();

 private:
  // The processes, while every worker stands still.
  Moment hold(PendingWork& work);
  // Until the map has ended.
  void let_go(PendingWork& work);
  void keep(Moment& moment);

  template <typename Experiment>
  auto call(Experiment& experiment, Bytes size) {
    if constexpr (std::is_invocable_v<Experiment&, Bytes>) {
      return experiment(size);
    } else {
      return experiment(*this, size);
    }
  }

  ProgressLine progress_;
  Result result_;
  bool over_nothing_ = false;
  std::vector<std::int64_t> right_results_;  // of each moment over the data
  std::shared_ptr<const Moment> nothing_;    // the moment over nothing
  Rendezvous rendezvous_;
};

/// The error text of the task that fails in `call`; empty if none does.
template <typename Call>
std::string error_of_task(Call call) {
  try {
    call();
  } catch (const TaskError& error) {
    return error.text();
  }
  return "";
}

}  // namespace cow
