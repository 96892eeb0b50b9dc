#include "invoicing/receivables.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace reckoner::invoicing {

namespace {

using testing::ElementsAre;

const money::Currency kDollars = money::Currency::of("USD");

money::Money dollars(std::int64_t cents) {
  return {money::Decimal::from_parts(cents, 2), kDollars};
}

std::vector<std::string> open(const std::vector<Demand>& demands,
                              const std::vector<NamedPayment>& named, std::int64_t balance) {
  std::vector<std::string> texts;
  for (const money::Money& amount : open_amounts(demands, named, dollars(balance))) {
    texts.push_back(amount.to_string());
  }
  return texts;
}

TEST(OpenAmounts, TheOldestArePaidFirst) {
  const std::vector<Demand> demands{{1, dollars(10'00)}, {2, dollars(20'00)}, {3, dollars(5'00)}};
  EXPECT_THAT(open(demands, {}, 35'00), ElementsAre("10.00", "20.00", "5.00"));
  EXPECT_THAT(open(demands, {}, 13'00), ElementsAre("0.00", "8.00", "5.00"));
  EXPECT_THAT(open(demands, {}, 0), ElementsAre("0.00", "0.00", "0.00"));
}

TEST(OpenAmounts, APaymentPaysTheDocumentItNames) {
  const std::vector<Demand> demands{{1, dollars(10'00)}, {2, dollars(20'00)}};
  EXPECT_THAT(open(demands, {{2, dollars(20'00)}}, 10'00), ElementsAre("10.00", "0.00"));
  // What it does not need goes to the oldest.
  EXPECT_THAT(open(demands, {{2, dollars(25'00)}}, 5'00), ElementsAre("5.00", "0.00"));
}

TEST(OpenAmounts, ACreditNoteLowersTheDocumentItCorrects) {
  const std::vector<Demand> demands{
      {1, dollars(10'00)}, {2, dollars(20'00)}, {3, dollars(-20'00), 2}};
  EXPECT_THAT(open(demands, {}, 10'00), ElementsAre("10.00", "0.00", "0.00"));
}

TEST(OpenAmounts, ACreditNoteOfTheEngineLowersTheOldest) {
  const std::vector<Demand> demands{{1, dollars(10'00)}, {2, dollars(-4'00)}};
  EXPECT_THAT(open(demands, {}, 6'00), ElementsAre("6.00", "0.00"));
}

TEST(OpenAmounts, WhatIsPaidBeyondAllStaysAsCredit) {
  EXPECT_THAT(open({{1, dollars(10'00)}}, {{1, dollars(15'00)}}, -5'00), ElementsAre("0.00"));
}

TEST(OpenAmounts, WhatWasTakenBackPaysNothingElse) {
  const std::vector<Demand> demands{{1, dollars(100'00)}, {2, dollars(100'00)}};
  EXPECT_THAT(
      open(demands, {{1, dollars(100'00)}, {1, dollars(-100'00)}, {2, dollars(100'00)}}, 100'00),
      ElementsAre("100.00", "0.00"));
}

TEST(OpenAmounts, APaymentThatWasTakenBackIsOpenAgain) {
  EXPECT_THAT(open({{1, dollars(10'00)}}, {{1, dollars(10'00)}, {1, dollars(-10'00)}}, 10'00),
              ElementsAre("10.00"));
}

RC_GTEST_PROP(OpenAmounts, SumToTheBalance, ()) {
  std::vector<Demand> demands;
  std::vector<NamedPayment> named;
  std::int64_t balance = 0;
  const auto count = *rc::gen::inRange(1, 8);
  for (std::int64_t ordinal = 1; ordinal <= count; ++ordinal) {
    const std::int64_t cents = *rc::gen::inRange(-500, 2000);
    demands.push_back({ordinal, dollars(cents)});
    balance += cents;
    const std::int64_t paid = *rc::gen::inRange(0, 1500);
    balance -= paid;
    if (*rc::gen::inRange(0, 2) == 1) named.push_back({ordinal, dollars(paid)});
  }
  money::Money sum(kDollars);
  const auto open = open_amounts(demands, named, dollars(balance));
  for (std::size_t i = 0; i < open.size(); ++i) {
    RC_ASSERT(open[i].sign() >= 0);
    RC_ASSERT(open[i] <= std::max(demands[i].amount, dollars(0)));
    sum += open[i];
  }
  RC_ASSERT(sum == std::max(dollars(balance), dollars(0)));
}

// What dunning rests on: it reads no document again that was settled.
RC_GTEST_PROP(OpenAmounts, LeavingOutWhatIsSettledChangesNothingElse, ()) {
  std::vector<Demand> demands;
  std::vector<NamedPayment> named;
  std::int64_t balance = 0;
  const auto count = *rc::gen::inRange<std::int64_t>(1, 9);
  for (std::int64_t ordinal = 1; ordinal <= count; ++ordinal) {
    std::int64_t cents = *rc::gen::inRange(-500, 2000);
    std::optional<std::int64_t> corrects;
    if (ordinal > 1 && *rc::gen::inRange(0, 4) == 0) {
      corrects = *rc::gen::inRange<std::int64_t>(1, ordinal);
      cents = -*rc::gen::inRange(1, 1500);
    }
    demands.push_back({ordinal, dollars(cents), corrects});
    balance += cents;
    for (int payments = *rc::gen::inRange(0, 3); payments > 0; --payments) {
      const std::int64_t paid = *rc::gen::inRange(-800, 1500);
      balance -= paid;
      const auto names = *rc::gen::inRange<std::int64_t>(0, count + 1);
      if (names > 0) named.push_back({names, dollars(paid)});
    }
  }
  const auto open = open_amounts(demands, named, dollars(balance));
  std::set<std::int64_t> kept;
  for (std::size_t i = 0; i < open.size(); ++i) {
    if (open[i].sign() > 0 || *rc::gen::inRange(0, 3) == 0) kept.insert(demands[i].ordinal);
  }
  std::vector<Demand> fewer;
  for (const Demand& demand : demands) {
    const bool lowers = demand.corrects && kept.contains(*demand.corrects);
    if (kept.contains(demand.ordinal) || lowers) fewer.push_back(demand);
  }
  std::vector<NamedPayment> of_these;
  for (const NamedPayment& payment : named) {
    if (kept.contains(payment.ordinal)) of_these.push_back(payment);
  }
  const auto again = open_amounts(fewer, of_these, dollars(balance));
  for (std::size_t i = 0; i < fewer.size(); ++i) {
    RC_ASSERT(again[i] == open[static_cast<std::size_t>(fewer[i].ordinal - 1)]);
  }
}

}  // namespace

}  // namespace reckoner::invoicing
