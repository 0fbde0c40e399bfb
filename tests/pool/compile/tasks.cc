// Programs of one call each, for compile.cmake; a macro chooses one.
#include <complex>
#include <string>
#include <utility>
#include <vector>

#include "cow/pool/pool.h"
#ifdef COMPLEX_WITH_HEADER
#include "cow/pickle/complex.h"
#endif

struct NoWayToPickleThis {
  void* handle = nullptr;
};

int main() {
  cow::Pool pool;
  const std::vector<int> items{1, 2, 3};
  const std::vector<std::pair<int, int>> pairs{{1, 2}, {3, 4}};
  const double factor = 2;
  const auto captures = [factor](int i) { return factor * i; };
  const auto captures_of_two = [factor](int i, int j) {
    return factor * i * j;
  };
  static_cast<void>(captures);
  static_cast<void>(captures_of_two);
#if defined(LAMBDA)
  pool.map([](int i) { return 2.0 * i; }, items);
#elif defined(CAPTURE)
  pool.map(captures, items);
#elif defined(CAPTURE_IN_MAP_ASYNC)
  pool.map_async(captures, items);
#elif defined(CAPTURE_IN_APPLY)
  pool.apply(captures, 1);
#elif defined(CAPTURE_IN_IMAP)
  pool.imap(captures, items);
#elif defined(CAPTURE_IN_IMAP_UNORDERED)
  pool.imap_unordered(captures, items);
#elif defined(CAPTURE_IN_STARMAP)
  pool.starmap(captures_of_two, pairs);
#elif defined(ITEM)
  const std::vector<NoWayToPickleThis> handles(3);
  pool.map([](const NoWayToPickleThis&) { return 1; }, handles);
#elif defined(ITEM_OF_IMAP)
  const std::vector<NoWayToPickleThis> handles(3);
  pool.imap([](const NoWayToPickleThis&) { return 1; }, handles);
#elif defined(COMPLEX) || defined(COMPLEX_WITH_HEADER)
  const std::vector<std::complex<double>> numbers(3);
  pool.map([](const std::complex<double>& z) { return z.real(); }, numbers);
#elif defined(ARGUMENT)
  pool.apply([](const NoWayToPickleThis&) { return 1; }, NoWayToPickleThis());
#elif defined(LITERAL)
  pool.apply([](const std::string& text) { return text.size(); }, "literal");
#elif defined(STRING)
  pool.apply([](const std::string& text) { return text.size(); },
             std::string("no literal"));
#elif defined(RESULT)
  pool.map([](int) { return NoWayToPickleThis(); }, items);
#elif defined(RESULT_OF_IMAP)
  pool.imap([](int) { return NoWayToPickleThis(); }, items);
#elif defined(RESULT_OF_APPLY)
  pool.apply([](int) { return NoWayToPickleThis(); }, 1);
#elif defined(BOOLS)
  std::vector<bool> bools{true, false};
  pool.map([](bool b) { return !b; }, bools);
  pool.map([](bool b) { return !b; }, std::vector<bool>{true});
#else
#error "which case?"
#endif
}
