// cow/lesson is the library with which all lessons are written: the rendezvous
// of the workers, the measuring, the claims. It contains no lesson: the lessons
// are in lessons/. It runs no lesson: cow/report/run_lesson.h runs one, and the
// program of common/course runs all. It does not write the documents: the
// program of common/book does.
//
// docs/reading_a_lesson.md is its introduction.
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

#include "cow/lesson/chart.h"
#include "cow/lesson/claim.h"
#include "cow/lesson/flags.h"
#include "cow/lesson/formula.h"
#include "cow/lesson/measured_program.h"
#include "cow/lesson/moment.h"
#include "cow/lesson/progress.h"
#include "cow/lesson/recorder_link.h"
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

/// The size of the data in a run "over nothing" (Lesson::measure_base). These
/// are four doubles. So a lesson that divides its data into several objects
/// still has a number for each object.
inline constexpr Bytes kNothing{4 * sizeof(double)};

/// The symbols that every lesson has.
struct Symbols {
  Formula D;  ///< data
  Formula N;  ///< workers
  Formula n;  ///< items
  Formula T;  ///< batches: ceil(n / c); usually c = ceil(n / 4N)
};

/// One run of an experiment.
class Lesson {
 public:
  Lesson(const About& about, const Flags& flags);
  Lesson(const Lesson&) = delete;
  Lesson& operator=(const Lesson&) = delete;

  Bytes data() const { return result_.flags.data; }
  int workers() const { return result_.flags.workers; }
  double share() const { return result_.flags.share; }  ///< --share
  int seed() const { return result_.flags.seed; }       ///< --seed
  int nodes() const { return result_.flags.nodes; }     ///< --nodes
  /// c: how many items make one batch.
  int chunk_size() const { return result_.chunk_size; }
  /// The items: the numbers 0 to n − 1.
  std::vector<int> items() const;
  Symbols symbols() const;

  /// To be called before memory is taken. Throws NotPossible, with both
  /// figures, if `peak` is more than what is available now on this machine (and
  /// in this control group). Also throws NotPossible if the available memory
  /// cannot be read.
  void needs_memory(const Formula& peak) const;

  /// Called while all workers wait.
  using Look = std::function<void(const Moment&)>;

  /// Waits until every worker holds a task (which calls `wait_to_be_measured`),
  /// and reads the figures of all processes. Then lets the map finish. A result
  /// is right if it is the square of its item; in the end the lesson claims
  /// that all results are right. `look` is called while the workers still wait.
  /// If the map fails, throws what Pending::get throws. Throws NotPossible if a
  /// process cannot be read.
  Moment measure(std::string_view name, Pending<std::vector<double>> squares,
                 const Look& look = {});
  Moment measure(Pending<std::vector<double>> squares) {
    return measure("every worker holds its task", std::move(squares));
  }
  /// The same for tasks with other results. The caller fetches the results.
  Moment measure_work(std::string_view name, PendingWork& work,
                      const Look& look = {});

  /// Runs a program that says itself when its processes are to be measured.
  /// Returns its moments, except those over nothing.
  std::vector<Moment> measure_others(const MeasuredProgram& program);

  /// Calls `experiment` with a size of almost nothing. What it measures gives
  /// the bases for the figures that are measured later.
  template <typename Experiment>
  void measure_base(Experiment experiment) {
    over_nothing_ = true;
    const NotRecorded over_nothing;
    call(experiment, kNothing);
    over_nothing_ = false;
  }
  /// Calls `experiment` twice: as `measure_base` does, then with the size of
  /// the data. Returns the result of the second call. `experiment` takes
  /// (Bytes) or (Lesson&, Bytes).
  template <typename Experiment>
  Moment run(Experiment experiment) {
    measure_base(experiment);
    return call(experiment, data());
  }

  /// Calls `task` once in each of the N workers of `pool`, with 0, 1, 2 …;
  /// returns the results. `task` must call `wait_to_be_measured`, so that no
  /// worker takes two of these calls. `look` is called while the workers wait.
  /// With a name, the report has this moment, too.
  template <typename Task>
  auto ask_each_worker(Pool& pool, Task task, const Look& look = {},
                       std::string_view name = {}) {
    std::vector<int> numbers(static_cast<std::size_t>(workers()));
    std::iota(numbers.begin(), numbers.end(), 0);
    auto pending = pool.map_async(task, numbers, 1);
    if (!name.empty()) {
      measure_work(name, pending, look);
      return pending.get();
    }
    const Moment held = hold(pending);
    if (look) look(held);
    let_go(pending);
    return pending.get();
  }
  /// The same for a question: how many of the workers answer true.
  template <typename Task>
  std::int64_t count_workers(Pool& pool, Task question) {
    const std::vector<bool> answers = ask_each_worker(pool, question);
    return std::count(answers.begin(), answers.end(), true);
  }

  /// Shows lines of text in the report, after the processes.
  void show(std::string title, std::string text);
  /// Sets the lesson's picture. It is shown in the report, and with --svg
  /// written to a file.
  void show(PagePicture picture);
  /// The lesson's chart, in the JSON.
  void show(Chart chart);

  /// Says what must hold for a figure. All claims are judged at the end. `hint`
  /// is the likely cause if the claim fails. Leave it out if the cause is only
  /// the opposite of `says`.
  void claim(std::string says, Figure measured, const Prediction& prediction,
             std::string hint = "");
  /// The same for the lesson's own counts (one value, or one per worker) and
  /// for an amount of memory. They belong to the last measured moment.
  void claim(std::string says, std::vector<std::int64_t> counts,
             const Prediction& prediction, std::string hint = "");
  void claim(std::string says, std::int64_t count,
             const Prediction& prediction) {
    claim(std::move(says), std::vector{count}, prediction);
  }
  void claim(std::string says, Bytes amount, const Prediction& prediction);

  /// Ends the run and returns its result.
  const Result& finish();

 private:
  // Reads the processes while every worker waits.
  Moment hold(PendingWork& work, std::string_view name = {});
  // Lets the workers go on, and waits for the end of the map.
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

/// Calls `call`. Returns the text of the TaskError that it throws, or an empty
/// text if it throws none.
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
