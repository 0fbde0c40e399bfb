// 03 bound_method: a task that carries its object: what goes to the workers?
//
// Lesson 01 put the object into the items. But the task can contain it, too,
// and that is easy to miss. A bound method is a method together with its
// object, and both are pickled with every batch.
//
// What you should see: a function takes 8 bytes of a message. A bound method
// takes all of its object, and then each worker owns a copy. C++ has an answer
// of its own: a handle to an object that was built before the fork takes 8
// bytes, however large the object is, and nothing is copied.
//
// What you cannot see here, because it does not compile: a lambda that captures
// the object. C++ cannot list what a lambda has captured, so it cannot be
// pickled.
// How to read these programs: docs/reading_a_lesson.md.

#include <Eigen/Core>
#include <memory>
#include <string_view>

#include "cow/pickle/eigen.h"
#include "cow/pool/pool.h"
#include "cow/report/run_lesson.h"

namespace {

using namespace cow::literals;

struct Analysis {
  Analysis() = default;
  explicit Analysis(cow::Bytes size)
      : numbers(Eigen::VectorXd::Ones(size.count() / 8)) {}

  double analyze(int i) const {  // the task, as a method
    const double mean = numbers.mean();
    cow::wait_to_be_measured();
    return mean * i * i;
  }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(numbers);
  }

  Eigen::VectorXd numbers;
};

const Analysis* analysis = nullptr;  // what a function can reach: lesson 04

double analyze(int i) { return analysis->analyze(i); }  // as a function

// Maps `task` over the items, three to a batch, in a pool of its own.
template <typename Task>
cow::Moment send(cow::Lesson& lesson, std::string_view name, Task task) {
  cow::Pool pool({.workers = lesson.workers()});
  return lesson.measure(
      name, pool.map_async(task, lesson.items(), lesson.chunk_size()));
}

cow::Moment send_function(cow::Lesson& lesson) {
  const Analysis built_before_the_fork(lesson.data());
  analysis = &built_before_the_fork;
  return send(lesson, "a function", analyze);
}

cow::Moment send_bound_method(cow::Lesson& lesson, cow::Bytes size) {
  const auto self = std::make_shared<const Analysis>(size);
  return send(lesson, "a bound method", cow::bound<&Analysis::analyze>(self));
}

cow::Moment send_handle(cow::Lesson& lesson) {
  // The handle is its number in a table that every worker inherits.
  const cow::Inheritable<Analysis> built_before_the_fork(lesson.data());
  return send(lesson, "a handle to the object",
              cow::bound<&Analysis::analyze>(built_before_the_fork.handle()));
}

void experiment(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  lesson.needs_memory((N + 1) * D);

  const auto bound = lesson.run(send_bound_method);
  const auto function = send_function(lesson);
  const auto handle = send_handle(lesson);

  const cow::Formula header("header", 48_B);  // of a batch
  const cow::Formula code("function", 8_B);   // where its code is
  const cow::Formula o("o", 4_B + 16_B);  // an object: its id, rows, columns
  const cow::Formula i("i", 4_B);         // an item
  lesson.claim("a function takes 8 bytes", function.pipe_bytes(),
               T * (header + code) + n * i);
  lesson.claim("a bound method takes its object along", bound.pipe_bytes(),
               T * (header + o + D) + n * i);
  lesson.claim("a handle takes 8 bytes", handle.pipe_bytes(),
               T * (header + 8_B) + n * i);
  lesson.claim("by bound method, each worker owns a copy (USS)",
               bound.each_worker(cow::uss), cow::above_base(D));
  lesson.claim("by handle, it owns nothing of D (USS)",
               handle.each_worker(cow::uss), cow::nearly_nothing());
}

}  // namespace

int main(int argc, char** argv) {
  return cow::run_lesson(argc, argv, "03_bound_method", experiment,
                         {.items_a_worker = 3, .chunk_size = 3});
}
