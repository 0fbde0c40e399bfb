// Calls that can be sent, and calls that can only be inherited.
#include "cow/task/call.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace cow {
namespace {

std::string said;

void say(const std::string& text, int times) {
  said.clear();
  for (int i = 0; i < times; ++i) said += text;
}

// As another process of this program would.
void make_sent(const Call& call) {
  const std::string bytes = call.pickle().to_string();
  Unpickler unpickler(std::as_bytes(std::span(bytes)));
  reinterpret_cast<CallEntry>(program_function(call.entry()))(unpickler);
}

TEST(Call, IsEmptyUntilItIsGivenAFunction) {
  EXPECT_FALSE(Call());
  EXPECT_TRUE(Call(say, "a", 1));
}

TEST(Call, IsMadeWithItsArguments) {
  const Call call(say, std::string("ab"), 3);
  EXPECT_TRUE(call.can_be_sent());
  call();
  EXPECT_EQ(said, "ababab");
}

TEST(Call, StaysTheSameWhenItIsSent) {
  said.clear();
  make_sent(Call(say, std::string("xy"), 2));
  EXPECT_EQ(said, "xyxy");
  make_sent(Call([] { said = "stateless"; }));
  EXPECT_EQ(said, "stateless");
}

TEST(Call, CannotBeSentIfItsLambdaCaptures) {
  const std::string captured = "captured";
  const Call call([&captured] { said = captured; });
  EXPECT_FALSE(call.can_be_sent());
  call();
  EXPECT_EQ(said, "captured");
}

TEST(Call, CannotBeSentIfAnArgumentCannotBePickled) {
  const Call call([](const std::unique_ptr<int>* /*p*/) {},
                  static_cast<std::unique_ptr<int>*>(nullptr));
  EXPECT_FALSE(call.can_be_sent());
}

TEST(Call, ThrowsAPickleErrorIfItIsCutOrTooLong) {
  const Call call(say, std::string("xy"), 2);
  const std::string whole = call.pickle().to_string();
  const auto entry =
      reinterpret_cast<CallEntry>(program_function(call.entry()));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Unpickler cut(std::as_bytes(std::span(whole)).first(size));
    EXPECT_THROW(entry(cut), PickleError) << size;
  }
  const std::string longer = whole + "x";
  Unpickler more(std::as_bytes(std::span(longer)));
  EXPECT_THROW(entry(more), PickleError);
}

}  // namespace
}  // namespace cow
