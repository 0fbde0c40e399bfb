// Programs of one call each, for compile.cmake; a macro chooses one.
#include <chrono>
#include <complex>
#include <string>
#include <utility>
#include <vector>

#include "cow/pool/pool.h"
#ifdef COMPLEX_WITH_HEADER
#include "cow/pickle/complex.h"
#endif
#ifdef CHRONO_WITH_HEADER
#include <cereal/types/chrono.hpp>
#endif
#if defined(MATRIX) || defined(MATRICES)
#include <Eigen/Core>
#endif

struct NoWayToPickleThis {
  void* handle = nullptr;
};

struct NoDefault {
  explicit NoDefault(int number) : value(number) {}
  template <class Archive>
  void serialize(Archive& archive) {
    archive(value);
  }
  int value;
};

struct NotConst {
  int operator()(int i) { return i; }
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
#elif defined(WRONG_ITEM)
  std::vector<int> sizes =
      pool.map([](const std::string& text) { return int(text.size()); }, items);
#elif defined(WRONG_ITEM_OF_IMAP)
  for (const int size : pool.imap(
           [](const std::string& text) { return int(text.size()); }, items)) {
    static_cast<void>(size);
  }
#elif defined(WRONG_ARGUMENT)
  const double root = pool.apply([](double x) { return x / 2; }, std::string());
  static_cast<void>(root);
#elif defined(REFERENCE)
  auto results = pool.map([](int& i) { return ++i; }, items);
#elif defined(NOT_CONST)
  pool.map(NotConst(), items);
#elif defined(TOO_MANY)
  std::vector<int> sums =
      pool.starmap([](int i, int j, int k) { return i + j + k; }, pairs);
#elif defined(NO_TUPLES)
  pool.starmap([](int i, int j) { return i + j; }, items);
#elif defined(NO_DEFAULT)
  auto results = pool.map([](int i) { return NoDefault(i); }, items);
#elif defined(NO_DEFAULT_ITEM)
  const std::vector<NoDefault> some;
  pool.map([](const NoDefault& item) { return item.value; }, some);
#elif defined(MATRIX)
  pool.apply([](const Eigen::VectorXd& v) { return v.sum(); },
             Eigen::VectorXd());
#elif defined(MATRICES)
  const std::vector<std::vector<Eigen::MatrixXd>> some;
  pool.map([](const std::vector<Eigen::MatrixXd>& v) { return v.size(); },
           some);
#elif defined(CHRONO) || defined(CHRONO_WITH_HEADER)
  pool.apply([](std::chrono::seconds time) { return time.count(); },
             std::chrono::seconds(1));
#elif defined(BOOLS)
  std::vector<bool> bools{true, false};
  pool.map([](bool b) { return !b; }, bools);
  pool.map([](bool b) { return !b; }, std::vector<bool>{true});
#else
#error "which case?"
#endif
}
