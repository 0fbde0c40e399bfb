// Every kind of value that can be pickled comes back as it was.
#include <gtest/gtest.h>

#include <array>
#include <complex>
#include <cstdint>
#include <deque>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "cow/pickle/complex.h"
#include "pickle/bytes.h"

namespace cow::testing {
namespace {

template <typename T>
class ArithmeticType : public ::testing::Test {};

using ArithmeticTypes =
    ::testing::Types<bool, char, signed char, unsigned char, wchar_t, char8_t,
                     char16_t, char32_t, short, unsigned short, int, unsigned,
                     long, unsigned long, long long, unsigned long long, float,
                     double, long double>;
TYPED_TEST_SUITE(ArithmeticType, ArithmeticTypes);

TYPED_TEST(ArithmeticType, SurvivesARoundTrip) {
  using Limits = std::numeric_limits<TypeParam>;
  for (const TypeParam value : {TypeParam(0), TypeParam(1), Limits::lowest(),
                                Limits::min(), Limits::max(), Limits::epsilon(),
                                Limits::denorm_min(), Limits::infinity()}) {
    EXPECT_TRUE(sent(value) == value);
  }
}

TYPED_TEST(ArithmeticType, SurvivesARoundTripInAVector) {
  const std::vector<TypeParam> several{TypeParam(1), TypeParam(0),
                                       std::numeric_limits<TypeParam>::max()};
  EXPECT_TRUE(sent(several) == several);
  EXPECT_TRUE(sent(std::vector<TypeParam>()).empty());
}

TEST(RoundTrip, NanStaysNan) {
  const double value = sent(std::numeric_limits<double>::quiet_NaN());
  EXPECT_NE(value, value);
}

TEST(RoundTrip, AZeroKeepsItsSign) { EXPECT_EQ(1 / sent(-0.0), 1 / -0.0); }

enum class Colour : std::uint16_t { kRed = 1, kBlue = 0xbeef };
enum Plain { kOne = 1, kMany = 1000 };

TEST(RoundTrip, EnumsComeBack) {
  EXPECT_EQ(sent(Colour::kRed), Colour::kRed);
  EXPECT_EQ(sent(Colour::kBlue), Colour::kBlue);
  EXPECT_EQ(sent(kMany), kMany);
  const std::vector<Colour> colours{Colour::kBlue, Colour::kRed};
  EXPECT_EQ(sent(colours), colours);
}

TEST(RoundTrip, StringsComeBackWithTheirZeroes) {
  EXPECT_EQ(sent(std::string()), "");
  EXPECT_EQ(sent(std::string("a\0b\n\xff", 5)), std::string("a\0b\n\xff", 5));
  EXPECT_EQ(sent(std::u32string(U"\U0001f404")), U"\U0001f404");
  const std::string large(1'000'000, 'x');
  EXPECT_EQ(sent(large), large);
}

TEST(RoundTrip, AVectorOfBoolsComesBack) {
  std::vector<bool> bools;
  for (int i = 0; i < 1000; ++i) bools.push_back(i % 3 == 0);
  EXPECT_EQ(sent(bools), bools);
}

TEST(RoundTrip, SequencesComeBack) {
  const std::array<int, 3> numbers{1, 2, 3};
  EXPECT_EQ(sent(numbers), numbers);
  const std::array<std::string, 2> words{"a", "bc"};
  EXPECT_EQ(sent(words), words);
  const std::deque<int> deque{1, 2, 3};
  EXPECT_EQ(sent(deque), deque);
  const std::list<std::string> list{"a", "", "bc"};
  EXPECT_EQ(sent(list), list);
  const std::vector<std::string> strings{"a", "", "bc"};
  EXPECT_EQ(sent(strings), strings);
  const std::vector<std::complex<double>> complex{{1, 2}, {3, 4}};
  EXPECT_EQ(sent(complex), complex);
}

struct Shorter {
  bool operator()(const std::string& a, const std::string& b) const {
    return a.size() < b.size();
  }
};

TEST(RoundTrip, SetsAndMapsComeBack) {
  const std::map<std::string, int> map{{"one", 1}, {"two", 2}};
  EXPECT_EQ(sent(map), map);
  const std::multimap<int, int> multimap{{1, 1}, {1, 2}, {2, 1}};
  EXPECT_EQ(sent(multimap), multimap);
  // Which compares equal what is not the same.
  const std::multiset<std::string, Shorter> multiset{"one", "two", "three"};
  EXPECT_EQ(sent(multiset), multiset);
  const std::unordered_map<int, std::string> unordered{{1, "a"}, {2, "b"}};
  EXPECT_EQ(sent(unordered), unordered);
  const std::set<int> set{3, 1, 2};
  EXPECT_EQ(sent(set), set);
  const std::unordered_set<std::string> words{"x", "y"};
  EXPECT_EQ(sent(words), words);
}

TEST(RoundTrip, PairsAndTuplesComeBack) {
  const std::pair<int, std::string> pair{1, "one"};
  EXPECT_EQ(sent(pair), pair);
  const std::tuple<int, double, std::string, bool> tuple{1, 2.5, "x", true};
  EXPECT_EQ(sent(tuple), tuple);
  EXPECT_EQ(sent(std::tuple<>()), std::tuple<>());
}

TEST(RoundTrip, OptionalsAndVariantsComeBack) {
  EXPECT_EQ(sent(std::optional<int>()), std::nullopt);
  EXPECT_EQ(sent(std::optional<int>(5)), 5);
  EXPECT_EQ(sent(std::optional<std::optional<int>>(std::optional<int>())),
            std::optional<std::optional<int>>(std::optional<int>()));
  using Either = std::variant<std::monostate, int, std::string>;
  for (const Either& either : {Either(), Either(7), Either("seven")}) {
    EXPECT_EQ(sent(either), either);
  }
}

TEST(RoundTrip, AUniquePointerComesBackWithItsObject) {
  EXPECT_EQ(sent(std::unique_ptr<int>()), nullptr);
  EXPECT_EQ(*sent(std::make_unique<int>(7)), 7);
  std::vector<std::unique_ptr<std::string>> several;
  several.push_back(std::make_unique<std::string>("x"));
  several.push_back(nullptr);
  const auto back = sent(several);
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(*back[0], "x");
  EXPECT_EQ(back[1], nullptr);
}

// A class as a user writes it.
struct Person {
  std::string name;
  int age = 0;
  std::vector<Person> children;

  bool operator==(const Person&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(name, age, children);
  }
};

TEST(RoundTrip, AClassWithSerializeComesBack) {
  const Person person{"Ada", 36, {{"Byron", 5, {}}, {"Anne", 3, {}}}};
  EXPECT_EQ(sent(person), person);
}

// A class whose two directions differ.
class Celsius {
 public:
  Celsius() = default;
  explicit Celsius(double degrees) : degrees_(degrees) {}
  double degrees() const { return degrees_; }

  template <class Archive>
  void save(Archive& archive) const {
    archive(degrees_ + 273.15);
  }
  template <class Archive>
  void load(Archive& archive) {
    archive(degrees_);
    degrees_ -= 273.15;
  }

 private:
  double degrees_ = 0;
};

TEST(RoundTrip, AClassWithSaveAndLoadComesBack) {
  EXPECT_NEAR(sent(Celsius(20)).degrees(), 20, 1e-9);
}

TEST(RoundTrip, NestedContainersComeBack) {
  using Nested = std::map<
      std::string,
      std::vector<std::optional<std::tuple<
          int, std::deque<std::list<std::string>>,
          std::variant<double, std::unordered_map<int, std::vector<bool>>>>>>>;
  const Nested nested{
      {"empty", {}},
      {"full",
       {std::nullopt,
        {{1, {{"a", "b"}, {}, {"c"}}, 0.5}},
        {{2, {}, std::unordered_map<int, std::vector<bool>>{{7, {true}}}}}}}};
  EXPECT_EQ(sent(nested), nested);
}

TEST(RoundTrip, ValuesFollowOneAnotherInOneMessage) {
  Pickler pickler;
  pickler(1, std::string("two"), 3.0);
  const std::string bytes = pickler.take().to_string();
  Unpickler unpickler(std::as_bytes(std::span(bytes)));
  int one = 0;
  std::string two;
  double three = 0;
  unpickler(one, two, three);
  EXPECT_EQ(one, 1);
  EXPECT_EQ(two, "two");
  EXPECT_EQ(three, 3.0);
  EXPECT_EQ(unpickler.left(), Bytes());
}

TEST(Take, LeavesThePicklerEmpty) {
  Pickler pickler;
  pickler(1);
  EXPECT_EQ(pickler.take().size(), Bytes(4));
  EXPECT_EQ(pickler.take().size(), Bytes(0));
}

struct NoWayToPickleThis {
  void* handle = nullptr;
};
static_assert(is_pickleable<Person>);
static_assert(is_pickleable<Celsius>);
static_assert(!is_pickleable<NoWayToPickleThis>);

}  // namespace
}  // namespace cow::testing
