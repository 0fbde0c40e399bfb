// What the claims of exercise 02 are tried on: a pool over D bytes of data, by
// the variable COWPOOL_SUBJECT in the right way or in one of five others.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "check_in.h"
#include "cow/pool/pool.h"

namespace {

using Data = std::vector<double>;
using Item = std::pair<std::shared_ptr<const Data>, int>;

Data data;  // built before the fork
Data second;
std::unique_ptr<double[]> untouched;
std::size_t bytes = 0;

double read(int item) { return check_in::work(data, item); }

double read_copy(const Item& item) {
  return check_in::work(*item.first, item.second);
}

double read_nothing(int /*item*/) {
  check_in::meet();
  return 0;
}

// One worker writes to all that it has inherited.
double one_writes(int item) {
  if (item == 0) {
    for (double& number : data) number = number + 1 - 1;
  }
  return read(item);
}

// One worker builds the data, the others have none.
double one_builds(int item) {
  return item == 0 ? check_in::work(check_in::make_data(bytes), item)
                   : read_nothing(item);
}

std::vector<double> exercise(const check_in::Parameters& given) {
  const char* name = std::getenv("COWPOOL_SUBJECT");
  const std::string subject = name == nullptr ? "" : name;
  const std::vector<int> items = check_in::items(given.workers);
  bytes = given.data;
  double (*task)(int) = read;
  if (subject == "SUBJECT_UNTOUCHED") {
    untouched.reset(new double[bytes / 8]);  // reserved: nothing is written
    task = read_nothing;
  } else if (subject == "SUBJECT_ALONE") {
    task = one_builds;
  } else {
    data = check_in::make_data(bytes);
    if (subject == "SUBJECT_ONE_WORKER") task = one_writes;
    if (subject == "SUBJECT_TWO") second = data;
  }
  cow::Pool pool({.workers = given.workers});
  if (subject != "SUBJECT_PASSED") return pool.map(task, items);
  const auto shared = std::make_shared<const Data>(std::move(data));
  std::vector<Item> pairs;
  for (const int item : items) pairs.emplace_back(shared, item);
  return pool.map(read_copy, pairs);
}

}  // namespace

int main() { return check_in::run(exercise); }
