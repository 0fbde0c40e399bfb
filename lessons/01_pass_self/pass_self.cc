// 01 pass_self: does a pool share the object that its items carry?
//
// An object holds a large array, and a pool of workers is to call its method.
// So each item of the map is a pair: the object itself, and a number i. The
// workers are forked, and fork shares memory copy-on-write. So do they share
// the object, as long as nobody writes to it?
//
// What you should see: they do not. What is handed to `map` is pickled, goes
// through a pipe, and is built again in the worker. Each worker inherits the
// object but does not use it, and builds a second one of its own: RSS shows two
// objects, USS one.
// How to read these programs: docs/reading_a_lesson.md.

#include <Eigen/Core>
#include <memory>
#include <utility>
#include <vector>

#include "cow/pickle/eigen.h"
#include "cow/pool/pool.h"
#include "cow/report/run_lesson.h"

namespace {

using namespace cow::literals;

/// The object: a large array, and something to calculate with it.
struct Analysis {
  Analysis() = default;
  explicit Analysis(cow::Bytes size)
      : numbers(Eigen::VectorXd::Ones(size.count() / 8)) {}

  double analyze(int i) const {
    const double mean = numbers.mean();  // reads all of it
    cow::wait_to_be_measured();          // so that its memory can be read
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

cow::Moment pass_self(cow::Lesson& lesson, cow::Bytes size) {
  const auto self = std::make_shared<const Analysis>(size);
  std::vector<Item> items;
  for (const int i : lesson.items()) items.emplace_back(self, i);

  cow::Pool pool({.workers = lesson.workers()});
  return lesson.measure(pool.map_async(call_method, items));
}

void experiment(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  lesson.needs_memory((N + 1) * D);

  const auto held = lesson.run(pass_self);  // over nothing, then over D

  // A batch: its header, the function, and the array's rows and columns.
  const cow::Formula h("h", 48_B + 8_B + 16_B);
  const cow::Formula m("m", 4_B + 4_B);  // an item: the object's id, and i
  lesson.claim("the object goes through the pipe in every batch",
               held.pipe_bytes(), T * (D + h) + n * m);
  lesson.claim("a worker owns a copy (USS)", held.each_worker(cow::uss),
               cow::above_base(D), "the workers do not hold their items now");
  lesson.claim("and has the inherited one as well (RSS)",
               held.each_worker(cow::rss), cow::above_base(2 * D),
               "the object was made after the fork, or never touched");
  lesson.claim("the machine pays N + 1 times (ΣPSS)", held.total(cow::pss),
               cow::above_base((N + 1) * D),
               "the parent keeps a pickled copy as well");
}

}  // namespace

int main(int argc, char** argv) {
  return cow::run_lesson(argc, argv, "01_pass_self", experiment);
}
