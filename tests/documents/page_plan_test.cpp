#include "documents/page_plan.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace reckoner::documents {
namespace {

constexpr PageRoom kRoom{.first_top = 300, .top = 50, .bottom = 750};

Block block(double height, bool keeps_next = false, int table = 0) {
  return {
      .height = height, .draw = [](PdfFile&, double) {}, .keeps_next = keeps_next, .table = table};
}

TEST(PagePlan, FillsPagesFromTheTop) {
  PagePlan plan;
  for (int i = 0; i < 3; ++i) plan.add(block(200));
  const auto pages = plan.pages(kRoom);
  ASSERT_EQ(pages.size(), 2U);
  ASSERT_EQ(pages[0].size(), 2U);
  EXPECT_EQ(pages[0][1].y, 500);
  EXPECT_EQ(pages[1][0].y, 50);
}

TEST(PagePlan, AHeadingGoesWithWhatFollows) {
  PagePlan plan;
  plan.add(block(400));
  plan.add(block(30, true));
  plan.add(block(100));
  const auto pages = plan.pages(kRoom);
  ASSERT_EQ(pages.size(), 2U);
  EXPECT_EQ(pages[0].size(), 1U);
  EXPECT_EQ(pages[1].size(), 2U);
}

TEST(PagePlan, WhatNoPageCanHoldTogetherIsDivided) {
  PagePlan plan;
  for (int i = 0; i < 38; ++i) plan.add(block(30, i + 1 < 38));
  const auto pages = plan.pages(kRoom);
  std::size_t placed = 0;
  for (const PlacedPage& page : pages) placed += page.size();
  EXPECT_EQ(placed, 38U);
  EXPECT_EQ(pages.size(), 2U);
}

RC_GTEST_PROP(PagePlan, EveryBlockStandsOnceInOrderWithinItsPage, ()) {
  PagePlan plan;
  const int count = *rc::gen::inRange(1, 300);
  int table = 0;
  int rows = 0;
  for (int i = 0; i < count; ++i) {
    if (table == 0 && *rc::gen::inRange(0, 10) == 0) {
      table = plan.begin_table(block(18));
      ++rows;
    }
    plan.add(block(*rc::gen::inRange(5, 90), *rc::gen::inRange(0, 4) == 0, table));
    ++rows;
  }
  int placed = 0;
  bool first = true;
  for (const PlacedPage& page : plan.pages(kRoom)) {
    RC_ASSERT(!page.empty());
    double y = first ? kRoom.first_top : kRoom.top;
    const bool continued = !first && page.front().block->table != 0;
    for (const PlacedBlock& each : page) {
      RC_ASSERT(each.y == y);
      y += each.block->height;
      RC_ASSERT(y <= kRoom.bottom);
      ++placed;
    }
    // The heading is there again.
    if (continued) {
      RC_ASSERT(page.front().block->height == 18.0);
    }
    if (continued && page.size() > 1) rows += 1;
    first = false;
  }
  // A page that begins with the table's own heading has it once.
  RC_ASSERT(placed == rows || placed == rows - 1);
}

}  // namespace
}  // namespace reckoner::documents
