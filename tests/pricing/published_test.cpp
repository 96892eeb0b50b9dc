#include "pricing/published.hpp"

#include <gmock/gmock.h>

namespace reckoner::pricing {

namespace {

using testing::ElementsAre;
using testing::SizeIs;

const money::Currency kDollars = money::Currency::of("USD");

money::Decimal decimal(std::string_view text) {
  return money::Decimal::parse(text);
}

domain::Graduated graduated() {
  domain::Graduated rate;
  rate.tiers = {{decimal("200"), decimal("2"), {}}, {std::nullopt, decimal("0.5"), {}}};
  return rate;
}

std::string words(const domain::ChargeModel& model) {
  return words_of(model, "GB", kDollars);
}

domain::Charge metered(domain::ChargeModel model, std::optional<money::Decimal> allowance) {
  domain::Charge charge;
  charge.name = "storage";
  charge.source = domain::OfMeters{.meters = {"storage"}, .unit = "GB"};
  charge.terms.push_back({.effective = std::nullopt,
                          .model = std::move(model),
                          .allowance = allowance,
                          .minimum = std::nullopt,
                          .maximum = std::nullopt});
  return charge;
}

TEST(Published, RatesInWords) {
  EXPECT_EQ(words(domain::Rate(domain::Flat{decimal("500")})), "500.00 USD");
  EXPECT_EQ(words(domain::Rate(domain::Flat{})), "a fee that a rule sets");
  EXPECT_EQ(words(domain::Rate(domain::PerUnit{decimal("0.008")})), "0.008 USD a GB");
  EXPECT_EQ(words(domain::Rate(graduated())),
            "each GB at the price of its tier: 2.00 USD up to 200, 0.50 USD beyond");
  domain::Stairstep stairs;
  stairs.tiers = {{decimal("100"), {}, decimal("500")}};
  EXPECT_EQ(words(domain::Rate(stairs)),
            "by the tier reached: 500.00 USD up to 100, beyond by agreement");
  domain::GraduatedPercentage share;
  share.tiers = {{std::nullopt, decimal("20"), {}}};
  EXPECT_EQ(words(domain::Rate(share)), "20 %");
  EXPECT_EQ(words(domain::Rate(domain::Package{decimal("100"), decimal("3")})),
            "3.00 USD for each 100 GB, also for a part of it");
}

TEST(Published, TiersAsATable) {
  const PriceTable table = table_of(domain::Rate(graduated()), "GB");
  ASSERT_THAT(table.columns, SizeIs(3));
  EXPECT_EQ(table.columns[2].title, "price a GB");
  EXPECT_THAT(table.rows,
              ElementsAre(ElementsAre("0", "200", "2"), ElementsAre("200", "no limit", "0.5")));
}

TEST(Published, AMatrixByItsDimensions) {
  const domain::Matrix matrix{{"class"},
                              {{{"hot"}, domain::PerUnit{decimal("0.25")}},
                               {{std::nullopt}, domain::PerUnit{decimal("0.1")}}}};
  EXPECT_EQ(words(matrix), "by class: class hot: 0.25 USD a GB; everything else: 0.10 USD a GB");
  EXPECT_THAT(table_of(matrix, "GB").rows,
              ElementsAre(ElementsAre("hot", "0.25"), ElementsAre("any other", "0.1")));
}

TEST(Published, EachRowHasACellForEachColumn) {
  domain::Blocks blocks;
  blocks.tiers = {{decimal("10"), decimal("2"), decimal("1")}};
  domain::Calendar calendar;
  calendar.bands = {{"night", {}, {}, {}, domain::PerUnit{decimal("1")}}};
  const std::vector<domain::ChargeModel> models{
      domain::Rate(blocks),
      domain::Rate(domain::Dynamic{}),
      domain::Percentage{decimal("2"), {}, decimal("3"), {}, {}, decimal("9")},
      domain::Capacity{{{{decimal("1"), std::nullopt}, decimal("5")}}},
      calendar,
      domain::Windowed{domain::Window::kDay, graduated()}};
  for (const domain::ChargeModel& model : models) {
    EXPECT_NE(words(model), "");
    const PriceTable table = table_of(model, "GB");
    for (const auto& row : table.rows) EXPECT_THAT(row, SizeIs(table.columns.size()));
  }
}

TEST(Published, AllowanceMinimumAndMaximumAreInTheSentence) {
  domain::Charge charge = metered(domain::Rate(domain::PerUnit{decimal("0.03")}), decimal("1536"));
  EXPECT_EQ(words_of(charge, charge.terms[0], kDollars),
            "1536 GB included, beyond that 0.03 USD a GB");
  charge.terms[0].minimum = decimal("5");
  EXPECT_EQ(words_of(charge, charge.terms[0], kDollars),
            "1536 GB included, beyond that 0.03 USD a GB; at least 5.00 USD");
  charge.terms[0].allowance = std::nullopt;
  charge.terms[0].minimum = std::nullopt;
  EXPECT_EQ(words_of(charge, charge.terms[0], kDollars), "included without limit");
}

TEST(Published, ASliderGoesBeyondTheLastBound) {
  EXPECT_EQ(sensible_scale(metered(domain::Rate(graduated()), money::Decimal(0)).terms[0]), 400);
  EXPECT_EQ(sensible_scale(
                metered(domain::Rate(domain::PerUnit{decimal("1")}), decimal("1536")).terms[0]),
            3072);
  EXPECT_EQ(sensible_scale(
                metered(domain::Rate(domain::PerUnit{decimal("1")}), money::Decimal(0)).terms[0]),
            100);
}

}  // namespace

}  // namespace reckoner::pricing
