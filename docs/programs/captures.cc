// A task that captures: it does not compile, and chapter 03 shows why.
#include <vector>

#include "cow/pool/pool.h"

int main() {
  const double factor = 3.0;
  cow::Pool pool;
  pool.map([factor](int i) { return factor * i; }, std::vector{1, 2, 3});
}
