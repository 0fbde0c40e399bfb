// Exercise 03: a handler has a large array, and its method is the task. The
// method takes its handler along with every batch. Change this file so that a
// batch names its task in a few bytes.
#include <memory>
#include <vector>

#include "check_in.h"
#include "cow/pool/pool.h"

namespace {

constexpr int kChunkSize = 3;  // items a batch

class Handler {
 public:
  Handler() = default;
  explicit Handler(std::size_t bytes) : numbers_(check_in::make_data(bytes)) {}

  double handle(int item) const { return check_in::work(numbers_, item); }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(numbers_);
  }

 private:
  std::vector<double> numbers_;
};

#if SOLUTION
std::vector<double> exercise(const check_in::Parameters& given) {
  const auto items = check_in::items(kChunkSize * given.workers);
  const cow::Inheritable<Handler> handler(given.data);

  cow::Pool pool({.workers = given.workers});
  return pool.map(cow::bound<&Handler::handle>(handler.handle()), items,
                  kChunkSize);
}
#elif ALTERNATIVE || MISTAKE_COPIES
const Handler* handler = nullptr;  // a forked worker inherits it

double handle(int item) {
#if ALTERNATIVE
  return handler->handle(item);
#else
  const auto mine = *handler;
  return mine.handle(item);
#endif
}

std::vector<double> exercise(const check_in::Parameters& given) {
  const auto items = check_in::items(kChunkSize * given.workers);
  const Handler built_before_the_fork(given.data);
  handler = &built_before_the_fork;

  cow::Pool pool({.workers = given.workers});
  return pool.map(handle, items, kChunkSize);
}
#elif MISTAKE_CALLABLE
struct Handle {
  double operator()(int item) const { return handler->handle(item); }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(handler);
  }

  std::shared_ptr<const Handler> handler;
};

std::vector<double> exercise(const check_in::Parameters& given) {
  const auto items = check_in::items(kChunkSize * given.workers);
  const auto handler = std::make_shared<const Handler>(given.data);

  cow::Pool pool({.workers = given.workers});
  return pool.map(Handle{handler}, items, kChunkSize);
}
#elif MISTAKE_LATE
std::vector<double> exercise(const check_in::Parameters& given) {
  const auto items = check_in::items(kChunkSize * given.workers);
  cow::Pool pool({.workers = given.workers});

  const cow::Inheritable<Handler> handler(given.data);
  return pool.map(cow::bound<&Handler::handle>(handler.handle()), items,
                  kChunkSize);
}
#elif MISTAKE_REBUILDS
struct Recipe {
  double handle(int item) const { return Handler(bytes).handle(item); }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(bytes);
  }

  std::size_t bytes = 0;
};

std::vector<double> exercise(const check_in::Parameters& given) {
  const auto items = check_in::items(kChunkSize * given.workers);
  cow::Pool pool({.workers = given.workers});
  return pool.map(cow::bound<&Recipe::handle>(Recipe{given.data}), items,
                  kChunkSize);
}
#else
std::vector<double> exercise(const check_in::Parameters& given) {
  const auto items = check_in::items(kChunkSize * given.workers);
  const auto handler = std::make_shared<const Handler>(given.data);

  cow::Pool pool({.workers = given.workers});
  // TODO: what does this task lead to? Let it lead to less.
  return pool.map(cow::bound<&Handler::handle>(handler), items, kChunkSize);
}
#endif

}  // namespace

int main() { return check_in::run(exercise); }
