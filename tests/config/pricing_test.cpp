#include <gmock/gmock.h>

#include "config/attributes.hpp"
#include "config/readers.hpp"
#include "schema.hpp"

namespace reckoner::config {
namespace {

using money::Decimal;
using testing::ElementsAre;
using testing::IsEmpty;

const money::Currency kUsd = money::Currency::of("USD");

/// Reads a pricing file, which the schema must accept, too.
PricingFile read(const std::string& attributes, const std::string& elements) {
  const std::string text = "<pricing xmlns=\"urn:reckoner:pricing:1\" strategy=\"s\" " +
                           attributes + ">\n" + elements + "\n</pricing>\n";
  EXPECT_TRUE(Schema("pricing.xsd").accepts(text)) << text;
  const Document document = parse_xml("pricing/s.xml", text);
  return read_pricing(document.root(), kUsd);
}

domain::Plan plan_of(const std::string& charges) {
  return read("", "<plan name=\"A\">" + charges + "</plan>").plans.at(0);
}

domain::Charge charge_of(const std::string& charges) {
  return plan_of(charges).charges.back();
}

/// A charge on usage with this model or, of `attributes`, price.
domain::Charge metered(const std::string& model, const std::string& attributes = "") {
  return charge_of("<metered name=\"m\" meter=\"m\" unit=\"u\" " + attributes + ">" + model +
                   "</metered>");
}

template <class Model>
const Model& rate_of(const domain::ChargeModel& model) {
  return std::get<Model>(std::get<domain::Rate>(model));
}
template <class Model>
Model metered_rate(const std::string& model) {
  return rate_of<Model>(metered(model).terms.at(0).model);
}
template <class Model>
Model metered_model(const std::string& model) {
  return std::get<Model>(metered(model).terms.at(0).model);
}

std::string text_of(const std::optional<Decimal>& value) {
  return value ? value->to_string() : "-";
}
std::vector<std::string> texts_of(const std::vector<domain::Tier>& tiers) {
  std::vector<std::string> texts;
  for (const domain::Tier& tier : tiers) {
    texts.push_back(text_of(tier.up_to) + " " + tier.price.to_string() + " " +
                    tier.fee.to_string());
  }
  return texts;
}

/// The marks as text: "0110".
std::string text_of(const std::vector<bool>& marks) {
  std::string text;
  for (const bool mark : marks) text += mark ? '1' : '0';
  return text;
}

TEST(Pricing, Strategy) {
  const PricingFile file =
      read(R"(currency="EUR" minimum="10.00" maximum="500" prices="inclusive")",
           R"(<environments>
           <environment name="production" percent="100"/>
           <environment name="gold" percent="150.5"/>
           <environment name="sandbox" percent="0"><free charge="m" units="1.5"/></environment>
         </environments>
         <plan name="A"><metered name="m" meter="m" unit="u" price="1"/></plan>
         <plan name="B"><recurring name="b" fee="1.00"/></plan>)");
  EXPECT_EQ(file.strategy, "s");
  EXPECT_EQ(to_string(file.place), "pricing/s.xml:1");
  ASSERT_EQ(file.plans.size(), 2U);
  const domain::Strategy& strategy = *file.plans[0].strategy;
  EXPECT_EQ(file.plans[1].strategy.get(), &strategy);
  EXPECT_EQ(file.plans[0].currency.code(), "EUR");
  EXPECT_EQ(strategy.name, "s");
  EXPECT_EQ(strategy.minimum, Decimal(10));
  EXPECT_EQ(strategy.maximum, Decimal(500));
  EXPECT_TRUE(strategy.tax_inclusive);
  ASSERT_EQ(strategy.environments.size(), 3U);
  EXPECT_EQ(strategy.environments[1].name, "gold");
  EXPECT_EQ(strategy.environments[1].percent, Decimal::parse("150.5"));
  EXPECT_EQ(strategy.environments[2].percent, Decimal(0));
  EXPECT_EQ(strategy.environments[2].free_units.at("m"), Decimal::parse("1.5"));
}

TEST(Pricing, StrategyDefaults) {
  const domain::Plan plan = plan_of(R"(<recurring name="b" fee="1.00"/>)");
  EXPECT_EQ(plan.currency, kUsd) << "that of the settings";
  EXPECT_EQ(plan.strategy->minimum, std::nullopt);
  EXPECT_EQ(plan.strategy->maximum, std::nullopt);
  EXPECT_FALSE(plan.strategy->tax_inclusive);
  EXPECT_THAT(plan.strategy->environments, IsEmpty());
  EXPECT_EQ(plan.title, "A");
  EXPECT_EQ(plan.billed_by, "monthly");
  EXPECT_FALSE(plan.free);
  EXPECT_FALSE(plan.trial);
  EXPECT_EQ(plan.minimum, std::nullopt);
  EXPECT_EQ(plan.maximum, std::nullopt);
}

TEST(Pricing, Plan) {
  const domain::Plan plan =
      read("", R"(<plan name="A" title="The A" billed-by="weekly" free="yes" trial="P14D"
                        maximum="50.00"><recurring name="b" fee="0.00"/></plan>)")
          .plans.at(0);
  EXPECT_EQ(plan.title, "The A");
  EXPECT_EQ(plan.billed_by, "weekly");
  EXPECT_TRUE(plan.free);
  EXPECT_EQ(plan.trial, (time::CalendarDuration{0, 14}));
  EXPECT_EQ(plan.maximum, Decimal(50));
  const domain::Plan other =
      read("", R"(<plan name="A" minimum="5"><recurring name="b" fee="0.00"/></plan>)").plans.at(0);
  EXPECT_EQ(other.minimum, Decimal(5));
}

TEST(Pricing, FeeDefaults) {
  const domain::Charge charge = charge_of(R"(<recurring name="base" fee="100.00"/>)");
  EXPECT_EQ(charge.title, "base");
  EXPECT_TRUE(std::holds_alternative<domain::Once>(charge.source));
  EXPECT_EQ(rate_of<domain::Flat>(charge.terms.at(0).model).amount, Decimal(100));
  EXPECT_EQ(charge.terms[0].effective, std::nullopt);
  EXPECT_EQ(charge.side, domain::Side::kArrears);
  EXPECT_TRUE(std::holds_alternative<domain::EveryPeriod>(charge.every));
  EXPECT_EQ(charge.proration, domain::Proration::kDays);
  EXPECT_EQ(charge.on_cancel, domain::OnEnd::kProrate);
  EXPECT_EQ(charge.on_change, domain::OnEnd::kProrate);
  EXPECT_FALSE(charge.charged_in_trial);
  EXPECT_FALSE(charge.pass_through);
  EXPECT_EQ(charge.option, std::nullopt);
  EXPECT_EQ(charge.tax, "standard");
  EXPECT_EQ(to_string(charge.place), "pricing/s.xml:2");
}

TEST(Pricing, Fee) {
  const domain::Charge charge = charge_of(
      R"(<recurring name="base" title="Base" fee="rule" every="P1Y" side="advance"
           proration="seconds" on-cancel="credit" on-change="keep" in-trial="charged"
           option="analytics" environment-factor="no" tax="reduced" minimum="1.00" maximum="2"/>)");
  EXPECT_EQ(charge.title, "Base");
  EXPECT_EQ(rate_of<domain::Flat>(charge.terms.at(0).model).amount, std::nullopt);
  EXPECT_EQ(std::get<time::CalendarDuration>(charge.every), (time::CalendarDuration{12, 0}));
  EXPECT_EQ(charge.side, domain::Side::kAdvance);
  EXPECT_EQ(charge.proration, domain::Proration::kSeconds);
  EXPECT_EQ(charge.on_cancel, domain::OnEnd::kCredit);
  EXPECT_EQ(charge.on_change, domain::OnEnd::kKeep);
  EXPECT_TRUE(charge.charged_in_trial);
  EXPECT_TRUE(charge.pass_through);
  EXPECT_EQ(charge.option, "analytics");
  EXPECT_EQ(charge.tax, "reduced");
  EXPECT_EQ(charge.terms[0].minimum, Decimal(1));
  EXPECT_EQ(charge.terms[0].maximum, Decimal(2));
}

TEST(Pricing, FeeOnce) {
  const domain::Charge charge = charge_of(R"(<recurring name="setup" fee="50" every="once"/>)");
  EXPECT_TRUE(std::holds_alternative<domain::OnlyOnce>(charge.every));
  EXPECT_EQ(charge.proration, domain::Proration::kNone);
  EXPECT_EQ(charge.on_cancel, domain::OnEnd::kKeep);
  EXPECT_EQ(charge.on_change, domain::OnEnd::kKeep);
}

TEST(Pricing, Quantity) {
  const domain::Charge charge = charge_of(
      R"(<recurring name="seats" quantity="seats" unit="seat" price="5.125" allowance="3"
           every="P28D" proration="none"/>)");
  const auto& source = std::get<domain::OfSubscription>(charge.source);
  EXPECT_EQ(source.quantity, "seats");
  EXPECT_EQ(source.unit, "seat");
  EXPECT_EQ(rate_of<domain::PerUnit>(charge.terms.at(0).model).price, Decimal::parse("5.125"));
  EXPECT_EQ(charge.terms[0].allowance, Decimal(3));
  EXPECT_EQ(std::get<time::CalendarDuration>(charge.every), (time::CalendarDuration{0, 28}));
  EXPECT_EQ(charge.proration, domain::Proration::kNone);

  const domain::Charge tiers = charge_of(
      R"(<recurring name="seats" quantity="seats"><volume><tier price="5"/></volume></recurring>)");
  EXPECT_EQ(std::get<domain::OfSubscription>(tiers.source).unit, "seats");
  EXPECT_THAT(texts_of(rate_of<domain::Volume>(tiers.terms.at(0).model).tiers),
              ElementsAre("- 5 0"));
}

TEST(Pricing, MeteredDefaults) {
  const domain::Charge charge = metered("", R"(price="0.03")");
  const auto& metering = std::get<domain::OfMeters>(charge.source);
  EXPECT_THAT(metering.meters, ElementsAre("m"));
  EXPECT_EQ(metering.unit, "u");
  EXPECT_EQ(metering.unit_size, Decimal(1));
  EXPECT_EQ(metering.unit_rounding, domain::UnitRounding::kExact);
  EXPECT_EQ(metering.allowance_on_change, domain::AllowanceOnChange::kProrated);
  EXPECT_EQ(charge.terms.at(0).allowance, Decimal(0));
  EXPECT_EQ(charge.side, domain::Side::kArrears);
  EXPECT_TRUE(charge.charged_in_trial);
  EXPECT_FALSE(charge.pass_through);
}

TEST(Pricing, Metered) {
  const domain::Charge charge =
      metered("", R"(unit-size="1048576" unit-rounding="up" allowance="unlimited" side="arrears"
             allowance-on-change="whole" price="0.03" minimum="1.00" maximum="9.00" tax="reduced"
             option="backup" environment-factor="no")");
  const auto& metering = std::get<domain::OfMeters>(charge.source);
  EXPECT_EQ(metering.unit_size, Decimal(1048576));
  EXPECT_EQ(metering.unit_rounding, domain::UnitRounding::kUp);
  EXPECT_EQ(metering.allowance_on_change, domain::AllowanceOnChange::kWhole);
  EXPECT_EQ(charge.terms.at(0).allowance, std::nullopt);
  EXPECT_EQ(charge.terms[0].minimum, Decimal(1));
  EXPECT_EQ(charge.terms[0].maximum, Decimal(9));
  EXPECT_EQ(charge.tax, "reduced");
  EXPECT_EQ(charge.option, "backup");
  EXPECT_TRUE(charge.pass_through);
  const auto down = metered("", R"(unit-rounding="down" price="1")");
  EXPECT_EQ(metering_of(down)->unit_rounding, domain::UnitRounding::kDown);
}

TEST(Pricing, Share) {
  const domain::Charge charge = charge_of(R"(<recurring name="base" fee="1.00" side="advance"/>
                   <recurring name="other" fee="1.00" side="advance"/>
                   <share name="support" title="Support" of="base other" percent="12.5"
                          minimum="5.00" option="support" tax="reduced"/>)");
  EXPECT_THAT(std::get<domain::OfCharges>(charge.source).charges, ElementsAre("base", "other"));
  EXPECT_EQ(rate_of<domain::PerUnit>(charge.terms.at(0).model).price, Decimal::parse("0.125"));
  EXPECT_EQ(charge.terms[0].minimum, Decimal(5));
  EXPECT_EQ(charge.side, domain::Side::kAdvance) << "that of its base";
  EXPECT_TRUE(charge.pass_through);
  EXPECT_EQ(charge.option, "support");
  EXPECT_EQ(charge.tax, "reduced");
}

TEST(Pricing, Tiers) {
  const auto graduated = metered_rate<domain::Graduated>(
      R"(<graduated><tier up-to="100" price="2"/><tier up-to="200.5" price="1" fee="5.00"/>
           <tier fee="9"/></graduated>)");
  EXPECT_THAT(texts_of(graduated.tiers), ElementsAre("100 2 0", "200.5 1 5", "- 0 9"));
  EXPECT_TRUE(graduated.fee_at_zero);
  const auto volume = metered_rate<domain::Volume>(
      R"(<volume fee-at-zero="waive" above="by-agreement"><tier up-to="100" price="2"/></volume>)");
  EXPECT_THAT(texts_of(volume.tiers), ElementsAre("100 2 0"));
  EXPECT_FALSE(volume.fee_at_zero);
  const auto stairstep = metered_rate<domain::Stairstep>(
      R"(<stairstep fee-at-zero="charge"><tier up-to="10" fee="5"/><tier fee="7.50"/></stairstep>)");
  EXPECT_THAT(texts_of(stairstep.tiers), ElementsAre("10 0 5", "- 0 7.5"));
  const auto percentages = metered_rate<domain::GraduatedPercentage>(
      R"(<graduated-percentage><tier up-to="1000" percent="2.9" fee="1"/><tier percent="1"/>
         </graduated-percentage>)");
  EXPECT_THAT(texts_of(percentages.tiers), ElementsAre("1000 2.9 1", "- 1 0"));
}

TEST(Pricing, PackagesAndBlocks) {
  const auto package = metered_rate<domain::Package>(R"(<package size="100" price="5"/>)");
  EXPECT_EQ(package.size, Decimal(100));
  EXPECT_EQ(package.price, Decimal(5));
  EXPECT_EQ(package.partial, domain::PartialPackage::kCharged);
  const auto free =
      metered_rate<domain::Package>(R"(<package size="1" price="5" partial="free"/>)");
  EXPECT_EQ(free.partial, domain::PartialPackage::kFree);

  const auto blocks = metered_rate<domain::Blocks>(
      R"(<blocks><block size="10" max="5" price="3"/><block size="100" price="20"/></blocks>)");
  EXPECT_EQ(blocks.mode, domain::BlockMode::kAllTiers);
  ASSERT_EQ(blocks.tiers.size(), 2U);
  EXPECT_EQ(blocks.tiers[0].size, Decimal(10));
  EXPECT_EQ(blocks.tiers[0].max_blocks, Decimal(5));
  EXPECT_EQ(blocks.tiers[1].max_blocks, std::nullopt);
  EXPECT_EQ(blocks.tiers[1].price, Decimal(20));
  const auto top = metered_rate<domain::Blocks>(
      R"(<blocks mode="top-tier"><block size="1" price="3"/></blocks>)");
  EXPECT_EQ(top.mode, domain::BlockMode::kTopTier);
}

TEST(Pricing, Transactions) {
  EXPECT_EQ(metered_rate<domain::Dynamic>("<dynamic/>").multiplier, Decimal(1));
  EXPECT_EQ(metered_rate<domain::Dynamic>(R"(<dynamic multiplier="1.2"/>)").multiplier,
            Decimal::parse("1.2"));

  const auto all = metered_model<domain::Percentage>(
      R"(<percentage percent="2.9" fixed="0.30" free-count="5" free-amount="100" minimum="0.50"
                     maximum="20"/>)");
  EXPECT_EQ(all.percent, Decimal::parse("2.9"));
  EXPECT_EQ(all.fixed, Decimal::parse("0.3"));
  EXPECT_EQ(all.free_count, Decimal(5));
  EXPECT_EQ(all.free_amount, Decimal(100));
  EXPECT_EQ(all.transaction_minimum, Decimal::parse("0.5"));
  EXPECT_EQ(all.transaction_maximum, Decimal(20));
  const auto little = metered_model<domain::Percentage>(R"(<percentage percent="2"/>)");
  EXPECT_EQ(little.fixed, Decimal(0));
  EXPECT_EQ(little.free_count, std::nullopt);
  EXPECT_EQ(little.free_amount, std::nullopt);
  EXPECT_EQ(little.transaction_minimum, std::nullopt);
  EXPECT_EQ(little.transaction_maximum, std::nullopt);
}

TEST(Pricing, Capacity) {
  const domain::Charge charge = charge_of(
      R"(<metered name="size" meters="cpus memory" unit="u"><capacity>
           <tier price="10"><limit meter="memory" up-to="8"/><limit meter="cpus" up-to="2"/></tier>
           <tier price="20"><limit meter="cpus" up-to="4"/></tier>
           <tier price="40"/>
         </capacity></metered>)");
  EXPECT_THAT(metering_of(charge)->meters, ElementsAre("cpus", "memory"));
  const auto& capacity = std::get<domain::Capacity>(charge.terms.at(0).model);
  ASSERT_EQ(capacity.tiers.size(), 3U);
  EXPECT_THAT(capacity.tiers[0].limits, ElementsAre(Decimal(2), Decimal(8)));
  EXPECT_THAT(capacity.tiers[1].limits, ElementsAre(Decimal(4), std::nullopt));
  EXPECT_THAT(capacity.tiers[2].limits, ElementsAre(std::nullopt, std::nullopt));
  EXPECT_EQ(capacity.tiers[2].price, Decimal(40));
  const auto agreed = metered_model<domain::Capacity>(
      R"(<capacity above="by-agreement"><tier price="1"><limit meter="m" up-to="0"/></tier>
         </capacity>)");
  EXPECT_EQ(agreed.tiers.size(), 1U);
}

TEST(Pricing, Matrix) {
  const auto matrix = metered_model<domain::Matrix>(
      R"(<matrix dimensions="region tier">
           <row region="eu" tier="gold" price="0.05"/>
           <row tier="gold"><package size="10" price="1"/></row>
           <row price="0.09"/>
         </matrix>)");
  EXPECT_THAT(matrix.dimensions, ElementsAre("region", "tier"));
  ASSERT_EQ(matrix.rows.size(), 3U);
  EXPECT_THAT(matrix.rows[0].values, ElementsAre("eu", "gold"));
  EXPECT_EQ(std::get<domain::PerUnit>(matrix.rows[0].rate).price, Decimal::parse("0.05"));
  EXPECT_THAT(matrix.rows[1].values, ElementsAre(std::nullopt, "gold"));
  EXPECT_EQ(std::get<domain::Package>(matrix.rows[1].rate).size, Decimal(10));
  EXPECT_THAT(matrix.rows[2].values, ElementsAre(std::nullopt, std::nullopt));
  const auto parks = metered_model<domain::Matrix>(
      R"(<matrix dimensions="region" missing="park"><row region="eu" price="1"/></matrix>)");
  EXPECT_EQ(parks.rows.size(), 1U);
}

TEST(Pricing, Calendar) {
  const auto calendar = metered_model<domain::Calendar>(
      R"(<calendar>
           <band title="peak" hours="08:00-10:15 23:30-00:30" weekdays="mon-wed fri"
                 months="nov-feb" price="3"/>
           <band title="weekend" weekdays="sat-sun"><dynamic/></band>
           <band title="evening" hours="18:00-24:00" price="2"/>
           <band title="rest" price="1"/>
         </calendar>)");
  ASSERT_EQ(calendar.bands.size(), 4U);
  const domain::Band& peak = calendar.bands[0];
  EXPECT_EQ(peak.title, "peak");
  EXPECT_EQ(text_of(peak.weekdays), "1110100");
  EXPECT_EQ(text_of(peak.months), "110000000011");
  const std::string hours =
      "11" + std::string(30, '0') + std::string(9, '1') + std::string(53, '0') + "11";
  EXPECT_EQ(text_of(peak.quarters), hours);
  EXPECT_EQ(text_of(calendar.bands[1].weekdays), "0000011");
  EXPECT_THAT(calendar.bands[1].quarters, IsEmpty());
  EXPECT_THAT(calendar.bands[1].months, IsEmpty());
  EXPECT_TRUE(std::holds_alternative<domain::Dynamic>(calendar.bands[1].rate));
  EXPECT_EQ(text_of(calendar.bands[2].quarters), std::string(72, '0') + std::string(24, '1'));
  EXPECT_THAT(calendar.bands[3].weekdays, IsEmpty());
  EXPECT_EQ(std::get<domain::PerUnit>(calendar.bands[3].rate).price, Decimal(1));
}

TEST(Pricing, Windows) {
  const auto hours = metered_model<domain::Windowed>(R"(<windows length="hour" price="1"/>)");
  EXPECT_EQ(hours.window, domain::Window::kHour);
  EXPECT_EQ(std::get<domain::PerUnit>(hours.rate).price, Decimal(1));
  const auto days = metered_model<domain::Windowed>(
      R"(<windows length="day"><graduated><tier price="1"/></graduated></windows>)");
  EXPECT_EQ(days.window, domain::Window::kDay);
  EXPECT_TRUE(std::holds_alternative<domain::Graduated>(days.rate));
  const auto months = metered_model<domain::Windowed>(R"(<windows length="month" price="1"/>)");
  EXPECT_EQ(months.window, domain::Window::kMonth);
}

TEST(Pricing, DatedPrices) {
  const domain::Charge charge = metered(
      R"(<from date="2026-07-01" price="0.05" maximum="8.00"/>
         <from date="2027-01-01" allowance="20"><volume><tier price="0.04"/></volume></from>)",
      R"(price="0.03" allowance="10" minimum="1.00" maximum="9.00")");
  ASSERT_EQ(charge.terms.size(), 3U);
  EXPECT_EQ(charge.terms[0].effective, std::nullopt);
  EXPECT_EQ(charge.terms[1].effective, time::parse_date("2026-07-01"));
  EXPECT_EQ(charge.terms[2].effective, time::parse_date("2027-01-01"));
  EXPECT_EQ(rate_of<domain::PerUnit>(charge.terms[1].model).price, Decimal::parse("0.05"));
  EXPECT_TRUE(
      std::holds_alternative<domain::Volume>(std::get<domain::Rate>(charge.terms[2].model)));
  const auto told = [](const domain::Terms& terms) {
    return text_of(terms.allowance) + " " + text_of(terms.minimum) + " " + text_of(terms.maximum);
  };
  EXPECT_EQ(told(charge.terms[0]), "10 1 9");
  EXPECT_EQ(told(charge.terms[1]), "10 1 8");
  EXPECT_EQ(told(charge.terms[2]), "20 1 8");

  const domain::Charge fee = charge_of(
      R"(<recurring name="b" fee="1.00"><from date="2026-07-01" fee="2.00"/></recurring>)");
  EXPECT_EQ(rate_of<domain::Flat>(fee.terms.at(1).model).amount, Decimal(2));
  const domain::Charge share = charge_of(
      R"(<recurring name="b" fee="1.00"/>
         <share name="c" of="b" percent="10"><from date="2026-07-01" percent="12"/></share>)");
  EXPECT_EQ(rate_of<domain::PerUnit>(share.terms.at(1).model).price, Decimal::parse("0.12"));
}

TEST(Pricing, PriceBook) {
  const PricingFile file = read(R"(minimum="10.00")",
                                R"(<price-book currency="EUR" minimum="9.00"/>
         <plan name="A" minimum="20.00">
           <recurring name="base" fee="100.00" maximum="150.00">
             <from date="2026-07-01" fee="120.00"/>
           </recurring>
           <metered name="traffic" meter="m" unit="u" allowance="5"><matrix dimensions="class">
             <row class="hot"><graduated><tier up-to="10" price="2" fee="1"/><tier price="0"/>
             </graduated></row>
             <row price="0.5"/>
           </matrix></metered>
           <metered name="cards" meter="m" unit="u"><percentage percent="2" fixed="0.30"/></metered>
           <share name="support" of="base" percent="10"/>
           <price-book currency="EUR" minimum="18.00">
             <figure charge="base" name="fee" value="90.00"/>
             <figure charge="base" name="maximum" value="140.00"/>
             <figure charge="base" name="fee" from="2026-07-01" value="108.00"/>
             <figure charge="traffic" name="row-1-tier-1-price" value="1.8"/>
             <figure charge="traffic" name="row-1-tier-1-fee" value="0.90"/>
             <figure charge="traffic" name="row-2-price" value="0.455"/>
             <figure charge="cards" name="fixed" value="0.275"/>
           </price-book>
         </plan>)");
  ASSERT_EQ(file.plans.size(), 2U);
  EXPECT_EQ(file.plans[0].currency, kUsd);
  EXPECT_EQ(file.plans[0].strategy->minimum, Decimal(10));
  EXPECT_EQ(file.plans[0].minimum, Decimal(20));
  const domain::Plan& plan = file.plans[1];
  EXPECT_EQ(plan.name, "A");
  EXPECT_EQ(plan.currency.code(), "EUR");
  EXPECT_EQ(plan.strategy->name, "s");
  EXPECT_EQ(plan.strategy->minimum, Decimal(9));
  EXPECT_EQ(plan.minimum, Decimal(18));
  ASSERT_EQ(plan.charges.size(), 4U);
  const auto& base = plan.charges[0].terms;
  EXPECT_EQ(rate_of<domain::Flat>(base.at(0).model).amount, Decimal(90));
  EXPECT_EQ(rate_of<domain::Flat>(base.at(1).model).amount, Decimal(108));
  EXPECT_EQ(base[0].maximum, Decimal(140));
  EXPECT_EQ(base[1].maximum, Decimal(140)) << "inherited";
  const auto& matrix = std::get<domain::Matrix>(plan.charges[1].terms.at(0).model);
  EXPECT_THAT(texts_of(std::get<domain::Graduated>(matrix.rows[0].rate).tiers),
              ElementsAre("10 1.8 0.9", "- 0 0"));
  EXPECT_EQ(std::get<domain::PerUnit>(matrix.rows[1].rate).price, Decimal::parse("0.455"));
  EXPECT_EQ(plan.charges[1].terms[0].allowance, Decimal(5));
  const auto& cards = std::get<domain::Percentage>(plan.charges[2].terms.at(0).model);
  EXPECT_EQ(cards.percent, Decimal(2));
  EXPECT_EQ(cards.fixed, Decimal::parse("0.275"));
  EXPECT_EQ(rate_of<domain::PerUnit>(plan.charges[3].terms.at(0).model).price,
            Decimal::parse("0.1"));
}

TEST(Pricing, AStrategyWithoutAmountsNeedsNoBook) {
  const PricingFile file = read("", R"(<plan name="A"><recurring name="b" fee="1.00"/>
      <price-book currency="JPY"><figure charge="b" name="fee" value="150"/></price-book></plan>)");
  ASSERT_EQ(file.plans.size(), 2U);
  EXPECT_EQ(file.plans[1].currency.code(), "JPY");
  EXPECT_EQ(file.plans[1].strategy, file.plans[0].strategy);
}

TEST(Pricing, OnePlanInTwoFilesOfTwoCurrencies) {
  std::vector<PricingFile> files{
      read("", R"(<plan name="A"><recurring name="b" fee="1"/></plan>)"),
      read(R"(currency="EUR")", R"(<plan name="A"><recurring name="b" fee="1"/></plan>)")};
  files[1].strategy = "other";
  EXPECT_EQ(join_plans(files).size(), 2U);
}

TEST(Pricing, TheExamplesOfTheManualAreGood) {
  const std::string manual =
      read_text(std::filesystem::path(RECKONER_SOURCE_DIR) / "docs/pricing.md");
  constexpr std::string_view kBegin = "```xml\n";
  int examples = 0;
  for (std::size_t at = manual.find(kBegin); at != std::string::npos;
       at = manual.find(kBegin, at + 1)) {
    const std::size_t first = at + kBegin.size();
    const std::string example = manual.substr(first, manual.find("```", first) - first);
    ++examples;
    SCOPED_TRACE(example);
    if (example.starts_with("<pricing")) {
      static_cast<void>(read_pricing(parse_xml("manual.xml", example).root(), kUsd));
      EXPECT_TRUE(Schema("pricing.xsd").accepts(example));
    } else if (example.starts_with("<recurring") || example.starts_with("<metered")) {
      static_cast<void>(plan_of(example));
    } else if (example.starts_with("<share")) {
      static_cast<void>(plan_of(R"(<recurring name="base" fee="1"/>)" + example));
    } else {
      static_cast<void>(metered(example));
    }
  }
  EXPECT_GE(examples, 9);
}

TEST(Pricing, Aggregations) {
  const Document document = parse_xml("meters.xml", R"(<meters xmlns="urn:reckoner:meters:1">
    <meter name="a" event-type="e" aggregation="min" value="v" unit="u"/>
    <meter name="b" event-type="e" aggregation="avg" value="v" unit="u"/>
  </meters>)");
  const auto meters = read_meters(document.root());
  ASSERT_EQ(meters.size(), 2U);
  EXPECT_EQ(meters[0].aggregation, domain::Aggregation::kMin);
  EXPECT_EQ(meters[1].aggregation, domain::Aggregation::kAverage);
}

}  // namespace
}  // namespace reckoner::config
