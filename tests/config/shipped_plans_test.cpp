#include <gmock/gmock.h>

#include "cases.hpp"
#include "config/configuration.hpp"
#include "pricing/charge.hpp"

namespace reckoner::config {
namespace {

using money::Decimal;

/// The plans of one shipped pricing file.
std::vector<domain::Plan> plans_of(const std::string& strategy) {
  std::vector<domain::Plan> plans = parse(read_directory(shipped_directory())).plans;
  std::erase_if(plans, [&](const domain::Plan& plan) { return plan.strategy->name != strategy; });
  return plans;
}

template <class Model>
const Model& rate_of(const domain::Charge& charge) {
  return std::get<Model>(std::get<domain::Rate>(charge.terms.at(0).model));
}

/// The table of the original's usage plans.
struct PlanFigures {
  const char* name;
  std::optional<Decimal> fee;  ///< none: a rule says it
  int storage;
  int bandwidth;
  const char* bandwidth_price;
  int cartridge;
};

TEST(ShippedPlans, OfStratosLive) {
  const std::vector<domain::Plan> plans = plans_of("stratoslive");
  const std::vector<PlanFigures> expected{{"Demo", Decimal(0), 20, 50, "0", 5},
                                          {"SMB", std::nullopt, 50, 150, "0", 24},
                                          {"Professional", std::nullopt, 500, 1536, "0.03", 500},
                                          {"Enterprise", std::nullopt, 5120, 15360, "0.02", 1000}};
  ASSERT_EQ(plans.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const PlanFigures& figures = expected[i];
    const domain::Plan& plan = plans[i];
    SCOPED_TRACE(figures.name);
    EXPECT_EQ(plan.name, figures.name);
    EXPECT_EQ(plan.currency, money::Currency::of("USD"));
    EXPECT_EQ(plan.billed_by, "monthly");
    EXPECT_EQ(plan.place.file, "pricing/stratoslive.xml");
    ASSERT_EQ(plan.charges.size(), 4U);
    EXPECT_EQ(plan.charges[0].name, "subscription");
    EXPECT_EQ(rate_of<domain::Flat>(plan.charges[0]).amount, figures.fee);
    EXPECT_EQ(metering_of(plan.charges[0]), nullptr);

    const auto check = [&](std::size_t at, const char* meter, const char* unit,
                           const Decimal& unit_size, int allowance, const char* price) {
      const domain::Charge& charge = plan.charges[at];
      EXPECT_EQ(charge.name, meter);
      const domain::OfMeters* const metering = metering_of(charge);
      ASSERT_NE(metering, nullptr);
      EXPECT_EQ(metering->meters, std::vector<std::string>{meter});
      EXPECT_EQ(metering->unit, unit);
      EXPECT_EQ(metering->unit_size, unit_size);
      EXPECT_EQ(metering->allowance_on_change, domain::AllowanceOnChange::kProrated);
      EXPECT_EQ(charge.terms.at(0).allowance, Decimal(allowance));
      EXPECT_EQ(rate_of<domain::PerUnit>(charge).price, Decimal::parse(price));
    };
    check(1, "storage", "MB", 1048576, figures.storage, "0");
    check(2, "bandwidth", "MB", 1048576, figures.bandwidth, figures.bandwidth_price);
    check(3, "cartridge", "hour", 1, figures.cartridge, "0.1");
  }
}

const domain::Charge& charge_of(const domain::Plan& plan, std::string_view name) {
  for (const domain::Charge& charge : plan.charges) {
    if (charge.name == name) return charge;
  }
  throw std::out_of_range(std::string(name));
}

/// What a whole month of a charge on a quantity of the subscription costs.
Decimal recurring(const domain::Plan& plan, std::string_view name, const Decimal& quantity) {
  const domain::Charge& charge = charge_of(plan, name);
  const std::vector<pricing::RecurringStretch> stretches{{&charge.terms.at(0), quantity, {1, 1}}};
  const auto priced = pricing::price_recurring(charge, stretches, {});
  return money::round(priced.amount, 2, money::Rounding::kHalfEven);
}

/// What a month of usage costs, in meter units; `row` is that of a matrix.
Decimal usage(const domain::Plan& plan, std::string_view name, const Decimal& quantity,
              std::size_t row = 0) {
  const domain::Charge& charge = charge_of(plan, name);
  const pricing::Measure measure{quantity, {}, {{row, "", quantity}}, {}};
  const std::vector<pricing::MeteredStretch> stretches{{&charge.terms.at(0), {}, measure}};
  const auto priced = pricing::price_metered(charge, *metering_of(charge), stretches, {1, 1}, {});
  return money::round(priced.amount, 2, money::Rounding::kHalfEven);
}

constexpr std::int64_t kMillion = 1'000'000;
constexpr std::int64_t kGigabyte = 1'073'741'824;

TEST(ShippedPlans, OfTheIotPlatform) {
  const domain::Plan plan = plans_of("iot-platform").at(0);
  EXPECT_EQ(plan.strategy->minimum, Decimal(10));
  const auto& environments = plan.strategy->environments;
  ASSERT_EQ(environments.size(), 4U);
  EXPECT_EQ(environments[1].name, "staging");
  EXPECT_EQ(environments[1].percent, Decimal(50));
  EXPECT_EQ(environments[3].name, "sandbox");
  EXPECT_EQ(environments[3].free_units.at("devices"), Decimal(10));

  // 2,500 devices, 50 million messages, 500 GB hot, analytics.
  EXPECT_EQ(recurring(plan, "base", 2500), Decimal(8000));
  EXPECT_EQ(recurring(plan, "devices", 2500), Decimal(7500));
  EXPECT_EQ(usage(plan, "messages", 50 * kMillion), Decimal(100));
  EXPECT_EQ(usage(plan, "storage", 500 * kGigabyte), Decimal(125));
  EXPECT_EQ(recurring(plan, "analytics", 8000), Decimal(1600));
  // 500 devices, 200 million messages, 100 GB.
  EXPECT_EQ(recurring(plan, "base", 500), Decimal(2000));
  EXPECT_EQ(recurring(plan, "devices", 500), Decimal(1750));
  EXPECT_EQ(usage(plan, "messages", 200 * kMillion), Decimal(400));
  EXPECT_EQ(usage(plan, "storage", 100 * kGigabyte), Decimal(25));

  EXPECT_EQ(usage(plan, "storage", 100 * kGigabyte, 1), Decimal(10)) << "cold";
  EXPECT_EQ(usage(plan, "storage", 100 * kGigabyte, 2), Decimal(25)) << "of no class";
  EXPECT_EQ(usage(plan, "bandwidth", 1024 * kGigabyte), Decimal(0));
  EXPECT_EQ(usage(plan, "bandwidth", 1124 * kGigabyte), Decimal(8));
  EXPECT_EQ(usage(plan, "api-calls", 150'000), Decimal(50));
  EXPECT_EQ(usage(plan, "compute", 200), Decimal(10));
  EXPECT_EQ(recurring(plan, "dashboards", 3), Decimal(300));
  EXPECT_ANY_THROW(static_cast<void>(recurring(plan, "base", 10'001))) << "by agreement";

  const domain::Charge& analytics = charge_of(plan, "analytics");
  EXPECT_EQ(std::get<domain::OfCharges>(analytics.source).charges,
            std::vector<std::string>{"base"});
  EXPECT_EQ(analytics.option, "analytics");
  EXPECT_TRUE(analytics.pass_through) << "its base has the environment's factor already";
}

}  // namespace
}  // namespace reckoner::config
