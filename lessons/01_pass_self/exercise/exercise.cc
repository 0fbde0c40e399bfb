// Exercise 01: four workers, and a table of four rows that is made after them.
// Each item carries the whole table. Change this file so that an item carries
// its row.
#include <memory>
#include <utility>
#include <vector>

#include "check_in.h"
#include "cow/pool/pool.h"

namespace {

using Numbers = std::vector<double>;

#if ALTERNATIVE
struct Row {
  double analyze(int i) const { return check_in::work(numbers, i); }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(numbers);
  }

  Numbers numbers;
};

using Item = std::pair<std::shared_ptr<const Row>, int>;  // (self, i)

double call_method(const Item& item) {
  const auto& [self, i] = item;
  return self->analyze(i);
}

std::vector<double> exercise(const check_in::Parameters& given) {
  cow::Pool pool({.workers = given.workers});  // there before the rows

  std::vector<Item> items;
  for (const int i : check_in::items(given.workers)) {
    const std::size_t size = given.data / given.workers;
    items.emplace_back(
        std::make_shared<const Row>(Row{check_in::make_data(size, i)}), i);
  }
  return pool.map(call_method, items);
}
#else
struct Table {
  Table() = default;
  explicit Table(const check_in::Parameters& given) {
    for (const int i : check_in::items(given.workers)) {
      const std::size_t size = given.data / given.workers;
      rows.push_back(
          std::make_shared<const Numbers>(check_in::make_data(size, i)));
    }
  }

  double analyze(int i) const { return check_in::work(*rows[i], i); }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(rows);
  }

  std::vector<std::shared_ptr<const Numbers>> rows;
};

#if MISTAKE_GLOBAL || MISTAKE_INHERITS
const Table* the_table = nullptr;

double analyze(int i) { return the_table->analyze(i); }

std::vector<double> exercise(const check_in::Parameters& given) {
#if MISTAKE_GLOBAL
  cow::Pool pool({.workers = given.workers});
#endif
  const Table table(given);
  the_table = &table;

#if MISTAKE_INHERITS
  cow::Pool pool({.workers = given.workers});
#endif
  return pool.map(analyze, check_in::items(given.workers));
}
#else
#if SOLUTION
using Item = std::pair<std::shared_ptr<const Numbers>, int>;  // (row, i)

double analyze(const Item& item) {
  const auto& [row, i] = item;
  return check_in::work(*row, i);
}
#elif MISTAKE_COPIES
using Item = std::pair<Numbers, int>;

double analyze(const Item& item) {
  const auto& [row, i] = item;
  return check_in::work(row, i);
}
#elif MISTAKE_POINTS_BACK
struct Item {
  template <class Archive>
  void serialize(Archive& archive) {
    archive(table, i);
  }

  std::shared_ptr<const Table> table;
  int i = 0;
};

double analyze(const Item& item) { return item.table->analyze(item.i); }
#else
using Item = std::pair<std::shared_ptr<const Table>, int>;  // (self, i)

// TODO: what does this task use of all that its item carries?
double analyze(const Item& item) {
  const auto& [self, i] = item;
  return self->analyze(i);
}
#endif

std::vector<double> exercise(const check_in::Parameters& given) {
  cow::Pool pool({.workers = given.workers});  // there before the table

  const auto table = std::make_shared<const Table>(given);
  std::vector<Item> items;
  for (const int i : check_in::items(given.workers)) {
#if SOLUTION
    items.emplace_back(table->rows[i], i);
#elif MISTAKE_COPIES
    items.emplace_back(*table->rows[i], i);
#else
    items.push_back({table, i});
#endif
  }
  return pool.map(analyze, items);
}
#endif
#endif

}  // namespace

int main() { return check_in::run(exercise); }
