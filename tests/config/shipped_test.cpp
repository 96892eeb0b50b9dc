#include <cstdlib>
#include <thread>

#include "base/error.hpp"
#include "cases.hpp"
#include "config/configuration.hpp"

namespace reckoner::config {
namespace {

using money::Decimal;
using namespace std::chrono_literals;

Configuration shipped() {
  return parse(read_directory(shipped_directory()));
}

std::vector<std::string> classes(const EngineConfig& engine) {
  std::vector<std::string> names;
  for (const HandlerConfig& handler : engine.handlers) names.push_back(handler.class_name);
  return names;
}

TEST(Shipped, Engines) {
  const Configuration configuration = shipped();
  ASSERT_EQ(configuration.engines.size(), 2U);

  const EngineConfig& monthly = configuration.engines[0];
  EXPECT_EQ(monthly.id, "monthly");
  ASSERT_TRUE(monthly.schedule);
  EXPECT_EQ(monthly.schedule->cron.expression(), "0 0 2 * * ?");
  EXPECT_EQ(monthly.schedule->zone, time::Zone::utc());
  EXPECT_EQ(monthly.schedule->missed, Missed::kCatchUp);
  EXPECT_EQ(monthly.batch_size, 1000);
  EXPECT_EQ(monthly.workers, 2);
  EXPECT_EQ(monthly.grace, 24h);
  EXPECT_EQ(classes(monthly),
            (std::vector<std::string>{
                "SubscriptionFeedingHandler", "SubscriptionTreeBuildingHandler", "RuleHandler",
                "InvoiceCalculationHandler", "DiscountHandler", "FinalizingHandler",
                "EmailSendingHandler"}));
  EXPECT_EQ(monthly.handlers[2].parameter_tree().get<std::string>("file"),
            "pricing/subscription-fee.dmn");
  EXPECT_EQ(monthly.handlers[6].parameter_tree().get<std::string>("template"),
            "mail/invoice.mustache");

  const EngineConfig& interim = configuration.engines[1];
  EXPECT_EQ(interim.id, "interim");
  EXPECT_FALSE(interim.schedule);
  EXPECT_EQ(interim.grace, 0s);
  std::vector<std::string> statement_phase = classes(monthly);
  statement_phase.resize(5);
  EXPECT_EQ(classes(interim), statement_phase);
}

TEST(Shipped, Settings) {
  const Settings settings = shipped().settings;
  EXPECT_EQ(settings.currency("billing.currency"), money::Currency::of("USD"));
  EXPECT_EQ(settings.rounding(), money::Rounding::kHalfAwayFromZero);
  EXPECT_EQ(settings.zone("billing.legalEntity.timeZone"), time::Zone::utc());
  EXPECT_EQ(settings.text("billing.invoice.number"), "INV-{year}-{seq:6}");
  EXPECT_EQ(settings.text("billing.creditNote.number"), "CN-{year}-{seq:6}");
  EXPECT_EQ(settings.duration("billing.payment.terms"), 14 * 24h);
  EXPECT_EQ(settings.duration("billing.trueUpAfter"), 35 * 24h);
  EXPECT_EQ(settings.text("mail.smtp.url"), "");
  EXPECT_EQ(settings.duration("mail.smtp.timeout"), 30s);
  EXPECT_EQ(settings.duration("mail.retry.for"), 24h);
}

TEST(Shipped, Meters) {
  const Configuration configuration = shipped();
  ASSERT_EQ(configuration.meters.size(), 3U);
  const auto check = [&](std::size_t at, const char* name, domain::Aggregation aggregation,
                         const char* value, const char* unit) {
    const domain::Meter& meter = configuration.meters[at];
    EXPECT_EQ(meter.name, name);
    EXPECT_EQ(meter.event_type, name);
    EXPECT_EQ(meter.aggregation, aggregation);
    EXPECT_EQ(meter.value, value);
    EXPECT_EQ(meter.unit, unit);
    EXPECT_TRUE(meter.group_by.empty());
  };
  check(0, "bandwidth", domain::Aggregation::kSum, "bytes", "byte");
  check(1, "storage", domain::Aggregation::kMax, "bytes", "byte");
  check(2, "cartridge", domain::Aggregation::kSum, "hours", "hour");
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

TEST(Shipped, Plans) {
  const Configuration configuration = shipped();
  const std::vector<PlanFigures> expected{{"Demo", Decimal(0), 20, 50, "0", 5},
                                          {"SMB", std::nullopt, 50, 150, "0", 24},
                                          {"Professional", std::nullopt, 500, 1536, "0.03", 500},
                                          {"Enterprise", std::nullopt, 5120, 15360, "0.02", 1000}};
  ASSERT_EQ(configuration.plans.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const PlanFigures& figures = expected[i];
    const domain::Plan& plan = configuration.plans[i];
    SCOPED_TRACE(figures.name);
    EXPECT_EQ(plan.name, figures.name);
    EXPECT_EQ(plan.currency, money::Currency::of("USD"));
    EXPECT_EQ(plan.billed_by, "monthly");
    EXPECT_EQ(plan.place.file, "pricing/stratoslive.xml");
    ASSERT_EQ(plan.charges.size(), 4U);
    EXPECT_EQ(plan.charges[0].name, "subscription");
    EXPECT_EQ(std::get<domain::Flat>(plan.charges[0].model).amount, figures.fee);
    EXPECT_FALSE(plan.charges[0].metering);

    const auto check = [&](std::size_t at, const char* meter, const char* unit,
                           const Decimal& unit_size, int allowance, const char* price) {
      const domain::Charge& charge = plan.charges[at];
      EXPECT_EQ(charge.name, meter);
      ASSERT_TRUE(charge.metering);
      EXPECT_EQ(charge.metering->meter, meter);
      EXPECT_EQ(charge.metering->unit, unit);
      EXPECT_EQ(charge.metering->unit_size, unit_size);
      EXPECT_EQ(charge.metering->allowance, Decimal(allowance));
      EXPECT_EQ(charge.metering->allowance_on_change, domain::AllowanceOnChange::kProrated);
      EXPECT_EQ(std::get<domain::PerUnit>(charge.model).price, Decimal::parse(price));
    };
    check(1, "storage", "MB", 1048576, figures.storage, "0");
    check(2, "bandwidth", "MB", 1048576, figures.bandwidth, figures.bandwidth_price);
    check(3, "cartridge", "hour", 1, figures.cartridge, "0.1");
  }
}

TEST(Shipped, FeesAndCreditLimits) {
  const Configuration configuration = shipped();
  ASSERT_EQ(configuration.decision_tables.size(), 1U);
  rules::FactNames names;
  const std::size_t plan_name = names.add("plan.name", rules::Type::kString);
  const auto table = rules::DecisionTable::compile(
      configuration.decision_tables.at("pricing/subscription-fee.dmn"), names);
  EXPECT_EQ(table.output_names(), (std::vector<std::string>{"fee", "credit limit"}));
  const auto decide = [&](const std::string& plan) {
    rules::Facts facts = names.unknown();
    facts[plan_name] = rules::Value(plan);
    return table.evaluate(facts);
  };
  const auto check = [&](const char* plan, int fee, int credit_limit) {
    const rules::Outcome outcome = decide(plan);
    ASSERT_EQ(outcome.results.size(), 1U) << plan;
    EXPECT_EQ(outcome.results[0].at("fee"), rules::Value(Decimal(fee))) << plan;
    EXPECT_EQ(outcome.results[0].at("credit limit"), rules::Value(Decimal(credit_limit))) << plan;
  };
  check("SMB", 100, 200);
  check("Professional", 500, 1000);
  check("Enterprise", 2000, 4000);
  EXPECT_TRUE(decide("Demo").results.empty());
}

TEST(Shipped, TheTemplateNamedIsThere) {
  EXPECT_TRUE(shipped().templates.contains("mail/invoice.mustache"));
}

TEST(Shipped, ParsesTheSameOnSeveralThreads) {
  const Files files = read_directory(shipped_directory());
  std::vector<std::size_t> plans(4);
  std::vector<std::thread> threads;
  for (std::size_t& count : plans) {
    threads.emplace_back([&] { count = parse(files).plans.size(); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(plans, std::vector<std::size_t>(4, 4));
}

/// xmllint's exit code for a file against its schema: 0 when it is valid.
int validate(const std::string& file, const std::string& schema) {
  const std::string directory = shipped_directory().string();
  const std::string command = "xmllint --nonet --noout --schema '" + directory + "/schema/" +
                              schema + "' '" + directory + "/" + file + "' 2>/dev/null";
  return std::system(command.c_str());
}

TEST(Shipped, TheSchemasAcceptTheFiles) {
  EXPECT_EQ(validate("billing-config.xml", "billing-config.xsd"), 0)
      << "xmllint (package libxml2-utils) must be installed";
  EXPECT_EQ(validate("meters.xml", "meters.xsd"), 0);
  EXPECT_EQ(validate("pricing/stratoslive.xml", "pricing.xsd"), 0);
  EXPECT_NE(validate("meters.xml", "pricing.xsd"), 0) << "a schema must be able to refuse";
}

}  // namespace
}  // namespace reckoner::config
