// Large blocks are referred to, not copied, exactly when their owner was
// promised to stay.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "cow/pickle/eigen.h"
#include "pickle/bytes.h"

namespace cow::testing {
namespace {

constexpr std::size_t kMany = 100'000;

Eigen::VectorXd many() { return Eigen::VectorXd::Ones(kMany); }

TEST(PickledBlocks, AreNotCopiedIfTheirValueIsKept) {
  const std::vector<int> numbers(kMany, 1);
  EXPECT_TRUE(refers_to(pickle(numbers), numbers.data()));
  const Eigen::VectorXd vector = many();
  EXPECT_TRUE(refers_to(pickle(vector), vector.data()));
  const std::string text(kMany, 'x');
  EXPECT_TRUE(refers_to(pickle(text), text.data()));
}

TEST(PickledBlocks, AlternateWithCopiedPieces) {
  const std::tuple<int, Eigen::VectorXd, std::string, std::vector<int>, int>
      value{1, many(), "between", std::vector<int>(kMany, 2), 3};
  const Message message = pickle(value);
  const auto pieces = pieces_of(message);
  ASSERT_EQ(pieces.size(), 5U);
  EXPECT_EQ(pieces[0].size(), 20U);  // the int, rows and columns
  EXPECT_EQ(static_cast<const void*>(pieces[1].data()),
            std::get<1>(value).data());
  EXPECT_EQ(pieces[1].size(), kMany * 8);
  EXPECT_EQ(pieces[2].size(), 23U);  // the string, the vector's length
  EXPECT_EQ(static_cast<const void*>(pieces[3].data()),
            std::get<3>(value).data());
  EXPECT_EQ(pieces[3].size(), kMany * 4);
  EXPECT_EQ(pieces[4].size(), 4U);
  EXPECT_EQ(sent(value), value);
}

TEST(PickledBlocks, LeaveNoEmptyPiecesBetweenThem) {
  Pickler pickler;
  const std::vector<char> data(kMany, 'x');
  pickler.keep(&data);
  pickler.save_block(&data, data.data(), data.size());
  pickler.save_block(&data, data.data(), data.size());
  const Message message = pickler.take();
  EXPECT_EQ(pieces_of(message).size(), 2U);
  EXPECT_EQ(message.to_string(), std::string(2 * kMany, 'x'));
}

TEST(PickledBlocks, AreCopiedIfSmall) {
  const std::vector<int> numbers(100, 1);
  const Message message = pickle(numbers);
  EXPECT_EQ(pieces_of(message).size(), 1U);
  EXPECT_FALSE(refers_to(message, numbers.data()));
}

struct Analysis {
  int index = 1;
  Eigen::VectorXd data = many();
  template <class Archive>
  void serialize(Archive& archive) {
    archive(index, data);
  }
};

TEST(PickledBlocks, AreNotCopiedFromAMember) {
  const Analysis analysis;
  EXPECT_TRUE(refers_to(pickle(analysis), analysis.data.data()));
  const std::optional<Analysis> optional{analysis};
  EXPECT_TRUE(refers_to(pickle(optional), optional->data.data()));
}

TEST(PickledBlocks, AreNotCopiedIfTheirSharedPointerIsKept) {
  const auto analysis = std::make_shared<Analysis>();
  EXPECT_TRUE(refers_to(pickle(analysis), analysis->data.data()));
  const std::pair<int, std::shared_ptr<const Analysis>> pair{1, analysis};
  EXPECT_TRUE(refers_to(pickle(pair), analysis->data.data()));
}

TEST(PickledBlocks, AreNotCopiedIfOneSharedPointerHoldsAnother) {
  const auto inner =
      std::make_shared<std::shared_ptr<Analysis>>(std::make_shared<Analysis>());
  EXPECT_TRUE(refers_to(pickle(inner), (*inner)->data.data()));
}

TEST(PickledBlocks, AreCopiedIfTheirValueIsNotKept) {
  const Analysis analysis;
  Pickler pickler;
  pickler(analysis);
  const Message message = pickler.take();
  EXPECT_EQ(pieces_of(message).size(), 1U);
  EXPECT_EQ(message.size(), Bytes(4 + 16 + kMany * 8));
}

TEST(PickledBlocks, AreCopiedIfTheirSharedPointerIsNotKept) {
  const auto analysis = std::make_shared<Analysis>();
  Pickler pickler;
  pickler(std::shared_ptr<Analysis>(analysis));
  EXPECT_FALSE(refers_to(pickler.take(), analysis->data.data()));
}

TEST(PicklerKeep, AppliesOnlyToTheGivenObjects) {
  std::vector<Analysis> three(3);
  Pickler pickler;
  pickler.keep(three.data() + 1);
  for (const Analysis& analysis : three) pickler(analysis);
  const Message message = pickler.take();
  EXPECT_FALSE(refers_to(message, three[0].data.data()));
  EXPECT_TRUE(refers_to(message, three[1].data.data()));
  EXPECT_FALSE(refers_to(message, three[2].data.data()));
}

TEST(PicklerKeep, AppliesToEachObjectOfAnArray) {
  std::vector<Analysis> three(3);
  Pickler pickler;
  pickler.keep(three.data(), three.size());
  for (const Analysis& analysis : three) {
    EXPECT_TRUE(pickler.keeps(&analysis));
    EXPECT_TRUE(pickler.keeps(&analysis.data));
  }
  EXPECT_FALSE(pickler.keeps(three.data() + three.size()));
}

// A save function that makes what it saves.
template <typename Block>
struct Temporary {
  template <class Archive>
  void save(Archive& archive) const {
    Block block(kMany);
    std::iota(block.data(), block.data() + kMany, 0.0);
    archive(block);
    std::fill(block.data(), block.data() + kMany, -1.0);  // gone now
  }
  template <class Archive>
  void load(Archive& archive) {
    archive(loaded);
  }
  Block loaded;
};

template <typename Block>
void expect_copied() {
  const Temporary<Block> temporary;
  const Message message = pickle(temporary);
  EXPECT_EQ(pieces_of(message).size(), 1U);
  const Block back = value_of<Temporary<Block>>(message.to_string()).loaded;
  ASSERT_EQ(static_cast<std::size_t>(back.size()), kMany);
  for (std::size_t i = 0; i < kMany; ++i) {
    ASSERT_EQ(back.data()[i], static_cast<double>(i));
  }
}

TEST(PickledBlocks, AreCopiedFromATemporaryInASaveFunction) {
  expect_copied<Eigen::VectorXd>();
  expect_copied<std::vector<double>>();
}

// The same by a shared_ptr: neither the pointer nor its object stays.
struct SharedTemporary {
  template <class Archive>
  void save(Archive& archive) const {
    for (int i = 0; i < 10; ++i) {
      const auto one = std::make_shared<Eigen::VectorXd>(
          Eigen::VectorXd::Constant(kMany, i));
      archive(one);
      one->setConstant(-1);
    }
  }
  template <class Archive>
  void load(Archive& archive) {
    for (int i = 0; i < 10; ++i) archive(loaded.emplace_back());
  }
  std::vector<std::shared_ptr<Eigen::VectorXd>> loaded;
};

TEST(PickledBlocks, AreCopiedFromATemporarySharedPointer) {
  const SharedTemporary temporary;
  const SharedTemporary back = value_of<SharedTemporary>(bytes_of(temporary));
  for (int i = 0; i < 10; ++i) {
    const Eigen::VectorXd& one = *back.loaded[static_cast<std::size_t>(i)];
    EXPECT_EQ(one.size(), static_cast<Eigen::Index>(kMany));
    EXPECT_EQ(one.minCoeff(), i);
    EXPECT_EQ(one.maxCoeff(), i);
  }
}

TEST(PickledBlocks, SurviveAMoveOfTheMessage) {
  const std::vector<int> numbers(kMany, 1);
  Message first = pickle(numbers);
  const std::string bytes = first.to_string();
  Message second = std::move(first);
  EXPECT_EQ(second.to_string(), bytes);
  first = std::move(second);
  EXPECT_EQ(first.to_string(), bytes);
}

}  // namespace
}  // namespace cow::testing
