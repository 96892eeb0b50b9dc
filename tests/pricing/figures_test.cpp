#include "pricing/figures.hpp"

#include <gmock/gmock.h>

#include "offers.hpp"

namespace reckoner::pricing {

namespace {

using domain::Rate;
using money::Decimal;
using testing::ElementsAre;

std::vector<std::string> figures(domain::ChargeModel model) {
  return figures_of(Offer(std::move(model)).charge);
}

domain::Graduated two_tiers() {
  return tiers<domain::Graduated>({{100, 2, 0}, {1000, 1, 0}});
}

TEST(FiguresTest, AreNamedByModel) {
  EXPECT_THAT(figures(Rate(domain::Flat{})), ElementsAre("fee", "allowance", "minimum", "maximum"));
  EXPECT_THAT(figures(Rate(domain::PerUnit{})),
              ElementsAre("price", "allowance", "minimum", "maximum"));
  EXPECT_THAT(figures(Rate(two_tiers())),
              ElementsAre("tier-1-price", "tier-1-fee", "tier-2-price", "tier-2-fee", "above-price",
                          "above-fee", "allowance", "minimum", "maximum"));
  EXPECT_THAT(figures(Rate(tiers<domain::Volume>({{std::nullopt, 1, 0}}))),
              ElementsAre("tier-1-price", "tier-1-fee", "above-price", "above-fee", "allowance",
                          "minimum", "maximum"));
  EXPECT_THAT(figures(Rate(tiers<domain::Stairstep>({{10, 0, 5}}))),
              ElementsAre("tier-1-fee", "above-fee", "allowance", "minimum", "maximum"));
  EXPECT_THAT(figures(Rate(tiers<domain::GraduatedPercentage>({{10, 1, 5}}))),
              ElementsAre("tier-1-percent", "tier-1-fee", "above-percent", "above-fee", "allowance",
                          "minimum", "maximum"));
  EXPECT_THAT(figures(Rate(domain::Package{10, 1})),
              ElementsAre("size", "price", "allowance", "minimum", "maximum"));
  EXPECT_THAT(figures(Rate(domain::Blocks{{}, {{10, {}, 1}}})),
              ElementsAre("tier-1-size", "tier-1-price", "allowance", "minimum", "maximum"));
  EXPECT_THAT(figures(Rate(domain::Dynamic{})),
              ElementsAre("multiplier", "allowance", "minimum", "maximum"));
  EXPECT_THAT(figures(domain::Percentage{}),
              ElementsAre("percent", "fixed", "free-count", "free-amount", "transaction-minimum",
                          "transaction-maximum", "minimum", "maximum"));
  EXPECT_THAT(figures(domain::Capacity{{{{}, 1}, {{}, 2}}}),
              ElementsAre("tier-1-price", "tier-2-price", "minimum", "maximum"));
  EXPECT_THAT(
      figures(domain::Matrix{{}, {{{}, domain::PerUnit{1}}, {{}, domain::Package{1, 1}}}}),
      ElementsAre("row-1-price", "row-2-size", "row-2-price", "allowance", "minimum", "maximum"));
  EXPECT_THAT(figures(domain::Calendar{{{"day", {}, {}, {}, two_tiers()}}}),
              ElementsAre("band-1-tier-1-price", "band-1-tier-1-fee", "band-1-tier-2-price",
                          "band-1-tier-2-fee", "band-1-above-price", "band-1-above-fee",
                          "allowance", "minimum", "maximum"));
  EXPECT_THAT(figures(domain::Windowed{{}, domain::PerUnit{1}}),
              ElementsAre("price", "allowance", "minimum", "maximum"));
}

TEST(FiguresTest, OfAChargeAreThoseOfAllItsTerms) {
  Offer offer(Rate(domain::PerUnit{1}));
  offer.charge.terms.push_back(Offer(Rate(domain::Package{10, 1})).terms());
  EXPECT_THAT(figures_of(offer.charge),
              ElementsAre("price", "allowance", "minimum", "maximum", "size"));
}

TEST(FiguresTest, EveryFigureCanBeSet) {
  const domain::ChargeModel models[] = {
      Rate(domain::Flat{}),         Rate(two_tiers()),
      Rate(domain::Package{10, 1}), Rate(domain::Blocks{{}, {{10, {}, 1}}}),
      domain::Percentage{},         domain::Matrix{{}, {{{}, domain::PerUnit{1}}}}};
  for (const domain::ChargeModel& model : models) {
    Offer offer(model);
    for (const std::string& name : figures_of(offer.charge)) {
      EXPECT_NO_THROW(set_figure(offer.terms(), name, 7)) << name;
    }
  }
}

TEST(FiguresTest, AnAgreedFigureCounts) {
  Offer offer{Rate(domain::PerUnit{1})};
  set_figure(offer.terms(), "price", decimal("0.5"));
  set_figure(offer.terms(), "allowance", 10);
  set_figure(offer.terms(), "maximum", 40);
  EXPECT_EQ(offer.metered(of_quantity(30)).amount, ratio("10"));
  EXPECT_EQ(offer.metered(of_quantity(300)).amount, ratio("40"));
  set_figure(offer.terms(), "allowance", std::nullopt);
  EXPECT_EQ(offer.metered(of_quantity(300)).amount, ratio("0"));
}

TEST(FiguresTest, WhatIsByAgreementGetsItsTier) {
  Offer offer{Rate(two_tiers())};
  EXPECT_NE(refusal([&] { offer.metered(of_quantity(1010)); }), "");
  set_figure(offer.terms(), "above-price", decimal("0.5"));
  EXPECT_EQ(offer.metered(of_quantity(1010)).amount, ratio("1105"));
  set_figure(offer.terms(), "above-fee", 20);
  EXPECT_EQ(offer.metered(of_quantity(1010)).amount, ratio("1125"));
  set_figure(offer.terms(), "tier-2-price", 0);
  EXPECT_EQ(offer.metered(of_quantity(1010)).amount, ratio("225"));
}

TEST(FiguresTest, AFigureThatIsNotThereIsRefused) {
  Offer offer{Rate(domain::PerUnit{1})};
  EXPECT_EQ(refusal([&] { set_figure(offer.terms(), "prise", 1); }),
            "unknown figure 'prise'; did you mean 'price'? (there are: price, allowance, minimum, "
            "maximum)");
  EXPECT_EQ(refusal([&] { set_figure(offer.terms(), "tier-1-fee", 1); }),
            "unknown figure 'tier-1-fee' (there are: price, allowance, minimum, maximum)");
}

TEST(FiguresTest, AValueThatMakesNoSenseIsRefused) {
  Offer offer{Rate(domain::Package{10, 1})};
  EXPECT_EQ(refusal([&] { set_figure(offer.terms(), "price", decimal("-0.5")); }),
            "figure 'price' is below zero: -0.5");
  EXPECT_EQ(refusal([&] { set_figure(offer.terms(), "size", 0); }),
            "figure 'size': a size is above zero");
  EXPECT_EQ(refusal([&] { set_figure(offer.terms(), "price", std::nullopt); }),
            "figure 'price': only an allowance can be unlimited");
}

}  // namespace

}  // namespace reckoner::pricing
