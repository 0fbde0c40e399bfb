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
  Term T;  ///< batches: ceil(n / c), with chunks of c = ceil(n / 4N) items
};

/// One run of an experiment.
class Lesson {
 public:
  Lesson(const About& about, const Flags& flags);

  Bytes data() const { return result_.flags.data; }
  int workers() const { return result_.flags.workers; }
  /// The numbers 0 to n − 1.
  std::vector<int> items() const;
  Symbols symbols() const;

  /// To be called before memory is taken: throws NotPossible, with both
  /// figures, when `peak` is more than this machine (this control group) has.
  void needs(Bytes peak) const;

  /// Waits until every worker holds a task (the task calls
  /// `wait_to_be_measured`), reads all processes, lets the map finish and
  /// counts the results that are the square of their item. Throws what a
  /// failing task causes, and NotPossible if a process cannot be read. A
  /// lesson's first moment is called kOverNothing; the later ones take their
  /// base from it.
  Moment observe(std::string_view name, Pending<double> squares);

  /// Says what must hold. Claims are judged at the end, all of them.
  void claim(Claim claim) { result_.claims.push_back(std::move(claim)); }
  /// Prints the reports and returns the exit status.
  int verdict() const;

 private:
  // The processes, while every worker stands still.
  Moment hold(PendingWork& work);

  Result result_;
  std::shared_ptr<const Moment> nothing_;  // the moment over nothing
  Rendezvous rendezvous_;
};

/// Runs `experiment` with what the command line says and returns the exit
/// status of the contract. Whatever goes wrong becomes one sentence on standard
/// error. To be returned from main.
int run_lesson(int argc, char** argv, const About& about,
               const std::function<void(Lesson&)>& experiment);

}  // namespace cow
