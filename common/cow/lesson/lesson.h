// What every experiment shares: the command line, the meeting of the workers,
// the claims, and the verdict.
//
//   void experiment(cow::Lesson& lesson) { ... lesson.claim({...}); }
//   int main(int argc, char** argv) {
//     return cow::run_lesson(argc, argv, kAbout, experiment);
//   }
#pragma once

#include <functional>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cow/lesson/claim.h"
#include "cow/lesson/flags.h"
#include "cow/lesson/moment.h"
#include "cow/lesson/rendezvous.h"
#include "cow/lesson/result.h"
#include "cow/lesson/term.h"
#include "cow/os/bytes.h"
#include "cow/pool/pool.h"

namespace cow {

/// The experiment cannot be made on this machine; the text says why.
class NotPossible : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What `run_lesson` returns.
inline constexpr int kEveryClaimHolds = 0;
inline constexpr int kAClaimFails = 1;
inline constexpr int kBadUsage = 2;
inline constexpr int kNotPossible = 77;

/// The size of the object in the pool "over nothing": one double.
inline constexpr Bytes kNothing{sizeof(double)};

/// The symbols that every lesson has.
struct Symbols {
  Term D;  ///< data
  Term N;  ///< workers
  Term n;  ///< items
  Term T;  ///< batches: ceil(n / c); c = ceil(n / 4N), or as the lesson says
};

/// One run of an experiment.
class Lesson {
 public:
  Lesson(const About& about, const Flags& flags);

  Bytes data() const { return result_.flags.data; }
  int workers() const { return result_.flags.workers; }
  /// The workers and the parent.
  int processes() const { return workers() + 1; }
  /// c: how many items make one batch.
  int chunk_size() const { return result_.chunk_size; }
  /// The numbers 0 to n − 1.
  std::vector<int> items() const;
  Symbols symbols() const;

  /// To be called before memory is taken: throws NotPossible, with both
  /// figures, when `peak` is more than this machine (this control group) has.
  void needs(Bytes peak) const;

  /// Looks at processes while they stand still.
  using Look = std::function<void(const Moment&)>;

  /// Waits until every worker holds a task (the task calls
  /// `wait_to_be_measured`), reads all processes, lets the map finish and
  /// counts the results that are the square of their item. Throws what a
  /// failing task causes, and NotPossible if a process cannot be read. A
  /// lesson's first moment is called kOverNothing; the later ones take their
  /// base from the last one of that name. `look` is called before the workers
  /// go on.
  Moment observe(std::string_view name, Pending<std::vector<double>> squares,
                 const Look& look = {});
  /// The same for tasks with other results, which the lesson fetches itself.
  Moment observe_any(std::string_view name, PendingWork& work,
                     const Look& look = {});

  /// Calls `task` with 0, 1, 2 ... once in each of the N workers of `pool` (it
  /// calls `wait_to_be_measured`, so that none of them takes two). Returns the
  /// results. `look` is called before they go on.
  template <typename Task>
  auto ask_each(Pool& pool, Task task, const Look& look = {}) {
    std::vector<int> numbers(static_cast<std::size_t>(workers()));
    std::iota(numbers.begin(), numbers.end(), 0);
    auto pending = pool.map_async(task, numbers, 1);
    const Moment held = hold(pending);
    if (look) look(held);
    let_go(pending);
    return pending.get();
  }

  /// Shows lines of text in the report, behind the processes.
  void show(std::string title, std::string text);
  /// The lesson's picture, in the report and with --svg in a file.
  void show(PagePicture picture);

  /// Says what must hold. Claims are judged at the end, all of them.
  void claim(Claim claim) { result_.claims.push_back(std::move(claim)); }
  /// Prints the reports and returns the exit status.
  int verdict() const;

 private:
  // The processes, while every worker stands still.
  Moment hold(PendingWork& work);
  // Until the map has ended.
  void let_go(PendingWork& work);
  void keep(Moment& moment);

  Result result_;
  std::shared_ptr<const Moment> nothing_;  // the moment over nothing
  Rendezvous rendezvous_;
};

/// What the task says that fails in `call`; empty if none does.
template <typename Call>
std::string error_of_task(Call call) {
  try {
    call();
  } catch (const TaskError& error) {
    return error.text();
  }
  return "";
}

/// In a spawned worker, serves its pool. Else runs `experiment` with what the
/// command line says and returns the exit status of the contract. Whatever goes
/// wrong becomes one sentence on standard error. To be returned from main.
int run_lesson(int argc, char** argv, const About& about,
               const std::function<void(Lesson&)>& experiment);

}  // namespace cow
