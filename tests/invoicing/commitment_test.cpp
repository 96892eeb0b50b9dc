#include "invoicing/commitment.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "base/error.hpp"

namespace reckoner::invoicing {

namespace {

const money::Currency kUsd = money::Currency::of("USD");

domain::StatementLine line(std::string_view amount) {
  return {.key = "k",
          .subscription = 1,
          .charge = "c",
          .description = "",
          .starts_on = {},
          .ends_on = {},
          .quantity = 1,
          .unit = "",
          .amount = money::Money(money::Decimal::parse(amount), kUsd),
          .facts = ""};
}

std::optional<money::Decimal> maybe(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(money::Decimal::parse(text));
}

TEST(CommitmentTest, TopsUpToTheMinimumAndCutsAtTheMaximum) {
  struct Row {
    std::vector<std::string_view> lines;
    std::string_view minimum;
    std::string_view maximum;
    pricing::Coverage coverage;
    std::string_view missing;
    std::int64_t over = 1;  ///< denominator of `missing`
  };
  const std::vector<Row> rows{
      {{"3.00"}, "10", "", {31, 31}, "7"},
      {{"3.30"}, "10", "", {31, 31}, "6.7"},        // late usage of 0.30: the top-up falls by it
      {{"3.00", "4.00"}, "10", "", {31, 31}, "3"},  // SMB, then Professional: 10.00 in all
      {{"3.00"}, "10", "", {15, 31}, "57", 31},     // exact: 150/31 − 3
      {{"10.00"}, "10", "", {31, 31}, "0"},
      {{"12.00", "-3.00"}, "10", "", {31, 31}, "1"},  // discounts count
      {{"12.00"}, "", "10", {31, 31}, "-2"},
      {{"12.00"}, "", "10", {1, 2}, "-7"},
      {{"7.00"}, "5", "10", {31, 31}, "0"},
      {{}, "10", "10", {31, 31}, "10"},
      {{}, "", "", {31, 31}, "0"},
      {{"5.00"}, "10", "", {0, 31}, "0"},
  };
  for (const Row& row : rows) {
    std::vector<domain::StatementLine> lines;
    for (const std::string_view amount : row.lines) lines.push_back(line(amount));
    EXPECT_EQ(missing_from(lines, {maybe(row.minimum), maybe(row.maximum)}, row.coverage),
              money::Ratio(money::Decimal::parse(row.missing), row.over))
        << row.missing;
  }
}

TEST(CommitmentTest, AMinimumAboveTheMaximumIsRefused) {
  EXPECT_THROW(missing_from({}, {maybe("11"), maybe("10")}, {1, 1}), Error);
}

DayStretch days(std::string_view from, std::string_view until) {
  return {time::parse_date(from), time::parse_date(until)};
}

TEST(CommitmentTest, DaysAreCoveredOnce) {
  const DayStretch october = days("2026-10-01", "2026-11-01");
  const auto covered = [&](std::vector<DayStretch> stretches) {
    const pricing::Coverage coverage = days_covered(october, stretches);
    EXPECT_EQ(coverage.whole, 31);
    return coverage.part;
  };
  EXPECT_EQ(covered({}), 0);
  EXPECT_EQ(covered({days("2026-10-15", "2026-11-01"), days("2026-09-01", "2026-10-15")}), 31)
      << "a plan change";
  EXPECT_EQ(covered({days("2026-10-10", "2026-10-20"), days("2026-10-12", "2026-10-14")}), 10);
  EXPECT_EQ(covered({days("2026-10-10", "2026-10-20"), days("2026-10-15", "2027-01-01")}), 22);
  EXPECT_EQ(covered({days("2026-09-01", "2026-10-01"), days("2026-11-01", "2026-12-01")}), 0);
}

RC_GTEST_PROP(CommitmentProperty, WhatIsMissingBringsTheStatementBetweenItsLimits, ()) {
  const auto amount = rc::gen::inRange<std::int64_t>(-10000, 10000);
  std::vector<domain::StatementLine> lines;
  money::Ratio billed = money::Decimal(0);
  for (const std::int64_t each : *rc::gen::container<std::vector<std::int64_t>>(amount)) {
    lines.push_back(line("0"));
    lines.back().amount = money::Money(money::Decimal::from_parts(each, 2), kUsd);
    billed = billed + lines.back().amount.amount();
  }
  const int minimum = *rc::gen::inRange(0, 100);
  const int maximum = *rc::gen::inRange(minimum, 200);
  const pricing::Coverage part{*rc::gen::inRange<std::int64_t>(0, 32), 31};
  const money::Ratio all = billed + missing_from(lines, {minimum, maximum}, part);
  RC_ASSERT(all >= money::Decimal(minimum) * part.fraction());
  RC_ASSERT(all <= money::Decimal(maximum) * part.fraction());
  RC_ASSERT(all == billed || all == money::Decimal(minimum) * part.fraction() ||
            all == money::Decimal(maximum) * part.fraction());
}

}  // namespace

}  // namespace reckoner::invoicing
