#include "insight/budget.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"

namespace reckoner::insight {
namespace {

using money::Decimal;
using testing::ElementsAre;
using testing::IsEmpty;

const money::Currency kEur = money::Currency::of("EUR");

Budget budget(std::string_view json) {
  return read_budget(text::parse_json(json));
}

std::string refusal(std::string_view json) {
  try {
    budget(json);
  } catch (const Error& error) {
    return error.what();
  }
  return "taken";
}

std::vector<std::string> limits(const std::vector<Reached>& all) {
  std::vector<std::string> texts;
  for (const Reached& one : all) {
    texts.push_back(std::string(to_string(one.threshold.basis)) + " " + one.limit.to_string());
  }
  return texts;
}

TEST(Budget, WithoutThresholdsItHasTheUsualOnes) {
  const Budget read = budget(R"({"currency": "EUR", "amount": "100.00"})");
  EXPECT_EQ(read.thresholds, usual_thresholds());
  EXPECT_EQ(read.charge, "");
}

TEST(Budget, IsStoredAsItWasRead) {
  const std::string json =
      R"([{"currency":"EUR","amount":"100.00","charge":"bandwidth","thresholds":[)"
      R"({"on":"actual","percent":"80.5","amount":null},)"
      R"({"on":"forecast","percent":null,"amount":"95.00"}]}])";
  const auto budgets = parse_budgets(json);
  EXPECT_EQ(to_json(budgets), json);
  EXPECT_THAT(parse_budgets(""), IsEmpty());
}

TEST(Budget, SaysWhatIsWrong) {
  EXPECT_EQ(refusal(R"({"currency": "EUR"})"), "must have amount and currency");
  EXPECT_EQ(refusal(R"({"currency": "EUR", "amount": "0"})"), "must be above zero");
  EXPECT_EQ(refusal(R"({"currency": "EUR", "amount": "1", "limit": "2"})"),
            "has no member 'limit'");
  EXPECT_EQ(refusal(R"({"currency": "EUR", "amount": "1", "charge": ""})"),
            "charge must be the name of one, or null");
  const auto with = [](const std::string& threshold) {
    return refusal(R"({"currency": "EUR", "amount": "1", "thresholds": [)" + threshold + "]}");
  };
  EXPECT_EQ(with(R"({"percent": "80"})"),
            "thresholds[0]: must say on what: \"actual\" or \"forecast\"");
  EXPECT_EQ(with(R"({"on": "actual"})"), "thresholds[0]: must have either percent or amount");
  EXPECT_EQ(with(R"({"on": "actual", "percent": "80", "amount": "1.00"})"),
            "thresholds[0]: must have either percent or amount");
  EXPECT_EQ(with(R"({"on": "actual", "percent": "1001"})"),
            "thresholds[0]: percent must be above 0 and at most 1000");
  EXPECT_EQ(with(R"({"on": "actual", "percent": "80"}, {"on": "actual", "percent": "80.0"})"),
            "thresholds[1]: is there twice");
}

TEST(Budget, AThresholdIsReachedAtItsLimit) {
  const std::vector<Budget> budgets{budget(R"({"currency": "EUR", "amount": "100.00"})")};
  Spending spending;
  spending.actual = {{"fee", Decimal::parse("50.00")}, {"bandwidth", Decimal::parse("29.99")}};
  EXPECT_THAT(limits(reached(budgets, kEur, spending)), IsEmpty());
  spending.actual["bandwidth"] = Decimal::parse("30.00");
  EXPECT_THAT(limits(reached(budgets, kEur, spending)), ElementsAre("actual 80.00"));
  spending.forecast = std::map<std::string, Decimal>{{"fee", Decimal(100)}};
  EXPECT_THAT(limits(reached(budgets, kEur, spending)),
              ElementsAre("actual 80.00", "forecast 100.00"));
  EXPECT_THAT(limits(reached(budgets, money::Currency::of("USD"), spending)), IsEmpty());
}

TEST(Budget, OfAChargeLooksAtThatChargeAlone) {
  const std::vector<Budget> budgets{
      budget(R"({"currency": "EUR", "amount": "10.00", "charge": "bandwidth",
                 "thresholds": [{"on": "actual", "amount": "5.00"}]})")};
  Spending spending;
  spending.actual = {{"fee", Decimal(500)}};
  EXPECT_THAT(reached(budgets, kEur, spending), IsEmpty());
  spending.actual["bandwidth"] = 5;
  EXPECT_THAT(limits(reached(budgets, kEur, spending)), ElementsAre("actual 5.00"));
}

TEST(Budget, WordsSayWhatWasReached) {
  const std::vector<Budget> budgets{
      budget(R"({"currency": "EUR", "amount": "10000.00", "thresholds": [
                 {"on": "actual", "percent": "80"}, {"on": "forecast", "amount": "950.00"}]})")};
  Spending spending;
  spending.actual = {{"fee", Decimal::parse("8120.00")}};
  spending.forecast = std::map<std::string, Decimal>{{"fee", Decimal(999)}};
  const auto all = reached(budgets, kEur, spending);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(words_of(all[0], "2026-10", ""),
            "2026-10 costs 8,120.00 EUR so far, which reaches 80 % of the budget of 10,000.00 EUR");
  EXPECT_EQ(words_of(all[1], "2026-10", "Bandwidth"),
            "2026-10, Bandwidth, is forecast to cost 999.00 EUR, which reaches 950.00 EUR of the "
            "budget of 10,000.00 EUR");
}

TEST(Budget, TellsHowNearTheNextThresholdOfEachIs) {
  const std::vector<Budget> budgets = {
      budget(R"({"currency": "EUR", "amount": "100.00"})"),
      budget(R"({"currency": "USD", "amount": "1.00"})"),
      budget(R"({"currency": "EUR", "amount": "30.00", "charge": "bandwidth",
                 "thresholds": [{"on": "actual", "amount": "25.00"},
                                {"on": "actual", "percent": "50"}]})"),
  };
  Spending spending;
  spending.actual = {{"fee", Decimal(50)}, {"bandwidth", Decimal(10)}};
  EXPECT_THAT(shares_of_next(budgets, kEur, spending), ElementsAre(750'000, 666'667));
  spending.forecast = {{"fee", Decimal(50)}, {"bandwidth", Decimal(40)}};
  EXPECT_THAT(shares_of_next(budgets, kEur, spending), ElementsAre(750'000, 900'000, 666'667));
  spending.actual["bandwidth"] = Decimal(15);
  EXPECT_THAT(shares_of_next(budgets, kEur, spending), ElementsAre(812'500, 900'000, 600'000))
      << "what is reached is not the next one";
  spending.forecast = std::nullopt;
  spending.actual = {{"bandwidth", Decimal(-1'000)}};
  EXPECT_THAT(shares_of_next(budgets, kEur, spending), ElementsAre(-1'000'000, -1'000'000));
  spending.actual = {{"bandwidth", Decimal(1'000)}};
  EXPECT_THAT(shares_of_next(budgets, kEur, spending), IsEmpty());
}

}  // namespace
}  // namespace reckoner::insight
