// 03 bound_method: what is in a message to a worker, byte by byte?
//
// Lesson 01 put the object into the items. But one can also hand it over
// without noticing: as part of the task. A method that is bound to its object
// is the task *and* the object; so is any callable that holds one. Both are
// pickled with every batch.
//
// What you should see: a function takes 8 bytes of a message, a bound method
// takes all of its object. Items of one batch that share an object carry it
// once (pickle's memo). And C++ has an answer of its own: a handle to something
// that was built before the fork takes 8 bytes, whatever it stands for.
//
// What you cannot see here, because it does not compile: a lambda that captures
// something. Nobody can look into it, so nobody can pickle it.

#include <Eigen/Core>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cow/lesson/bytes_shown.h"
#include "cow/lesson/lesson.h"
#include "cow/lesson/table.h"
#include "cow/pickle/eigen.h"
#include "cow/pool/pool.h"

namespace {

using namespace cow::literals;

constexpr cow::About kAbout{
    .name = "03_bound_method",
    .question = "A task that carries its object: what goes to the workers?",
    .takeaway =
        "A bound method is its object. Send a function and reach the object "
        "through something that the worker has inherited.",
    .next = "04_global, the shortest way to do that.",
    .options = {.items_a_worker = 3, .chunk_size = 3}};

struct Analysis {
  Analysis() = default;
  explicit Analysis(cow::Bytes size)
      : numbers(Eigen::VectorXd::Ones(size.count() / 8)) {}

  double analyze(int i) const {
    const double mean = numbers.mean();
    cow::wait_to_be_measured();
    return mean * i * i;
  }
  static double analyze_global(int i);  // a static method is a function

  template <class Archive>
  void serialize(Archive& archive) {
    archive(numbers);
  }

  Eigen::VectorXd numbers;
};

using Shared = std::shared_ptr<const Analysis>;

Shared analysis;  // what a worker inherits

double analyze(int i) { return analysis->analyze(i); }
double Analysis::analyze_global(int i) { return ::analyze(i); }

double analyze_item(const std::pair<Shared, int>& item) {
  return item.first->analyze(item.second);
}

/// A callable that holds its object.
struct Analyze {
  Shared self;

  double operator()(int i) const { return self->analyze(i); }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(self);
  }
};

// A lambda that captures the object is no task; `pool.map` would say so.
[[maybe_unused]] const auto captures = [self = Shared()](int i) {
  return self->analyze(i);
};
static_assert(!cow::is_task<decltype(captures)>);

// Maps `task` over `items` in a pool of its own.
template <typename Task, typename Item>
cow::Moment send(cow::Lesson& lesson, std::string_view moment, Task task,
                 const std::vector<Item>& items) {
  cow::Pool pool({.workers = lesson.workers()});
  return lesson.observe(moment,
                        pool.map_async(task, items, lesson.chunk_size()));
}

// A batch of a bound method, as it goes into the pipe.
void show_message(cow::Lesson& lesson) {
  constexpr cow::Bytes kSize{16};  // two numbers: enough to be looked at
  const Shared self = std::make_shared<const Analysis>(kSize);
  std::vector<cow::Part> parts = cow::header_parts();
  parts.insert(parts.end(),
               {{cow::kMemoNumber, "self: object 1 of the memo, and new"},
                {cow::kMatrixHeader / 2, "its numbers: rows"},
                {cow::kMatrixHeader / 2, "and columns"},
                {kSize, "its numbers themselves: D bytes"},
                {cow::Bytes(sizeof(int)), "item 0"},
                {cow::Bytes(sizeof(int)), "item 1"}});
  const std::string bytes = cow::bytes_of_first_batch(
      cow::bound<&Analysis::analyze>(self), std::vector{0, 1}, 2);
  lesson.show("A batch of a bound method, if D were 16 bytes",
              cow::show_bytes(bytes, parts));
}

void claim_bytes(cow::Lesson& lesson, const char* says,
                 const cow::Moment& moment, const cow::Term& formula) {
  lesson.claim({.says = says,
                .measured = moment.pipe_bytes(),
                .expected = cow::exactly(formula),
                .otherwise = "something else is pickled"});
}

// What a batch takes beside D: a header, and then the task and its items.
struct Takes {
  cow::Term header{"header", cow::kBatchHeader};
  cow::Term function{"function", cow::kFunction};
  cow::Term object{"object", cow::kMemoNumber + cow::kMatrixHeader};
  cow::Term again{"again", cow::kMemoNumber};
  cow::Term handle{"handle", 8_B};
  cow::Term i{"i", cow::Bytes(sizeof(int))};
};

// What goes through the pipes for each kind of task.
void send_each_kind(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  const auto [header, function, object, again, handle, i] = Takes();
  const std::vector<int> items = lesson.items();
  using Method = cow::Bound<&Analysis::analyze, Shared>;  // a bound method
  send(lesson, cow::kOverNothing,
       Method{std::make_shared<const Analysis>(cow::kNothing)}, items);

  analysis = std::make_shared<const Analysis>(lesson.data());
  claim_bytes(lesson, "a function takes 8 bytes",
              send(lesson, "a function", analyze, items),
              T * (header + function) + n * i);
  claim_bytes(lesson, "a static method is a function",
              send(lesson, "a static method", &Analysis::analyze_global, items),
              T * (header + function) + n * i);
  const auto bound = send(lesson, "a bound method", Method{analysis}, items);
  claim_bytes(lesson, "a bound method takes its object along", bound,
              T * (header + object + D) + n * i);
  claim_bytes(lesson, "and so does a callable that holds it",
              send(lesson, "a callable that holds the object",
                   Analyze{analysis}, items),
              T * (header + object + D) + n * i);
  std::vector<std::pair<Shared, int>> pairs;
  pairs.reserve(items.size());
  for (const int item : items) pairs.emplace_back(analysis, item);
  claim_bytes(lesson, "items of a batch share an object: it goes once",
              send(lesson, "items that share one object", analyze_item, pairs),
              T * (header + function + object + D) + (n - T) * again + n * i);
  lesson.claim({.says = "by bound method, each worker owns a copy (USS)",
                .measured = bound.each_worker(cow::uss),
                .expected = cow::about(D + bound.base(cow::uss)),
                .otherwise = "the task's object was not pickled"});
  analysis.reset();
}

// C++'s own answer.
void send_a_handle(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  const Takes takes;
  const cow::Inheritable<Analysis> built_before_the_fork(lesson.data());
  const auto held =
      send(lesson, "a handle to the object",
           cow::bound<&Analysis::analyze>(built_before_the_fork.handle()),
           lesson.items());
  claim_bytes(lesson, "a handle takes 8 bytes", held,
              T * (takes.header + takes.handle) + n * takes.i);
  lesson.claim(
      {.says = "by handle, it owns nothing of D (USS)",
       .measured = held.each_worker(cow::uss),
       .expected = cow::between(cow::page_size(), held.base(cow::uss), 256_KiB),
       .otherwise = "the object was pickled"});

  cow::Pool pool({.workers = 1});
  const cow::Inheritable<Analysis> built_after_the_fork(cow::kNothing);
  const std::string refusal = cow::error_of_task([&] {
    pool.map(cow::bound<&Analysis::analyze>(built_after_the_fork.handle()),
             std::vector{1});
  });
  lesson.show("A handle to what was built after the fork",
              cow::wrap(refusal, "  "));
  lesson.claim({.says = "a handle to what was built later is refused",
                .measured = held.counted("refusals", {refusal.empty() ? 0 : 1}),
                .expected = cow::exactly(1)});
  lesson.claim({.says = "the results are right",
                .measured = held.results(),
                .expected = cow::exactly(n)});
}

void experiment(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  lesson.needs(((N + 1) * D).bytes());
  show_message(lesson);
  send_each_kind(lesson);
  send_a_handle(lesson);
}

}  // namespace

int main(int argc, char** argv) {
  return cow::run_lesson(argc, argv, kAbout, experiment);
}
