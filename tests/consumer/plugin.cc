// A plugin that has cowpool within it, and its tasks: for host.cc.
#include <vector>

#include "cow/pool/pool.h"

namespace {

int square(int number) { return number * number; }

}  // namespace

extern "C" int sum_of_squares(int count);

extern "C" int sum_of_squares(int count) {
  std::vector<int> numbers;
  for (int i = 1; i <= count; ++i) numbers.push_back(i);
  cow::Pool pool({.workers = 2});
  int sum = 0;
  for (const int result : pool.map(square, numbers)) sum += result;
  return sum;
}
