// Exercise 06: four analyses of one large array, each an instance of a class.
// Each instance brings the array along. Change the class, so that an instance
// has what is its own, and the class has what is the same for all.
#include <memory>
#include <utility>
#include <vector>

#include "check_in.h"
#include "cow/pool/pool.h"

namespace {

using Data = std::vector<double>;

#if MISTAKE_COPIES
class Analysis {
 public:
  Analysis() = default;
  explicit Analysis(int number) : number_(number) {}

  static void use(const Data& data) { data_ = data; }

  double analyze() const { return check_in::work(data_, number_); }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(number_);
  }

 private:
  int number_ = 0;
  inline static Data data_;
};
#elif SOLUTION || ALTERNATIVE || MISTAKE_LATE || MISTAKE_SENT || MISTAKE_BUILDS
class Analysis {
 public:
  Analysis() = default;
  explicit Analysis(int number) : number_(number) {}

#if MISTAKE_BUILDS
  static void build(std::size_t bytes) {
    data_ = std::make_shared<const Data>(check_in::make_data(bytes));
  }
#else
  static void use(const std::shared_ptr<const Data>& data) { data_ = data; }
#endif

  double analyze() const { return check_in::work(*data_, number_); }

  template <class Archive>
  void serialize(Archive& archive) {
#if MISTAKE_SENT
    archive(number_, data_);
#else
    archive(number_);
#endif
  }

 private:
  int number_ = 0;                                  // an instance's own
  inline static std::shared_ptr<const Data> data_;  // one for all
};
#else
// TODO: what is an instance's own, and what is the same for all of them?
class Analysis {
 public:
  Analysis() = default;
  Analysis(int number, std::shared_ptr<const Data> data)
      : number_(number), data_(std::move(data)) {}

  double analyze() const { return check_in::work(*data_, number_); }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(number_, data_);
  }

 private:
  int number_ = 0;
  std::shared_ptr<const Data> data_;
};
#endif

double run(const Analysis& analysis) { return analysis.analyze(); }

#if ALTERNATIVE
std::vector<double> exercise(const check_in::Parameters& given) {
  const auto data =
      std::make_shared<const Data>(check_in::make_data(given.data));
  std::vector<Analysis> analyses;
  for (const int number : check_in::items(given.workers)) {
    analyses.emplace_back(number);
  }

  cow::Pool pool(
      {.workers = given.workers, .initializer = {Analysis::use, data}});
  return pool.map(run, analyses);
}
#elif MISTAKE_BUILDS
std::vector<double> exercise(const check_in::Parameters& given) {
  std::vector<Analysis> analyses;
  for (const int number : check_in::items(given.workers)) {
    analyses.emplace_back(number);
  }

  cow::Pool pool(
      {.workers = given.workers, .initializer = {Analysis::build, given.data}});
  return pool.map(run, analyses);
}
#elif MISTAKE_COPIES
std::vector<double> exercise(const check_in::Parameters& given) {
  const Data data = check_in::make_data(given.data);
  Analysis::use(data);
  std::vector<Analysis> analyses;
  for (const int number : check_in::items(given.workers)) {
    analyses.emplace_back(number);
  }

  cow::Pool pool({.workers = given.workers});
  return pool.map(run, analyses);
}
#else
std::vector<double> exercise(const check_in::Parameters& given) {
  const auto data =
      std::make_shared<const Data>(check_in::make_data(given.data));
#if SOLUTION || MISTAKE_SENT
  Analysis::use(data);
#endif
  std::vector<Analysis> analyses;
  for (const int number : check_in::items(given.workers)) {
#if SOLUTION || MISTAKE_SENT || MISTAKE_LATE
    analyses.emplace_back(number);
#else
    analyses.emplace_back(number, data);
#endif
  }

  cow::Pool pool({.workers = given.workers});
#if MISTAKE_LATE
  Analysis::use(data);
#endif
  return pool.map(run, analyses);
}
#endif

}  // namespace

int main() { return check_in::run(exercise); }
