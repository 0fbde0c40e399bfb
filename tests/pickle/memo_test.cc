// shared_ptr: an object that several pointers of one message share is written
// once and is one object again on the other side.
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "pickle/bytes.h"

namespace cow::testing {
namespace {

TEST(Memo, GivesNullForNull) {
  EXPECT_EQ(sent(std::shared_ptr<int>()), nullptr);
}

TEST(Memo, GivesANewObjectForAnObject) {
  const auto before = std::make_shared<std::string>("x");
  const auto after = sent(before);
  EXPECT_EQ(*after, "x");
  EXPECT_NE(after, before);
  EXPECT_EQ(after.use_count(), 1);
}

TEST(Memo, KeepsTwoPointersAtOneObject) {
  const auto object = std::make_shared<std::string>(1000, 'x');
  const auto [first, second] = sent(std::pair(object, object));
  EXPECT_EQ(first, second);
  EXPECT_EQ(first.use_count(), 2);
  EXPECT_EQ(pickle(std::pair(object, object)).size(), Bytes(4 + 1008 + 4));
}

TEST(Memo, KeepsTwoEqualObjectsSeparate) {
  const auto [first, second] =
      sent(std::pair(std::make_shared<int>(1), std::make_shared<int>(1)));
  EXPECT_EQ(*first, *second);
  EXPECT_NE(first, second);
}

TEST(Memo, KeepsAConstAndAPlainPointerAtOneObject) {
  const auto object = std::make_shared<int>(7);
  const std::shared_ptr<const int> watched = object;
  EXPECT_EQ(*sent(watched), 7);
  EXPECT_EQ(bytes_of(watched), bytes_of(object));
  const auto [first, second] = sent(std::pair(object, watched));
  EXPECT_EQ(first, second);
}

TEST(Memo, KeepsPointersInSeveralContainersAtOneObject) {
  const auto object = std::make_shared<int>(7);
  using Many = std::tuple<std::vector<std::shared_ptr<int>>,
                          std::map<std::string, std::shared_ptr<int>>,
                          std::optional<std::shared_ptr<int>>,
                          std::unique_ptr<std::vector<std::shared_ptr<int>>>>;
  Many many;
  std::get<0>(many) = {object, nullptr, object};
  std::get<1>(many)["k"] = object;
  std::get<2>(many) = object;
  std::get<3>(many) =
      std::make_unique<std::vector<std::shared_ptr<int>>>(1, object);
  const Many back = sent(many);
  const std::shared_ptr<int>& one = std::get<0>(back)[0];
  EXPECT_EQ(*one, 7);
  EXPECT_EQ(std::get<0>(back)[1], nullptr);
  EXPECT_EQ(std::get<0>(back)[2], one);
  EXPECT_EQ(std::get<1>(back).at("k"), one);
  EXPECT_EQ(std::get<2>(back).value(), one);
  EXPECT_EQ(std::get<3>(back)->at(0), one);
  EXPECT_EQ(one.use_count(), 5);
}

struct Node {
  int value = 0;
  std::shared_ptr<Node> next;
  std::weak_ptr<Node> back;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(value, next, back);
  }
};

struct Many {
  std::array<std::shared_ptr<int>, 64> pointers;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(pointers);
  }
};

// Each pointer looks for the object that it lies in among all that were seen:
// one after the other, this would not end before the test's time is over.
TEST(Memo, HoldsManyObjects) {
  std::array<std::shared_ptr<Many>, 16'384> before;
  for (auto& many : before) {
    many = std::make_shared<Many>();
    many->pointers.fill(std::make_shared<int>(1));
  }
  const auto after = sent(before);
  EXPECT_EQ(after.back()->pointers.front(), after.back()->pointers.back());
  EXPECT_NE(after.back(), after.front());
}

TEST(Memo, KeepsACycleOfPointers) {
  const auto first = std::make_shared<Node>();
  first->value = 1;
  first->next = std::make_shared<Node>();
  first->next->value = 2;
  first->next->back = first;
  const auto after = sent(first);
  EXPECT_EQ(after->value, 1);
  EXPECT_EQ(after->next->value, 2);
  EXPECT_EQ(after->next->back.lock(), after);
}

// As a save function may do it: an object that lives only for this moment.
struct Maker {
  template <class Archive>
  void save(Archive& archive) const {
    for (int i = 0; i < 100; ++i) archive(std::make_shared<int>(i));
  }
  template <class Archive>
  void load(Archive& archive) {
    for (int i = 0; i < 100; ++i) archive(made.emplace_back());
  }
  std::vector<std::shared_ptr<int>> made;
};

TEST(Memo, DistinguishesObjectsThatUseOneAddressInTurn) {
  const Maker maker = sent(Maker());
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(*maker.made[static_cast<std::size_t>(i)], i);
  }
}

TEST(Memo, IsForgottenBetweenMessages) {
  const auto object = std::make_shared<int>(7);
  EXPECT_EQ(bytes_of(object), bytes_of(object));
}

// The first object of a message has the number 1; the topmost bit says that the
// object follows.
constexpr std::uint32_t kFollows = 0x80000000;

TEST(Memo, RefusesAnUnknownNumber) {
  using Two = std::pair<std::shared_ptr<int>, std::shared_ptr<int>>;
  const std::string first = raw(kFollows | 1) + raw(7);
  EXPECT_EQ(value_of<Two>(first + raw(1U)).second.use_count(), 2);
  EXPECT_THROW(value_of<Two>(first + raw(2U)), PickleError);
  EXPECT_THROW(value_of<std::shared_ptr<int>>(raw(1U)), PickleError);
  EXPECT_THROW(value_of<std::shared_ptr<int>>(raw(~kFollows)), PickleError);
}

TEST(Memo, RefusesTheNumberOfAnObjectOfAnotherType) {
  using Two = std::pair<std::shared_ptr<int>, std::shared_ptr<std::string>>;
  EXPECT_THROW(value_of<Two>(raw(kFollows | 1) + raw(7) + raw(1U)),
               PickleError);
}

// A class that cannot be made empty.
template <typename Number>
struct Constructed : std::enable_shared_from_this<Constructed<Number>> {
  explicit Constructed(Number given) : number(given) {}
  Number number;
  std::string text = std::string(100, 'x');  // to be destroyed, not leaked
  std::weak_ptr<Constructed> self;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(number, text, self);
  }
  template <class Archive>
  static void load_and_construct(Archive& archive,
                                 cereal::construct<Constructed>& construct) {
    Number number{};
    archive(number);
    construct(number);
    archive(construct->text, construct->self);
  }
};

TEST(Memo, KeepsTwoPointersAtOneConstructedObject) {
  const auto object = std::make_shared<Constructed<int>>(7);
  object->self = object;
  const auto [first, second] = sent(std::pair(object, object));
  EXPECT_EQ(first, second);
  EXPECT_EQ(first->number, 7);
  EXPECT_EQ(first->self.lock(), first);
  EXPECT_EQ(first->shared_from_this(), first);
  EXPECT_EQ(first.use_count(), 2);
}

TEST(Memo, RefusesTheNumberOfAConstructedObjectOfAnotherType) {
  using Two = std::pair<std::shared_ptr<Constructed<std::int8_t>>,
                        std::shared_ptr<Constructed<double>>>;
  const std::string first =
      raw(kFollows | 1) + raw(std::int8_t{7}) + length(0) + raw(1U);
  EXPECT_EQ(value_of<Two>(first + raw(0U)).first->number, 7);
  EXPECT_THROW(value_of<Two>(first + raw(1U)), PickleError);
}

TEST(Memo, DestroysAConstructedObjectIfItsMessageIsCut) {
  const auto object = std::make_shared<Constructed<int>>(7);
  const std::string bytes = bytes_of(object);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(
        value_of<std::shared_ptr<Constructed<int>>>(bytes.substr(0, size)),
        PickleError);
  }
}

}  // namespace
}  // namespace cow::testing
