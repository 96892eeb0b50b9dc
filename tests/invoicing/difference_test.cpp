#include "invoicing/difference.hpp"

#include <gmock/gmock.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "base/error.hpp"

namespace reckoner::invoicing {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const money::Currency kUsd = money::Currency::of("USD");

domain::StatementLine line(std::string key, std::string_view quantity, std::string_view amount) {
  return {.key = key,
          .subscription = 1,
          .charge = key,
          .description = key + ", as deserved",
          .starts_on = time::parse_date("2026-10-01"),
          .ends_on = time::parse_date("2026-11-01"),
          .quantity = money::Decimal::parse(quantity),
          .unit = "MB",
          .amount = money::Money(money::Decimal::parse(amount), kUsd),
          .facts = "{}"};
}

Statement october(std::vector<domain::StatementLine> lines) {
  return {{time::parse_instant("2026-10-01T00:00:00Z"), 1, domain::Side::kArrears},
          "2026-10",
          std::move(lines)};
}

domain::BilledLine billed_line(const domain::StatementLine& line) {
  return {line.key,       line.subscription, line.charge,   line.description,
          line.starts_on, line.ends_on,      line.quantity, line.unit,
          line.amount,    line.tax,          std::nullopt};
}

std::vector<domain::BilledLine> billed(const std::vector<domain::StatementLine>& lines) {
  std::vector<domain::BilledLine> result;
  for (const auto& each : lines) result.push_back(billed_line(each));
  return result;
}

/// "key quantity amount", with "true-up" where it is one.
std::vector<std::string> told(const std::vector<domain::DocumentLine>& lines) {
  std::vector<std::string> texts;
  for (const auto& each : lines) {
    texts.push_back(std::string(each.true_up ? "true-up " : "") + each.line.key + " " +
                    each.line.quantity.to_string() + " " + each.line.amount.to_string());
  }
  return texts;
}

TEST(DifferenceTest, AtTheFirstIssueEveryLineStandsAlsoThoseOf0_00) {
  EXPECT_THAT(told(difference(october({line("fee", "31", "100.00"), line("usage", "0", "0.00")}),
                              /*billed_before=*/false, {})),
              ElementsAre("fee 31 100.00", "usage 0 0.00"));
}

TEST(DifferenceTest, LaterOnlyWhatDiffersStands) {
  const std::vector<domain::StatementLine> first{line("fee", "31", "100.00"),
                                                 line("usage", "10", "0.30")};
  EXPECT_THAT(difference(october(first), true, billed(first)), IsEmpty());
  EXPECT_THAT(told(difference(october({line("fee", "31", "100.00"), line("usage", "20", "0.60")}),
                              true, billed(first))),
              ElementsAre("true-up usage 10 0.30"));
}

TEST(DifferenceTest, AQuantityThatDiffersStandsAlsoWhenItCostsNothing) {
  EXPECT_THAT(told(difference(october({line("storage", "12", "0.00")}), true,
                              billed({line("storage", "10", "0.00")}))),
              ElementsAre("true-up storage 2 0.00"));
}

TEST(DifferenceTest, AKeyTheStatementNoLongerHasIsANegativeLineAtTheEnd) {
  EXPECT_THAT(
      told(difference(october({line("new", "5", "1.00")}), true,
                      billed({line("gone", "31", "100.00"), line("nothing", "0", "0.00")}))),
      ElementsAre("true-up new 5 1.00", "true-up gone -31 -100.00"));
}

TEST(DifferenceTest, ALineThatIsGoneKeepsItsTaxCategory) {
  domain::StatementLine books = line("books", "1", "10.00");
  books.tax = "reduced";
  const auto lines = difference(october({}), true, billed({books}));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines.front().line.tax, "reduced");
}

TEST(DifferenceTest, TheMinimumThatLateUsageFillsCostsNothingMore) {
  // October 3.00 and a top-up of 7.00; then 0.30 more of usage.
  EXPECT_THAT(
      told(difference(october({line("usage", "110", "3.30"), line("top-up", "1", "6.70")}), true,
                      billed({line("usage", "100", "3.00"), line("top-up", "1", "7.00")}))),
      ElementsAre("true-up usage 10 0.30", "true-up top-up 0 -0.30"));
}

TEST(DifferenceTest, NothingDeservedAndNothingBilledIsNoLine) {
  EXPECT_THAT(difference(october({}), false, {}), IsEmpty());
  EXPECT_THAT(difference(october({}), true, {}), IsEmpty());
}

TEST(DifferenceTest, AKeyThatStandsTwiceIsNamed) {
  EXPECT_NO_THROW(check_keys(october({line("a", "1", "1.00"), line("b", "1", "1.00")})));
  try {
    check_keys(october({line("a", "1", "1.00"), line("a", "1", "1.00")}));
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "line key 'a' stands twice in the statement of 2026-10");
  }
}

/// Some of twelve keys, each with a quantity and an amount of its own.
rc::Gen<std::vector<domain::StatementLine>> statements() {
  const auto figure = rc::gen::maybe(
      rc::gen::pair(rc::gen::inRange(-5, 6), rc::gen::inRange<std::int64_t>(-500, 501)));
  return rc::gen::map(
      rc::gen::container<std::vector<rc::Maybe<std::pair<int, std::int64_t>>>>(12, figure),
      [](const auto& drawn) {
        std::vector<domain::StatementLine> lines;
        for (std::size_t key = 0; key < drawn.size(); ++key) {
          if (!drawn[key]) continue;
          lines.push_back(
              line("key" + std::to_string(key), std::to_string(drawn[key]->first), "0"));
          lines.back().amount =
              money::Money(money::Decimal::from_parts(drawn[key]->second, 2), kUsd);
        }
        return lines;
      });
}

/// Quantity and amount by key, without those of zero.
using Figures = std::map<std::string, std::pair<money::Decimal, money::Decimal>>;

template <class Lines>
void add_to(Figures& figures, const Lines& lines) {
  for (const auto& each : lines) {
    auto& [quantity, amount] = figures[each.key];
    quantity += each.quantity;
    amount += each.amount.amount();
    if (quantity.is_zero() && amount.is_zero()) figures.erase(each.key);
  }
}

std::vector<domain::StatementLine> lines_of(const std::vector<domain::DocumentLine>& lines) {
  std::vector<domain::StatementLine> result;
  for (const auto& each : lines) result.push_back(each.line);
  return result;
}

RC_GTEST_PROP(DifferenceProperty, BilledPlusDifferenceIsTheStatement, ()) {
  const auto before = *statements();
  const auto after = *statements();
  const auto first = lines_of(difference(october(before), false, {}));
  Figures total;
  add_to(total, first);
  add_to(total, lines_of(difference(october(after), true, billed(first))));
  Figures deserved;
  add_to(deserved, after);
  RC_ASSERT(total == deserved);
}

RC_GTEST_PROP(DifferenceProperty, ASecondDifferenceIsEmpty, ()) {
  const auto lines = *statements();
  RC_ASSERT(difference(october(lines), true, billed(lines)).empty());
}

RC_GTEST_PROP(DifferenceProperty, TheOrderOfWhatWasBilledChangesNoFigure, ()) {
  const auto before = *statements();
  const auto after = *statements();
  auto shuffled = billed(before);
  std::reverse(shuffled.begin(), shuffled.end());
  Figures one;
  Figures other;
  add_to(one, lines_of(difference(october(after), true, billed(before))));
  add_to(other, lines_of(difference(october(after), true, shuffled)));
  RC_ASSERT(one == other);
}

}  // namespace

}  // namespace reckoner::invoicing
