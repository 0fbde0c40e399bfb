// Bytes that are no message: an unpickler refuses them with a PickleError, or
// reads another value from them; it does not crash, and it takes no more memory
// than the bytes can justify.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <fstream>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "cow/pickle/eigen.h"
#include "pickle/bytes.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define COWPOOL_SHADOW 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define COWPOOL_SHADOW 1
#endif

// While it lives, this process gets no more address space than it has now and
// `more`: to ask for more is std::bad_alloc. (Not under sanitizers, whose
// shadow is address space.)
class MemoryLimit {
 public:
  explicit MemoryLimit(Bytes more) {
    ::getrlimit(RLIMIT_AS, &before_);
#ifndef COWPOOL_SHADOW
    std::int64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    rlimit now = before_;
    now.rlim_cur = static_cast<rlim_t>((to_bytes(Pages(pages)) + more).count());
    ::setrlimit(RLIMIT_AS, &now);
#else
    static_cast<void>(more);
#endif
  }
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;
  ~MemoryLimit() { ::setrlimit(RLIMIT_AS, &before_); }

 private:
  rlimit before_{};
};

struct Part {
  std::int16_t number = 3;
  std::string text = "part";
  bool operator==(const Part&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(number, text);
  }
};

enum class Kind : std::uint8_t { kThis = 1, kThat = 2 };

// No byte of this one's message is without meaning.
using Value = std::tuple<
    bool, int, double, Kind, std::string, std::vector<int>, std::vector<bool>,
    std::vector<std::string>, std::map<std::string, int>,
    std::unordered_map<int, std::string>, std::set<std::int16_t>,
    std::unordered_set<std::int16_t>, std::optional<int>, std::optional<int>,
    std::variant<int, std::string, Part>, std::array<std::int16_t, 3>,
    std::deque<Part>, std::list<Part>, std::vector<Part>, Eigen::VectorXd,
    Eigen::Matrix2f, std::pair<int, std::u16string>>;

Value a_value() {
  return {true,
          7,
          0.5,
          Kind::kThat,
          "hello",
          {1, 2, 3},
          {true, false, true},
          {"a", "", "bc"},
          {{"one", 1}, {"two", 2}},
          {{1, "a"}, {2, "b"}},
          {3, 5},
          {7, 8},
          std::nullopt,
          5,
          Part{},
          {1, 2, 3},
          {Part{}, Part{}},
          {Part{}},
          {Part{}, Part{}},
          Eigen::Vector3d(1, 2, 3),
          (Eigen::Matrix2f() << 1, 2, 3, 4).finished(),
          {9, u"wide"}};
}

// Pointers, with what the memo makes of them.
using Pointers =
    std::tuple<std::shared_ptr<int>, std::shared_ptr<std::string>,
               std::shared_ptr<int>, std::unique_ptr<Part>,
               std::vector<std::shared_ptr<std::string>>,
               std::shared_ptr<Eigen::VectorXd>, std::shared_ptr<int>>;

Pointers some_pointers() {
  const auto number = std::make_shared<int>(7);
  const auto text = std::make_shared<std::string>("text");
  return {number,
          text,
          number,
          std::make_unique<Part>(),
          std::vector<std::shared_ptr<std::string>>(2, text),
          std::make_shared<Eigen::VectorXd>(Eigen::Vector3d(1, 2, 3)),
          nullptr};
}

TEST(BrokenMessage, IsRefusedIfCutAnywhere) {
  const MemoryLimit limit(32_MiB);
  const std::string bytes = bytes_of(a_value());
  ASSERT_EQ(value_of<Value>(bytes), a_value());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(value_of<Value>(bytes.substr(0, size)), PickleError) << size;
  }
}

TEST(BrokenMessage, IsRefusedIfPointersAreCutAnywhere) {
  const MemoryLimit limit(32_MiB);
  const std::string bytes = bytes_of(some_pointers());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(value_of<Pointers>(bytes.substr(0, size)), PickleError)
        << size;
  }
}

// Calls `check` with the bytes after each byte of them was given each other
// value.
template <typename Check>
void for_each_change(std::string bytes, const Check& check) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int change = 1; change < 256; ++change) {
      const auto flip = static_cast<char>(change);
      bytes[i] = static_cast<char>(bytes[i] ^ flip);
      check(bytes, fmt::format("byte {} with {:#x}", i, change));
      bytes[i] = static_cast<char>(bytes[i] ^ flip);
    }
  }
}

TEST(BrokenMessage, NeverGivesTheOldValueIfAByteIsChanged) {
  const MemoryLimit limit(32_MiB);
  const Value original = a_value();
  int refused = 0;
  for_each_change(bytes_of(original),
                  [&](const std::string& bytes, const std::string& where) {
                    try {
                      EXPECT_FALSE(value_of<Value>(bytes) == original) << where;
                    } catch (const PickleError&) {
                      ++refused;
                    }
                  });
  EXPECT_GT(refused, 1000);
}

// Reads every object, so that one that is none shows.
std::size_t look_at(const Pointers& pointers) {
  std::size_t sum = 0;
  const auto& [a, b, c, part, texts, vector, last] = pointers;
  for (const std::shared_ptr<int>& number : {a, c, last}) {
    if (number) sum += static_cast<std::size_t>(*number);
  }
  if (b) sum += b->size();
  if (part) sum += part->text.size();
  for (const std::shared_ptr<std::string>& text : texts) {
    if (text) sum += text->size();
  }
  if (vector) sum += static_cast<std::size_t>(vector->size());
  return sum;
}

TEST(BrokenMessage, DoesNoHarmIfAByteOfPointersIsChanged) {
  const MemoryLimit limit(32_MiB);
  int refused = 0;
  for_each_change(bytes_of(some_pointers()),
                  [&](const std::string& bytes, const std::string&) {
                    try {
                      look_at(value_of<Pointers>(bytes));
                    } catch (const PickleError&) {
                      ++refused;
                    }
                  });
  EXPECT_GT(refused, 1000);
}

// Containers that announce more than can follow.
template <typename Container>
class AnnouncedLength : public ::testing::Test {};

using Containers = ::testing::Types<
    std::string, std::u32string, std::vector<char>, std::vector<double>,
    std::vector<bool>, std::vector<std::string>, std::vector<Part>,
    std::map<int, int>, std::unordered_map<int, int>, std::set<int>,
    std::unordered_set<int>, std::deque<int>, std::deque<Part>, std::list<Part>,
    std::vector<std::vector<std::vector<int>>>>;
TYPED_TEST_SUITE(AnnouncedLength, Containers);

TYPED_TEST(AnnouncedLength, IsRefusedIfLargerThanTheMessage) {
  const MemoryLimit limit(32_MiB);
  for (const std::uint64_t count :
       {std::uint64_t{1} << 63, (std::uint64_t{1} << 63) - 1,
        (std::uint64_t{1} << 63) + 1, ~std::uint64_t{0}, std::uint64_t{1} << 61,
        std::uint64_t{1} << 62, std::uint64_t{1} << 32, std::uint64_t{1000}}) {
    for (const std::size_t follow : {0U, 4U, 999U}) {
      EXPECT_THROW(
          value_of<TypeParam>(length(count) + std::string(follow, '\0')),
          PickleError)
          << count << " with " << follow;
    }
  }
}

// One byte in a message, 4 KiB in memory, and a count of how many there were.
struct Heavy {
  inline static int made = 0;
  Heavy() { ++made; }
  std::array<char, 4096> ballast{};
  template <class Archive>
  void load(Archive& archive) {
    bool ok = false;
    archive(ok);
    if (!ok) throw PickleError("no heavy element");
  }
  template <class Archive>
  void save(Archive& archive) const {
    archive(true);
  }
};

template <typename Container>
int heavy_elements_made() {
  Heavy::made = 0;
  EXPECT_THROW(value_of<Container>(length(10'000) + std::string(10'000, '\0')),
               PickleError);
  return Heavy::made;
}

TEST(Elements, AreMadeOnlyAsTheyArrive) {
  EXPECT_LE(heavy_elements_made<std::vector<Heavy>>(), 1);
  EXPECT_LE((heavy_elements_made<std::map<bool, Heavy>>()), 1);
}

TEST(DequeElements, AreMadeOnlyAsTheyArrive) {
  EXPECT_LE(heavy_elements_made<std::deque<Heavy>>(), 1);
}

TEST(ListElements, AreMadeOnlyAsTheyArrive) {
  EXPECT_LE(heavy_elements_made<std::list<Heavy>>(), 1);
}

struct Nothing {
  template <class Archive>
  void serialize(Archive& /*archive*/) {}
};

// Nothing would say how many of them can follow.
TEST(Elements, AreRefusedIfTheyTakeNoBytes) {
  EXPECT_THROW(sent(std::vector<Nothing>(3)), PickleError);
  EXPECT_EQ(sent(std::vector<Nothing>()).size(), 0U);
}

// A list whose elements own the next one.
struct Chain {
  std::unique_ptr<Chain> next;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(next);
  }
};

Chain chain_of(int elements) {
  Chain chain;
  for (int i = 1; i < elements; ++i) {
    Chain longer;
    longer.next = std::make_unique<Chain>(std::move(chain));
    chain = std::move(longer);
  }
  return chain;
}

std::size_t length_of(const Chain& chain) {
  std::size_t length = 1;
  for (const Chain* each = &chain; each->next; each = each->next.get()) {
    ++length;
  }
  return length;
}

TEST(BrokenMessage, IsRefusedIfNestedEndlessly) {
  EXPECT_THROW(value_of<Chain>(std::string(10'000'000, '\1')), PickleError);
}

TEST(DeepNesting, IsRefusedBeforeItIsSent) {
  constexpr int kMost = kDeepest / 5;  // levels for each, see depth.h
  EXPECT_EQ(length_of(sent(chain_of(kMost - 1))), kMost - 1);
  EXPECT_THROW(bytes_of(chain_of(kMost + 1)), PickleError);
}

TEST(DeepNesting, DoesNotCountValuesSideBySide) {
  const std::vector<std::string> many(10 * kDeepest, "x");
  EXPECT_EQ(sent(many), many);
}

TEST(BrokenMessage, IsRefusedIfBytesAreLeftOver) {
  EXPECT_EQ(value_of<int>(raw(7)), 7);
  EXPECT_THROW(value_of<int>(raw(7) + "x"), PickleError);
  EXPECT_THROW(value_of<std::string>(length(2) + "abc"), PickleError);
  EXPECT_THROW(value_of<std::tuple<>>("x"), PickleError);
}

TEST(BrokenMessage, IsRefusedIfABoolIsTwo) {
  EXPECT_TRUE(value_of<bool>("\1"));
  EXPECT_THROW(value_of<bool>("\2"), PickleError);
  EXPECT_THROW(value_of<std::vector<bool>>(length(1) + "\2"), PickleError);
  EXPECT_THROW(value_of<std::optional<bool>>("\2"), PickleError);
}

TEST(BrokenMessage, IsRefusedIfABoolInAnArrayIsTwo) {
  using Bools = std::array<bool, 2>;
  EXPECT_TRUE(value_of<Bools>(std::string("\0\1", 2))[1]);
  EXPECT_THROW(value_of<Bools>("\1\2"), PickleError);
}

TEST(BrokenMessage, IsRefusedIfAVariantHasAnUnknownKind) {
  using Either = std::variant<int, double>;
  EXPECT_THROW(value_of<Either>(raw(2) + raw(1.0)), PickleError);
  EXPECT_THROW(value_of<Either>(raw(-1) + raw(1.0)), PickleError);
}

std::string error_of(const std::string& bytes) {
  try {
    value_of<std::pair<int, std::vector<double>>>(bytes);
  } catch (const PickleError& error) {
    return error.what();
  }
  return "no error";
}

TEST(BrokenMessage, IsRefusedWithThePositionOfTheMistake) {
  EXPECT_THAT(error_of("ab"), HasSubstr("byte 0 of 2"));
  EXPECT_THAT(error_of(raw(1) + "abc"), HasSubstr("byte 4 of 7"));
  EXPECT_THAT(error_of(raw(1) + length(5) + raw(1.0)),
              AllOf(HasSubstr("5 elements"), HasSubstr("byte 12 of 20"),
                    HasSubstr("at most 1 ")));
  EXPECT_THAT(error_of(raw(1) + length(0) + "abc"), HasSubstr("3 bytes"));
}

TEST(BrokenMessage, IsRefusedForAReadOfAnAbsurdSize) {
  const std::string bytes(100, 'x');
  Unpickler unpickler(std::as_bytes(std::span(bytes)));
  std::array<char, 100> to;
  for (const std::size_t size :
       {std::size_t{101}, std::size_t{1} << 63, ~std::size_t{0}}) {
    EXPECT_THROW(unpickler.loadBinary(to.data(), size), PickleError) << size;
  }
  EXPECT_EQ(unpickler.left(), Bytes(100));
}

TEST(Expect, AllowsOnlyAsManyElementsAsTheBytesCanHold) {
  const std::string bytes(100, 'x');
  const Unpickler unpickler(std::as_bytes(std::span(bytes)));
  EXPECT_NO_THROW(unpickler.expect(100, 1));
  EXPECT_NO_THROW(unpickler.expect(12, 8));
  EXPECT_NO_THROW(unpickler.expect(100, 0));
  EXPECT_THROW(unpickler.expect(101, 1), PickleError);
  EXPECT_THROW(unpickler.expect(13, 8), PickleError);
  EXPECT_THROW(unpickler.expect(std::uint64_t{1} << 61, 8), PickleError);
  EXPECT_THROW(unpickler.expect(101, 0), PickleError);
}

}  // namespace
}  // namespace cow::testing
