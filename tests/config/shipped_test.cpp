#include <thread>

#include "base/error.hpp"
#include "cases.hpp"
#include "config/configuration.hpp"
#include "rules/decision_model.hpp"

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
  ASSERT_EQ(configuration.engines.size(), 3U);

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
                "InvoiceCalculationHandler", "RuleHandler", "ManualChargeHandler",
                "DiscountHandler", "CommitmentHandler", "AllocationHandler", "CouponHandler",
                "TaxHandler", "CreditHandler", "FinalizingHandler", "EmailSendingHandler"}));
  EXPECT_EQ(monthly.handlers[2].parameter_tree().get<std::string>("file"),
            "pricing/subscription-fee.dmn");
  EXPECT_EQ(monthly.handlers.back().parameter_tree().get<std::string>("template"),
            "mail/invoice.mustache");

  const EngineConfig& interim = configuration.engines[1];
  EXPECT_EQ(interim.id, "interim");
  EXPECT_FALSE(interim.schedule);
  EXPECT_EQ(interim.grace, 0s);
  std::vector<std::string> without_issue = classes(monthly);
  without_issue.resize(without_issue.size() - 2);
  EXPECT_EQ(classes(interim), without_issue);

  const EngineConfig& dunning = configuration.engines[2];
  EXPECT_EQ(dunning.id, "dunning");
  ASSERT_TRUE(dunning.schedule);
  EXPECT_EQ(classes(dunning),
            (std::vector<std::string>{"ReminderHandler", "ReminderHandler",
                                      "SuspensionNoticeHandler", "WriteOffProposalHandler"}));
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
  ASSERT_EQ(configuration.meters.size(), 8U);
  const auto check = [&](std::size_t at, const char* name, domain::Aggregation aggregation,
                         const char* value, const char* unit,
                         const std::vector<std::string>& group_by = {}) {
    const domain::Meter& meter = configuration.meters[at];
    EXPECT_EQ(meter.name, name);
    EXPECT_EQ(meter.event_type, name);
    EXPECT_EQ(meter.aggregation, aggregation);
    EXPECT_EQ(meter.value, value);
    EXPECT_EQ(meter.unit, unit);
    std::vector<std::string> names;
    for (const domain::Meter::Dimension& dimension : meter.group_by) {
      EXPECT_EQ(dimension.path, dimension.name);
      names.push_back(dimension.name);
    }
    EXPECT_EQ(names, group_by);
  };
  check(0, "bandwidth", domain::Aggregation::kSum, "bytes", "byte");
  check(1, "storage", domain::Aggregation::kMax, "bytes", "byte");
  check(2, "cartridge", domain::Aggregation::kSum, "hours", "hour");
  check(3, "messages", domain::Aggregation::kSum, "messages", "message");
  check(4, "iot-storage", domain::Aggregation::kMax, "bytes", "byte", {"class"});
  check(5, "compute", domain::Aggregation::kSum, "hours", "CPU hour");
  check(6, "iot-bandwidth", domain::Aggregation::kSum, "bytes", "byte");
  check(7, "api-calls", domain::Aggregation::kSum, "calls", "call");
}

TEST(Shipped, FeesAndCreditLimits) {
  const Configuration configuration = shipped();
  ASSERT_EQ(configuration.decision_models.size(), 2U);
  rules::FactNames names;
  const std::size_t plan_name = names.add("plan.name", rules::Type::kString);
  const auto model = rules::DecisionModel::compile(
      configuration.decision_models.at("pricing/subscription-fee.dmn"), names);
  EXPECT_EQ(model.output_names(model.top_decision()),
            (std::vector<std::string>{"fee", "credit limit"}));
  const auto decide = [&](const std::string& plan) {
    rules::Facts facts = names.unknown();
    facts[plan_name] = rules::Value(plan);
    return model.evaluate(model.top_decision(), facts);
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
  EXPECT_EQ(plans, std::vector<std::size_t>(4, 5));
}

}  // namespace
}  // namespace reckoner::config
