// Programs of one map each, for compile.cmake; a macro chooses one.
#include <vector>

#include "cow/pool/pool.h"

struct NoWayToPickleThis {
  void* handle = nullptr;
};

int main() {
  cow::Pool pool;
  const std::vector<int> items{1, 2, 3};
  const double factor = 2;
  static_cast<void>(factor);
#if defined(LAMBDA)
  pool.map([](int i) { return 2.0 * i; }, items);
#elif defined(CAPTURE)
  pool.map([factor](int i) { return factor * i; }, items);
#elif defined(ITEM)
  const std::vector<NoWayToPickleThis> handles(3);
  pool.map([](const NoWayToPickleThis&) { return 1; }, handles);
#elif defined(BOOLS)
  std::vector<bool> bools{true, false};
  pool.map([](bool b) { return !b; }, bools);
  pool.map([](bool b) { return !b; }, std::vector<bool>{true});
#else
#error "which case?"
#endif
}
