// What each key changes.
#include "cowtop/view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cowtop/samples.h"

namespace cowtop {
namespace {

using std::chrono::milliseconds;
using testing::make_sample;

TEST(Keys, SortByEachColumnInTurn) {
  const Sample sample = make_sample(3);
  View view;
  std::vector<std::string_view> orders;
  for (int i = 0; i < 6; ++i) {
    orders.push_back(to_string(view.order));
    press(Key::kSort, sample, view);
  }
  EXPECT_THAT(orders, ::testing::ElementsAre("tree", "RSS", "PSS", "USS",
                                             "new private", "tree"));
}

TEST(Keys, MoveWithinTheTable) {
  const Sample sample = make_sample(30);
  View view;
  view.shown = 10;
  keep_selected(sample, view);
  EXPECT_EQ(view.selected, 100);
  press(Key::kUp, sample, view);
  EXPECT_EQ(view.selected, 100);
  press(Key::kDown, sample, view);
  EXPECT_EQ(view.selected, 101);
  press(Key::kPageDown, sample, view);
  EXPECT_EQ(view.selected, 111);
  press(Key::kEnd, sample, view);
  EXPECT_EQ(view.selected, 130);
  press(Key::kDown, sample, view);
  EXPECT_EQ(view.selected, 130);
  press(Key::kPageUp, sample, view);
  EXPECT_EQ(view.selected, 120);
  press(Key::kHome, sample, view);
  EXPECT_EQ(view.selected, 100);
}

TEST(Keys, KeepTheSelectedProcessWhenItsRowMoves) {
  Sample sample = make_sample(5);
  View view;
  keep_selected(sample, view);
  press(Key::kDown, sample, view);
  press(Key::kDown, sample, view);
  ASSERT_EQ(view.selected, 102);
  std::swap(sample.rows[2], sample.rows[5]);
  keep_selected(sample, view);
  EXPECT_EQ(view.selected, 102);
  EXPECT_EQ(view.position, 5U);
  sample.rows.erase(sample.rows.begin() + 5);
  keep_selected(sample, view);
  EXPECT_EQ(view.selected, 104) << "the one before it is the last now";
}

TEST(FirstRow, IsSelectedUntilAKeyIsPressed) {
  Sample sample = make_sample(5);
  View view;
  view.order = Order::kUss;
  keep_selected(sample, view);
  EXPECT_EQ(view.selected, 105);
  sample.rows.pop_back();
  keep_selected(sample, view);
  EXPECT_EQ(view.selected, 104);
  EXPECT_EQ(view.position, 0U);
}

TEST(Keys, PauseAndSampleAtOnceOnResume) {
  const Sample sample = make_sample(1);
  View view;
  EXPECT_EQ(press(key_of(L'p'), sample, view), Action::kNothing);
  EXPECT_TRUE(view.paused);
  EXPECT_EQ(press(key_of(L' '), sample, view), Action::kLook);
  EXPECT_FALSE(view.paused);
}

TEST(Keys, ChangeTheInterval) {
  const Sample sample = make_sample(1);
  View view;
  view.interval = milliseconds(1500);
  EXPECT_EQ(press(key_of(L'+'), sample, view), Action::kInterval);
  EXPECT_EQ(view.interval, milliseconds(2000));
  press(key_of(L'-'), sample, view);
  EXPECT_EQ(view.interval, milliseconds(1000));
  for (int i = 0; i < 20; ++i) press(Key::kShorter, sample, view);
  EXPECT_EQ(view.interval, milliseconds(100));
  for (int i = 0; i < 20; ++i) press(Key::kLonger, sample, view);
  EXPECT_EQ(view.interval, milliseconds(60000));
}

TEST(Keys, OpenAPageAndCloseIt) {
  const Sample sample = make_sample(1);
  View view;
  keep_selected(sample, view);
  press(key_of(L'?'), sample, view);
  EXPECT_EQ(view.page, Page::kHelp);
  press(key_of(L'h'), sample, view);
  EXPECT_EQ(view.page, Page::kTable);
  EXPECT_EQ(press(key_of(L'\r'), sample, view), Action::kMappings);
  EXPECT_EQ(view.page, Page::kMappings);
  press(key_of(27), sample, view);
  EXPECT_EQ(view.page, Page::kTable);
  EXPECT_EQ(press(key_of(L'w'), sample, view), Action::kWhy);
  EXPECT_EQ(view.page, Page::kWhy);
  EXPECT_EQ(press(key_of(L'w'), sample, view), Action::kNothing);
  EXPECT_EQ(view.page, Page::kTable);
  press(key_of(L'o'), sample, view);
  EXPECT_EQ(view.page, Page::kTable) << "there is no command";
}

TEST(Keys, DoNothingIfTheyHaveNoMeaning) {
  const Sample sample = make_sample(1);
  View view;
  EXPECT_EQ(press(key_of(L'x'), sample, view), Action::kNothing);
  EXPECT_EQ(press(key_of(L'漢'), sample, view), Action::kNothing);
  EXPECT_EQ(press(key_of(L'q'), sample, view), Action::kQuit);
}

TEST(SortRows, PutsTheLargestFirstAndDropsTheDepths) {
  Sample sample = testing::make_sample(3);
  sort_rows(sample, Order::kTree);
  EXPECT_EQ(sample.rows[1].depth, 1) << "the tree is left as it is";
  sort_rows(sample, Order::kUss);
  EXPECT_EQ(sample.rows[0].pid, 103);
  EXPECT_EQ(sample.rows[0].depth, 0);
  EXPECT_EQ(sample.rows.size(), 4U);
}

}  // namespace
}  // namespace cowtop
