// A program that uses cowpool: it translates words in a pool of workers that
// inherit its dictionary, counts letters in one whose workers are spawned, and
// shares memory with those.
// Exit status 0 if everything came back as it should.
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "cow/pool/pool.h"
#include "cow/shared/segment.h"

namespace {

using Dictionary = std::map<std::string, std::string>;

// Forked workers inherit what it points to, as it was when they were forked.
const Dictionary* dictionary = nullptr;

std::string translate(const std::string& word) {
  const auto entry = dictionary->find(word);
  if (entry == dictionary->end()) throw std::out_of_range("no word " + word);
  return entry->second;
}

std::size_t length(const std::string& word) { return word.size(); }

int wrong = 0;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::cerr << "wrong: " << what << '\n';
  ++wrong;
}

// Only the words go to the workers, and only their translations come back.
void forked_workers_inherit() {
  const Dictionary built_before_the_fork = {
      {"eins", "one"}, {"zwei", "two"}, {"drei", "three"}};
  dictionary = &built_before_the_fork;
  cow::Pool pool({.workers = 2});

  const std::vector<std::string> words = {"drei", "eins", "zwei"};
  expect(pool.map(translate, words) ==
             std::vector<std::string>{"three", "one", "two"},
         "the words come back translated, in their order");

  // An exception comes back with its text and the item it is about, and the
  // pool goes on.
  try {
    pool.map(translate, std::vector<std::string>{"eins", "vier"});
    expect(false, "a word that is missing is an error");
  } catch (const cow::TaskError& error) {
    expect(error.text() == "no word vier", "the error has its own text");
    expect(error.type() == "std::out_of_range", "the error has its type");
    expect(error.item() == 1, "the error names the item");
  }
  expect(pool.map(translate, words).size() == 3, "the pool goes on");
}

// They inherit nothing: a task for them needs no more than its item.
void spawned_workers_begin_anew() {
  cow::Pool pool({.workers = 2, .start_method = cow::StartMethod::kSpawn});
  expect(pool.map(length, std::vector<std::string>{"one", "three"}) ==
             std::vector<std::size_t>{3, 5},
         "spawned workers count letters");
}

// What a worker was handed: it maps the memory itself.
cow::Segment prices;

void map_prices(const cow::SegmentHandle& handle) {
  prices = cow::Segment::attach(handle);
}

int price(std::size_t i) {
  return reinterpret_cast<const int*>(prices.data())[i];
}

// Spawned workers share on purpose: they are sent a handle, not the prices.
void spawned_workers_share() {
  cow::Segment segment(cow::Bytes(1000 * sizeof(int)));
  auto* const built = reinterpret_cast<int*>(segment.data());
  for (int i = 0; i < 1000; ++i) built[i] = 3 * i;
  segment.seal();  // from now on nobody can change them
  cow::Pool pool({.workers = 2,
                  .start_method = cow::StartMethod::kSpawn,
                  .initializer = {map_prices, segment.handle()}});
  expect(pool.map(price, std::vector<std::size_t>{7, 999}) ==
             std::vector<int>{21, 2997},
         "spawned workers read shared memory");
}

}  // namespace

int main() {
  cow::serve_if_spawned();  // first: a spawned worker goes no further

  forked_workers_inherit();
  spawned_workers_begin_anew();
  spawned_workers_share();
  std::cout << (wrong == 0 ? "all as expected\n" : "not as expected\n");
  return wrong == 0 ? 0 : 1;
}
