// Exercise 05: two large tables, and items that say which one they are about.
// Each item brings its table along. Change this file so that it brings a key.
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "check_in.h"
#include "cow/pool/pool.h"

namespace {

using Table = std::vector<double>;

std::string key_of(int item) { return item % 2 == 0 ? "north" : "south"; }

/// Half of the data; "south" has other values than "north".
Table make_table(const std::string& key, std::size_t data) {
  return check_in::make_data(data / 2, key == "north" ? 0 : 1);
}

#if ALTERNATIVE
using Item = std::pair<cow::Inherited<Table>, int>;  // (handle, i)

double analyze(const Item& item) {
  const auto& [table, i] = item;
  return check_in::work(*table, i);
}

std::vector<double> exercise(const check_in::Parameters& given) {
  const cow::Inheritable<Table> north(make_table("north", given.data));
  const cow::Inheritable<Table> south(make_table("south", given.data));
  std::vector<Item> items;
  for (const int i : check_in::items(given.workers)) {
    items.emplace_back((key_of(i) == "north" ? north : south).handle(), i);
  }

  cow::Pool pool({.workers = given.workers});
  return pool.map(analyze, items);
}
#elif SOLUTION || MISTAKE_COPIES || MISTAKE_LATE || MISTAKE_MADE_UP
std::map<std::string, Table> registry;  // every forked worker inherits it

using Item = std::pair<std::string, int>;  // (key, i)

double analyze(const Item& item) {
  const auto& [key, i] = item;
#if SOLUTION || MISTAKE_LATE
  return check_in::work(registry.at(key), i);
#elif MISTAKE_COPIES
  const Table table = registry.at(key);
  return check_in::work(table, i);
#elif MISTAKE_MADE_UP
  return check_in::work(registry[key], i);
#endif
}

std::vector<double> exercise(const check_in::Parameters& given) {
#if SOLUTION || MISTAKE_COPIES
  for (const std::string key : {"north", "south"}) {
    registry.emplace(key, make_table(key, given.data));
  }
#endif
  std::vector<Item> items;
  for (const int i : check_in::items(given.workers)) {
    items.emplace_back(key_of(i), i);
  }

  cow::Pool pool({.workers = given.workers});
#if MISTAKE_LATE || MISTAKE_MADE_UP
  for (const std::string key : {"north", "south"}) {
    registry.emplace(key, make_table(key, given.data));
  }
#endif
  return pool.map(analyze, items);
}
#elif MISTAKE_CACHE
std::map<std::string, Table> registry;
std::size_t data = 0;

using Item = std::pair<std::string, int>;

double analyze(const Item& item) {
  const auto& [key, i] = item;
  if (!registry.contains(key)) registry.emplace(key, make_table(key, data));
  return check_in::work(registry.at(key), i);
}

std::vector<double> exercise(const check_in::Parameters& given) {
  data = given.data;
  std::vector<Item> items;
  for (const int i : check_in::items(given.workers)) {
    items.emplace_back(key_of(i), i);
  }

  cow::Pool pool({.workers = given.workers});
  return pool.map(analyze, items);
}
#else
using Item = std::pair<std::shared_ptr<const Table>, int>;  // (table, i)

double analyze(const Item& item) {
  const auto& [table, i] = item;
  return check_in::work(*table, i);
}

std::vector<double> exercise(const check_in::Parameters& given) {
  std::map<std::string, std::shared_ptr<const Table>> registry;
  for (const std::string key : {"north", "south"}) {
    registry[key] = std::make_shared<const Table>(make_table(key, given.data));
  }

  // TODO: who has to know the registry, so that an item need not bring its
  // table along?
  std::vector<Item> items;
  for (const int i : check_in::items(given.workers)) {
    items.emplace_back(registry.at(key_of(i)), i);
  }

  cow::Pool pool({.workers = given.workers});
  return pool.map(analyze, items);
}
#endif

}  // namespace

int main() { return check_in::run(exercise); }
