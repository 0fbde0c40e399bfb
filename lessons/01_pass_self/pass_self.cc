// 01 pass_self: does a pool share the object that its items carry?
//
// An object holds a large array and wants its method run in a pool of workers.
// So each item of the map is a pair: the object itself, and a number i. The
// workers are forked, and fork shares memory copy-on-write: should the object
// not be shared, as long as nobody writes to it?
//
// What you should see: it is not. Whatever is handed to `map` is pickled, goes
// through a pipe and is rebuilt in the worker. Each worker inherits the object
// (RSS counts it once), never looks at that one, and gets another of its own
// (RSS counts it twice, USS shows what it cost).

#include <Eigen/Core>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "cow/lesson/lesson.h"
#include "cow/pickle/eigen.h"
#include "cow/pool/pool.h"

namespace {

constexpr cow::About kAbout{
    .name = "01_pass_self",
    .question =
        "The items of a map carry a large object. Do forked workers share it?",
    .takeaway =
        "No: what goes through map is pickled and rebuilt. Every worker holds "
        "a copy of its own, beside the one that fork had already given it.",
    .next = "02_read_the_meter, because top would have misled you just now."};

/// The object: a large array, and something to calculate with it.
struct Analysis {
  Analysis() = default;
  explicit Analysis(cow::Bytes size)
      : numbers(Eigen::VectorXd::Ones(size.count() / 8)) {}

  double analyze(int i) const {
    const double mean = numbers.mean();  // reads all of it
    cow::wait_to_be_measured();          // here the question's program slept
    return mean * i * i;
  }

  /// What pickling sends of it: everything.
  template <class Archive>
  void serialize(Archive& archive) {
    archive(numbers);
  }

  Eigen::VectorXd numbers;
};

using Item = std::pair<std::shared_ptr<const Analysis>, int>;  // (self, i)

double call_method(const Item& item) {
  const auto& [self, i] = item;
  return self->analyze(i);
}

cow::Moment pass_self(cow::Lesson& lesson, std::string_view moment,
                      cow::Bytes size) {
  const auto self = std::make_shared<const Analysis>(size);
  std::vector<Item> items;
  for (const int i : lesson.items()) items.emplace_back(self, i);

  cow::Pool pool({.workers = lesson.workers()});
  return lesson.observe(moment, pool.map_async(call_method, items));
}

void experiment(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  lesson.needs(((N + 1) * D).bytes());

  pass_self(lesson, cow::kOverNothing, cow::kNothing);
  const auto held =
      pass_self(lesson, "every worker holds its task", lesson.data());

  // A batch is a header, the function, and the array with its two lengths (h);
  // each item, its number in pickle's memo and i (m).
  const cow::Term h("h",
                    cow::kBatchHeader + cow::kFunction + cow::kMatrixHeader);
  const cow::Term m("m", cow::kMemoNumber + cow::Bytes(sizeof(int)));
  lesson.claim({.says = "the object goes through the pipe in every batch",
                .measured = held.pipe_bytes(),
                .expected = cow::exactly(T * (D + h) + n * m),
                .otherwise = "something else is pickled, or it is inherited"});

  lesson.claim({.says = "a worker owns a copy (USS)",
                .measured = held.each_worker(cow::uss),
                .expected = cow::about(D + held.base(cow::uss)),
                .otherwise = "the workers do not hold their items just now"});

  lesson.claim({.says = "and maps the inherited one as well (RSS)",
                .measured = held.each_worker(cow::rss),
                .expected = cow::about(2 * D + held.base(cow::rss)),
                .otherwise = "the object was made after the fork, or its pages "
                             "were never touched"});

  lesson.claim(
      {.says = "the machine pays N + 1 times (ΣPSS)",
       .measured = held.total(cow::pss),
       .expected = cow::about((N + 1) * D + held.sum_of_bases(cow::pss),
                              lesson.processes()),
       .otherwise = "the parent keeps a pickled copy as well"});

  lesson.claim({.says = "the results are right",
                .measured = held.results(),
                .expected = cow::exactly(n)});
}

}  // namespace

int main(int argc, char** argv) {
  return cow::run_lesson(argc, argv, kAbout, experiment);
}
