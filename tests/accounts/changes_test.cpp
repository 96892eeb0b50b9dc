#include "accounts/changes.hpp"

#include <fmt/format.h>

#include "accounts/customer_details.hpp"
#include "accounts/values.hpp"
#include "accounts_database.hpp"

namespace reckoner::accounts {
namespace {

time::Date day(std::string_view text) {
  return time::parse_date(text);
}

/// Today is Monday, 2 November 2026. "Base" has seats and an option, "Metered" and "Other" measure
/// the same meter, "Yearly" is billed a year in advance, "Prepaid" monthly in advance.
class ChangesTest : public AccountsTest {
 protected:
  ChangesTest() {
    auto strategy = std::make_shared<domain::Strategy>();
    strategy->environments = {{.name = "production", .free_units = {}},
                              {.name = "staging", .percent = 50, .free_units = {}}};
    domain::Plan base = plan("Base", "USD");
    base.strategy = strategy;
    domain::Charge seats = fee("seats");
    seats.source = domain::OfSubscription{.quantity = "seats", .unit = "seat"};
    domain::Charge support = fee("support");
    support.option = "support";
    base.charges = {fee("base"), seats, support};
    active.plans.push_back(base);

    for (const char* name : {"Metered", "Other"}) {
      domain::Plan metered = plan(name, "USD");
      domain::Charge usage = fee("usage");
      usage.source = domain::OfMeters{.meters = {"bandwidth"}, .unit = "MB"};
      metered.charges = {usage};
      active.plans.push_back(metered);
    }
    domain::Plan yearly = plan("Yearly", "USD");
    domain::Charge year = fee("year");
    year.side = domain::Side::kAdvance;
    year.every = time::CalendarDuration{.months = 12};
    yearly.charges = {year};
    active.plans.push_back(yearly);
    domain::Plan prepaid = plan("Prepaid", "USD");
    prepaid.charges = {fee("base")};
    prepaid.charges.front().side = domain::Side::kAdvance;
    prepaid.trial = time::CalendarDuration{.days = 14};
    active.plans.push_back(prepaid);
    active.plans.push_back(plan("Both", "USD"));
    active.plans.push_back(plan("Both", "CHF"));
    customer("acme", "America/New_York", 1);
  }

  SubscribeRequest on(std::string_view plan, std::string_view from, std::string_view until = "") {
    SubscribeRequest request{.customer = "acme",
                             .plan = std::string(plan),
                             .from = day(from),
                             .until = std::nullopt,
                             .key = {},
                             .currency = std::nullopt,
                             .environment = {},
                             .quantities = {},
                             .trial_until = std::nullopt};
    if (!until.empty()) request.until = day(until);
    return request;
  }
  Changed subscribe(const SubscribeRequest& request) {
    return accounts::subscribe(connection, rules(), request);
  }
  ChangePlanRequest to(std::string_view key, std::string_view plan, When when) {
    return {.customer = "acme",
            .key = std::string(key),
            .plan = std::string(plan),
            .when = when,
            .new_key = {},
            .currency = std::nullopt,
            .environment = std::nullopt,
            .quantities = {}};
  }
  Changed set(std::string_view key, std::string_view quantities, When when) {
    return change_quantities(connection, rules(),
                             {"acme", std::string(key), parse_quantities(quantities), when});
  }
  SubscriptionRequest at(std::string_view key, When when) {
    return {"acme", std::string(key), when};
  }
  domain::AgreedFigure figure(std::string_view name, std::string_view value, std::string_view from,
                              std::string_view until = "") {
    domain::AgreedFigure agreed{.plan = "Base",
                                .charge = "base",
                                .figure = std::string(name),
                                .value = parse_agreed_value(value),
                                .starts_on = day(from),
                                .ends_on = std::nullopt};
    if (!until.empty()) agreed.ends_on = day(until);
    return agreed;
  }
  KeyedCharge hours(std::string_view key, std::string_view on, int quantity = 3) {
    return {.key = std::string(key),
            .currency = std::nullopt,
            .charge = {.on = day(on),
                       .title = "Consulting",
                       .quantity = quantity,
                       .unit = "h",
                       .price = 120,
                       .tax = "standard"}};
  }
  CreditGrant coupon(std::string_view key, int amount) {
    return {.key = std::string(key),
            .title = {},
            .currency = std::nullopt,
            .amount = amount,
            .percent = std::nullopt,
            .documents = std::nullopt,
            .starts_on = std::nullopt,
            .expires_on = std::nullopt,
            .charges = {}};
  }

  std::vector<std::string> subscriptions_stored() {
    return rows(
        "external_key, plan, currency, starts_at at time zone 'UTC', coalesce((ends_at at time "
        "zone 'UTC')::text, '-'), ending, coalesce((trial_ends_at at time zone 'UTC')::text, '-'), "
        "environment) from subscription order by customer_id, subscription");
  }
  std::vector<std::string> quantities_stored() {
    return rows(
        "subscription, name, value, starts_at at time zone 'UTC') from subscription_quantity "
        "order by customer_id, subscription, starts_at, name");
  }
  std::vector<std::string> pauses_stored() {
    return rows(
        "subscription, starts_at at time zone 'UTC', coalesce((ends_at at time zone 'UTC')::text, "
        "'-')) from subscription_pause order by customer_id, subscription, starts_at");
  }

  /// What the change is refused with; "" when it is made.
  template <class Change>
  std::string refusal(Change change) {
    try {
      change();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
};

TEST_F(ChangesTest, SubscribeSaysWhatItDid) {
  SubscribeRequest request = on("Base", "2026-11-05");
  request.quantities = {{"seats", 5}, {"support", 1}};
  request.environment = "staging";
  const Changed outcome = subscribe(request);
  EXPECT_TRUE(outcome.changed);
  EXPECT_EQ(outcome.summary,
            "customer 'acme' is on plan 'Base' (USD) from 2026-11-05 as 'Base-2026-11-05'");
  EXPECT_THAT(outcome.reopened, IsEmpty());
  EXPECT_THAT(subscriptions_stored(),
              ElementsAre("Base-2026-11-05 Base USD 2026-11-05 05:00:00 - cancelled - staging"));
  EXPECT_THAT(quantities_stored(),
              ElementsAre("1 seats 5 2026-11-05 05:00:00", "1 support 1 2026-11-05 05:00:00"));
  EXPECT_THAT(periods(), ElementsAre("1 2026-11-01 04:00:00 2026-12-01 05:00:00 2026-11"));
  EXPECT_THAT(periods("advance"), IsEmpty());
}

TEST_F(ChangesTest, ATrialIsThePlansUnlessSaidOtherwise) {
  EXPECT_EQ(subscribe(on("Prepaid", "2026-11-05")).summary,
            "customer 'acme' is on plan 'Prepaid' (USD) from 2026-11-05, trial until 2026-11-19 as "
            "'Prepaid-2026-11-05'");
  SubscribeRequest without = on("Prepaid", "2026-11-06");
  without.no_trial = true;
  subscribe(without);
  SubscribeRequest longer = on("Prepaid", "2026-11-07");
  longer.trial_until = day("2026-12-01");
  subscribe(longer);
  EXPECT_THAT(rows("coalesce((trial_ends_at at time zone 'UTC')::text, '-')) from subscription "
                   "order by subscription"),
              ElementsAre("2026-11-19 05:00:00", "-", "2026-12-01 05:00:00"));
}

TEST_F(ChangesTest, ThePlansCurrencyIsChosenWhereItIsClear) {
  EXPECT_EQ(refusal([&] { subscribe(on("Both", "2026-11-01")); }),
            "plan 'Both' is priced in USD and CHF: say which currency");
  subscribe(on("Zurich", "2026-11-01"));
  EXPECT_THAT(subscribe(on("Both", "2026-11-01")).summary, HasSubstr("(CHF)"));
  subscribe(on("SMB", "2026-11-01"));
  EXPECT_EQ(refusal([&] { subscribe(on("Both", "2026-11-02")); }),
            "plan 'Both' is priced in USD and CHF: say which currency");
  SubscribeRequest said = on("Both", "2026-11-02");
  said.currency = money::Currency::of("USD");
  subscribe(said);
  EXPECT_THAT(rows("currency) from subscription order by subscription"),
              ElementsAre("CHF", "CHF", "USD", "USD"));
}

TEST_F(ChangesTest, ABackdatedPlanChangeCarriesOverAndReopens) {
  SubscribeRequest request = on("Base", "2026-09-01");
  request.quantities = {{"seats", 5}, {"support", 1}};
  request.environment = "staging";
  subscribe(request);
  set("Base-2026-09-01", "seats=20", day("2026-09-20"));
  domain::Plan slim = plan_named("Base");
  slim.name = "Slim";
  slim.charges.pop_back();
  active.plans.push_back(slim);
  bill_until("2026-11-01T12:00:00Z");
  const Changed outcome =
      change_plan(connection, rules(), to("Base-2026-09-01", "Slim", day("2026-09-11")));
  EXPECT_EQ(outcome.summary,
            "subscription 'Base-2026-09-01' of customer 'acme' changes to plan 'Slim' (USD) on "
            "2026-09-11 as 'Slim-2026-09-11'");
  EXPECT_THAT(outcome.reopened, ElementsAre("2026-09"));
  EXPECT_THAT(subscriptions_stored(),
              ElementsAre("Base-2026-09-01 Base USD 2026-09-01 04:00:00 2026-09-11 04:00:00 "
                          "changed - staging",
                          "Slim-2026-09-11 Slim USD 2026-09-11 04:00:00 - cancelled - staging"));
  EXPECT_THAT(quantities_stored(),
              ElementsAre("1 seats 5 2026-09-01 04:00:00", "1 support 1 2026-09-01 04:00:00",
                          "1 seats 20 2026-09-20 04:00:00", "2 seats 5 2026-09-11 04:00:00",
                          "2 seats 20 2026-09-20 04:00:00"));
  EXPECT_THAT(
      reopenings(),
      ElementsAre(
          "1 1 2026-09-11 04:00:00 - f subscription 'Slim-2026-09-11' added from 2026-09-11",
          "2 1 2026-09-11 04:00:00 - t subscription 'Base-2026-09-01' ends on 2026-09-11"));
}

TEST_F(ChangesTest, ChangesHappenTodayOrWhenThePeriodEnds) {
  subscribe(on("Base", "2026-10-05"));
  EXPECT_THAT(cancel(connection, rules(), at("Base-2026-10-05", AtPeriodEnd{})).summary,
              testing::EndsWith("ends on 2026-12-01"));
  EXPECT_THAT(cancel(connection, rules(), at("Base-2026-10-05", Today{})).summary,
              testing::EndsWith("ends on 2026-11-02"));
  EXPECT_FALSE(cancel(connection, rules(), at("Base-2026-10-05", Today{})).changed);
  EXPECT_THAT(subscriptions_stored(),
              ElementsAre("Base-2026-10-05 Base USD 2026-10-05 04:00:00 2026-11-02 05:00:00 "
                          "cancelled - "));
}

TEST_F(ChangesTest, ASeatAddedEarlierReopensEveryPeriodSince) {
  subscribe(on("Base", "2026-06-01"));
  for (const char* until : {"2026-07-02", "2026-08-02", "2026-09-02"}) {
    bill_until(std::string(until) + "T00:00:00Z");
    SubscribeRequest next = on("SMB", until, until);
    next.key = until;
    subscribe(next);
  }
  connection.execute(
      {"more periods",
       "insert into billing_period select customer_id, cycle, side, ends_at, "
       "ends_at + interval '1 month', ends_on, (ends_on + interval '1 month')::date, "
       "time_zone, '2026-07', 1, 1, 1 from billing_period where label = '2026-06'"});
  const Changed outcome = set("Base-2026-06-01", "seats=1", day("2026-06-20"));
  EXPECT_THAT(outcome.reopened, ElementsAre("2026-06", "2026-07"));
  EXPECT_FALSE(set("Base-2026-06-01", "seats=1", day("2026-06-25")).changed);
  EXPECT_TRUE(set("Base-2026-06-01", "seats=3", day("2026-06-10")).changed);
  EXPECT_TRUE(set("Base-2026-06-01", "seats=4", day("2026-06-10")).changed);
  EXPECT_THAT(quantities_stored(),
              ElementsAre("1 seats 4 2026-06-10 04:00:00", "1 seats 1 2026-06-20 04:00:00"));
  EXPECT_THAT(reopenings(),
              ElementsAre("1 1 2026-06-20 04:00:00 - f subscription 'Base-2026-06-01' has 1 seats "
                          "from 2026-06-20",
                          "2 1 2026-06-10 04:00:00 2026-06-20 04:00:00 f subscription "
                          "'Base-2026-06-01' has 3 seats from 2026-06-10",
                          "3 1 2026-06-10 04:00:00 2026-06-20 04:00:00 f subscription "
                          "'Base-2026-06-01' has 4 seats from 2026-06-10"));
}

TEST_F(ChangesTest, PausesBeginAndEnd) {
  subscribe(on("Base", "2026-10-01"));
  bill_until("2026-11-01T12:00:00Z");
  EXPECT_EQ(
      pause(connection, rules(), at("Base-2026-10-01", day("2026-10-11")), std::nullopt).summary,
      "subscription 'Base-2026-10-01' of customer 'acme' is paused from 2026-10-11");
  EXPECT_FALSE(
      pause(connection, rules(), at("Base-2026-10-01", day("2026-10-11")), std::nullopt).changed);
  EXPECT_TRUE(resume(connection, rules(), at("Base-2026-10-01", day("2026-10-20"))).changed);
  EXPECT_FALSE(resume(connection, rules(), at("Base-2026-10-01", day("2026-10-20"))).changed);
  pause(connection, rules(), at("Base-2026-10-01", day("2026-10-20")), day("2026-10-25"));
  EXPECT_THAT(pauses_stored(), ElementsAre("1 2026-10-11 04:00:00 2026-10-20 04:00:00",
                                           "1 2026-10-20 04:00:00 2026-10-25 04:00:00"));
  EXPECT_THAT(
      reopenings(),
      ElementsAre(
          "1 1 2026-10-11 04:00:00 - f subscription 'Base-2026-10-01' paused from 2026-10-11",
          "2 1 2026-10-20 04:00:00 - f subscription 'Base-2026-10-01' resumed on 2026-10-20",
          "3 1 2026-10-20 04:00:00 2026-10-25 04:00:00 f subscription 'Base-2026-10-01' paused "
          "from 2026-10-20"));
}

TEST_F(ChangesTest, AYearInAdvanceIsReopenedFromWhereItBegan) {
  subscribe(on("Yearly", "2026-03-15"));
  EXPECT_THAT(periods("advance"), ElementsAre("1 2026-03-01 05:00:00 2026-04-01 04:00:00 2026-03"));
  bill_until("2026-12-01T12:00:00Z");
  cancel(connection, rules(), at("Yearly-2026-03-15", day("2026-10-11")));
  EXPECT_THAT(reopenings(), ElementsAre("1 1 2026-03-15 04:00:00 - t subscription "
                                        "'Yearly-2026-03-15' ends on 2026-10-11"));
}

TEST_F(ChangesTest, RefusedChanges) {
  subscribe(on("Base", "2026-10-05", "2026-12-01"));
  subscribe(on("Metered", "2026-10-05"));
  const std::string key = "Base-2026-10-05";
  const auto changed = [&](std::string_view of, std::string_view plan, std::string_view when) {
    return refusal([&] { change_plan(connection, rules(), to(of, plan, day(when))); });
  };
  const auto cancelled = [&](std::string_view of, std::string_view when) {
    return refusal([&] { cancel(connection, rules(), at(of, day(when))); });
  };
  const auto quantity = [&](std::string_view quantities, std::string_view when) {
    return refusal([&] { set(key, quantities, day(when)); });
  };
  const auto paused = [&](std::string_view from, std::optional<time::Date> until) {
    return refusal([&] { pause(connection, rules(), at(key, day(from)), until); });
  };
  const auto subscribed = [&](const SubscribeRequest& request) {
    return refusal([&] { subscribe(request); });
  };
  SubscribeRequest nobody = on("Base", "2026-11-01");
  nobody.customer = "acmee";
  SubscribeRequest staging = on("Base", "2026-11-01");
  staging.environment = "stagin";
  SubscribeRequest seat = on("Base", "2026-11-01");
  seat.quantities = {{"seat", 1}};
  SubscribeRequest early = on("Base", "2026-11-01");
  early.trial_until = day("2026-11-01");
  SubscribeRequest swiss = on("Base", "2026-11-01");
  swiss.currency = money::Currency::of("CHF");
  SubscribeRequest again = on("Base", "2026-11-01");
  again.key = key;

  EXPECT_EQ(subscribed(nobody), "there is no customer 'acmee'");
  EXPECT_EQ(subscribed(on("Bass", "2026-11-01")), "unknown plan 'Bass'; did you mean 'Base'?");
  EXPECT_EQ(subscribed(staging),
            "plan 'Base' has no environment 'stagin'; did you mean 'staging'?");
  EXPECT_EQ(subscribed(seat),
            "plan 'Base' has no quantity or option 'seat'; did you mean 'seats'?");
  EXPECT_EQ(subscribed(swiss), "plan 'Base' is priced in USD, not in CHF");
  EXPECT_EQ(subscribed(again), "customer 'acme' has a subscription 'Base-2026-10-05' already");
  EXPECT_EQ(subscribed(early),
            "the trial of subscription 'Base-2026-11-01' would end on 2026-11-01, not behind its "
            "beginning on 2026-11-01");
  EXPECT_EQ(subscribed(on("Base", "2026-11-01", "2026-10-01")),
            "subscription 'Base-2026-11-01' would end on 2026-10-01, before it begins on "
            "2026-11-01");
  EXPECT_EQ(subscribed(on("Other", "2026-09-01")),
            "subscriptions 'Metered-2026-10-05' (plan 'Metered') and 'Other-2026-09-01' (plan "
            "'Other') would both measure 'bandwidth' from 2026-10-05: usage is billed once");

  EXPECT_EQ(changed("Bse-2026-10-05", "SMB", "2026-11-01"),
            "customer 'acme' has no subscription 'Bse-2026-10-05'; did you mean "
            "'Base-2026-10-05'?");
  EXPECT_EQ(changed(key, "Base", "2026-11-01"),
            "subscription 'Base-2026-10-05' is on plan 'Base' already");
  EXPECT_EQ(changed(key, "SMB", "2026-10-01"),
            "subscription 'Base-2026-10-05' begins on 2026-10-05, behind 2026-10-01");
  EXPECT_EQ(changed(key, "SMB", "2026-12-01"),
            "subscription 'Base-2026-10-05' ended on 2026-12-01, not behind 2026-12-01");
  EXPECT_EQ(changed(key, "Other", "2026-11-01"),
            "subscriptions 'Metered-2026-10-05' (plan 'Metered') and 'Other-2026-11-01' (plan "
            "'Other') would both measure 'bandwidth' from 2026-11-01: usage is billed once");
  EXPECT_EQ(cancelled(key, "2026-10-04"),
            "subscription 'Base-2026-10-05' begins on 2026-10-05, behind 2026-10-04");
  EXPECT_EQ(quantity("seat=5", "2026-11-01"),
            "plan 'Base' has no quantity or option 'seat'; did you mean 'seats'?");
  EXPECT_EQ(quantity("seats=-1", "2026-11-01"), "quantity 'seats=-1' is below 0");
  EXPECT_EQ(quantity("seats=5", "2026-10-04"),
            "subscription 'Base-2026-10-05' begins on 2026-10-05, behind 2026-10-04");
  EXPECT_EQ(paused("2026-10-04", std::nullopt),
            "subscription 'Base-2026-10-05' begins on 2026-10-05, behind 2026-10-04");
  EXPECT_EQ(paused("2026-10-10", day("2026-10-10")),
            "the pause of subscription 'Base-2026-10-05' would end on 2026-10-10, not behind its "
            "beginning on 2026-10-10");
  EXPECT_EQ(refusal([&] { resume(connection, rules(), at(key, day("2026-10-20"))); }),
            "subscription 'Base-2026-10-05' is not paused on 2026-10-20");
  EXPECT_EQ(paused("2026-10-10", day("2026-10-20")), "");
  EXPECT_EQ(paused("2026-10-15", std::nullopt),
            "subscription 'Base-2026-10-05' is paused from 2026-10-10 to 2026-10-20 already");
  EXPECT_THAT(subscriptions_stored(), SizeIs(2));
}

TEST_F(ChangesTest, ABilledPeriodWhoseVersionLacksThePlanIsRepricedFirst) {
  subscribe(on("Base", "2026-09-01"));
  bill_until("2026-10-15T00:00:00Z");
  std::vector<std::string> asked;
  plan_in_version = [&](VersionId version, const std::string& plan, money::Currency currency) {
    asked.push_back(fmt::format("{} {} {}", version.value, plan, currency.code()));
    return plan != "SMB";
  };
  const std::string expected =
      "period 2026-09 was billed under version 1, which has no plan 'SMB': reprice first (reckoner "
      "config apply --reprice)";
  EXPECT_EQ(refusal([&] { subscribe(on("SMB", "2026-09-15")); }), expected);
  EXPECT_EQ(refusal([&] {
              change_plan(connection, rules(), to("Base-2026-09-01", "SMB", day("2026-09-30")));
            }),
            expected);
  EXPECT_EQ(refusal([&] { subscribe(on("Professional", "2026-09-15")); }), "");
  EXPECT_EQ(refusal([&] { subscribe(on("SMB", "2026-10-01")); }), "");
  EXPECT_THAT(asked, ElementsAre("1 SMB USD", "1 SMB USD", "1 Professional USD"));
  EXPECT_THAT(
      problems(ImportKind::kSubscriptions, "key,customer,plan,starts-on\na,acme,SMB,2026-09-02\n"),
      ElementsAre("subscriptions.csv:2: " + expected));
}

TEST_F(ChangesTest, AgreementsHoldForAStretch) {
  subscribe(on("Base", "2026-09-01"));
  bill_until("2026-10-15T00:00:00Z");
  EXPECT_EQ(agree(connection, rules(), "acme", figure("fee", "80", "2026-09-11")).summary,
            "fee of charge 'base' of plan 'Base' is 80 for customer 'acme' from 2026-09-11");
  EXPECT_FALSE(agree(connection, rules(), "acme", figure("fee", "80.0", "2026-09-11")).changed);
  agree(connection, rules(), "acme", figure("allowance", "unlimited", "2026-12-01", "2027-01-01"));
  const Changed ended =
      end_agreement(connection, rules(), "acme", "Base", "base", "fee", day("2026-09-20"));
  EXPECT_THAT(ended.reopened, ElementsAre("2026-09"));
  agree(connection, rules(), "acme", figure("fee", "70", "2026-09-20"));
  EXPECT_THAT(rows("agreed_figure, figure, coalesce(value::text, 'unlimited'), starts_on, ends_on) "
                   "from agreed_figure order by agreed_figure"),
              ElementsAre("1 fee 80 2026-09-11 2026-09-20",
                          "2 allowance unlimited 2026-12-01 2027-01-01", "3 fee 70 2026-09-20"));
  EXPECT_THAT(reopenings(),
              ElementsAre("1 1 2026-09-11 04:00:00 - f fee of charge 'base' of plan 'Base' agreed "
                          "as 80 from 2026-09-11",
                          "2 1 2026-09-20 04:00:00 - f agreement on fee of charge 'base' of plan "
                          "'Base' ends on 2026-09-20",
                          "3 1 2026-09-20 04:00:00 - f fee of charge 'base' of plan 'Base' agreed "
                          "as 70 from 2026-09-20"));
  const auto refused = [&](const domain::AgreedFigure& agreed) {
    return refusal([&] { agree(connection, rules(), "acme", agreed); });
  };
  EXPECT_EQ(refused(figure("fee", "60", "2026-12-01")),
            "fee of charge 'base' of plan 'Base' is agreed as 70 from 2026-09-20 already: end that "
            "first");
  EXPECT_EQ(refused(figure("fees", "60", "2026-12-01")),
            "charge 'base' of plan 'Base' has no figure 'fees'; did you mean 'fee'? (it has fee, "
            "allowance, minimum, maximum)");
  EXPECT_EQ(refused(figure("minimum", "unlimited", "2026-12-01")),
            "figure 'minimum': only an allowance can be unlimited");
  EXPECT_EQ(refused(figure("minimum", "5", "2026-12-01", "2026-12-01")),
            "the agreement would end on 2026-12-01, not behind its beginning on 2026-12-01");
  domain::AgreedFigure other = figure("fee", "1", "2026-12-01");
  other.charge = "bas";
  EXPECT_EQ(refused(other), "plan 'Base' has no charge 'bas'; did you mean 'base'?");
  EXPECT_EQ(refusal([&] {
              end_agreement(connection, rules(), "acme", "Base", "base", "maximum",
                            day("2026-12-01"));
            }),
            "nothing is agreed with customer 'acme' on maximum of charge 'base' of plan 'Base' on "
            "2026-11-30");
}

TEST_F(ChangesTest, ChargesByHandAreFacts) {
  EXPECT_EQ(refusal([&] { charge(connection, rules(), "acme", hours("h1", "2026-10-11")); }),
            "customer 'acme' is not billed: subscribe it to a plan first");
  subscribe(on("Base", "2026-10-01", "2026-10-20"));
  bill_until("2026-11-15T00:00:00Z");
  const Changed outcome = charge(connection, rules(), "acme", hours("h1", "2026-10-11"));
  EXPECT_EQ(outcome.summary,
            "customer 'acme' is charged 3 h of 'Consulting' at 120 on 2026-10-11 as 'h1'");
  EXPECT_THAT(outcome.reopened, ElementsAre("2026-10"));
  EXPECT_FALSE(charge(connection, rules(), "acme", hours("h1", "2026-10-11")).changed);
  EXPECT_EQ(refusal([&] { charge(connection, rules(), "acme", hours("h1", "2026-10-11", 4)); }),
            "charge 'h1' of customer 'acme' is stored as 3 h of 'Consulting' at 120 on 2026-10-11: "
            "a charge is a fact and does not change");
  EXPECT_THAT(rows("manual_charge, external_key, cycle, charged_on, title, quantity, unit, price, "
                   "tax) from manual_charge"),
              ElementsAre("1 h1 1 2026-10-11 Consulting 3 h 120 standard"));
  EXPECT_THAT(reopenings(), ElementsAre("1 1 2026-10-11 04:00:00 2026-10-12 04:00:00 f charge 'h1' "
                                        "on 2026-10-11"));
}

TEST_F(ChangesTest, AChargeBehindTheLastSubscriptionGetsItsPeriod) {
  subscribe(on("Base", "2026-08-01", "2026-08-20"));
  bill_until("2026-11-15T00:00:00Z");
  charge(connection, rules(), "acme", hours("late", "2026-10-11"));
  charge(connection, rules(), "acme", hours("early", "2026-07-11"));
  EXPECT_THAT(periods(), ElementsAre("1 2026-07-01 04:00:00 2026-08-01 04:00:00 2026-07",
                                     "1 2026-08-01 04:00:00 2026-09-01 04:00:00 2026-08",
                                     "1 2026-09-01 04:00:00 2026-10-01 04:00:00 2026-09",
                                     "1 2026-10-01 04:00:00 2026-11-01 04:00:00 2026-10"));
  EXPECT_THAT(reopenings(), IsEmpty());
}

TEST_F(ChangesTest, CreditsAreGrantedOnceAndToppedUp) {
  EXPECT_EQ(grant(connection, rules(), "acme", coupon("welcome", 100)).summary,
            "customer 'acme' has coupon 'welcome' of 100 USD");
  EXPECT_FALSE(grant(connection, rules(), "acme", coupon("welcome", 100)).changed);
  CreditGrant prepaid = coupon("fund", 50);
  prepaid.kind = domain::CreditKind::kPrepaid;
  grant(connection, rules(), "acme", prepaid);
  EXPECT_EQ(top_up(connection, rules(), "acme", "fund", 25).summary,
            "prepaid credit 'fund' of customer 'acme' has 25 USD more");
  CreditGrant tenth = coupon("tenth", 0);
  tenth.amount.reset();
  tenth.percent = 10;
  tenth.documents = 3;
  tenth.charges = {"base", "usage"};
  tenth.expires_on = day("2027-01-01");
  grant(connection, rules(), "acme", tenth);
  EXPECT_FALSE(grant(connection, rules(), "acme", tenth).changed);
  EXPECT_THAT(
      rows("credit, external_key, title, kind, currency, coalesce(percent::text, '-'), "
           "coalesce(documents::text, '-'), priority, charges, coalesce(expires_on::text, "
           "'-')) from credit order by credit"),
      ElementsAre("1 welcome welcome coupon USD - - 0 {} -", "2 fund fund prepaid USD - - 0 {} -",
                  "3 tenth tenth coupon USD 10 3 0 {base,usage} 2027-01-01"));
  EXPECT_THAT(rows("credit, movement, kind, amount, booked_on) from credit_movement order by "
                   "credit, movement"),
              ElementsAre("1 1 grant 100 2026-11-02", "2 1 grant 50 2026-11-02",
                          "2 2 grant 25 2026-11-02"));
  EXPECT_THAT(reopenings(), IsEmpty());

  const auto refused = [&](const CreditGrant& refused_grant) {
    return refusal([&] { grant(connection, rules(), "acme", refused_grant); });
  };
  EXPECT_EQ(refused(coupon("welcome", 120)),
            "credit 'welcome' of customer 'acme' is stored as coupon of 100 USD and otherwise than "
            "here: a grant is a fact and does not change");
  EXPECT_EQ(refused(coupon("nothing", 0)), "amount 0 is not above 0");
  CreditGrant both = coupon("both", 1);
  both.percent = 5;
  EXPECT_EQ(refused(both), "a credit has either an amount or a percent");
  CreditGrant scoped = coupon("scoped", 1);
  scoped.charges = {"bas"};
  EXPECT_EQ(refused(scoped), "no plan has a charge 'bas'; did you mean 'base'?");
  prepaid.key = "other";
  prepaid.documents = 2;
  EXPECT_EQ(refused(prepaid), "prepaid credit lasts until it is used, not for documents");
  EXPECT_EQ(refusal([&] { top_up(connection, rules(), "acme", "welcome", 5); }),
            "credit 'welcome' is a coupon: only prepaid credit is topped up");
  EXPECT_EQ(refusal([&] { top_up(connection, rules(), "acme", "funds", 5); }),
            "customer 'acme' has no credit 'funds'; did you mean 'fund'?");
}

TEST_F(ChangesTest, DetailsShowWhatIsLeft) {
  SubscribeRequest request = on("Base", "2026-10-01");
  request.quantities = {{"seats", 5}};
  subscribe(request);
  agree(connection, rules(), "acme", figure("fee", "80", "2026-11-01"));
  CreditGrant prepaid = coupon("fund", 50);
  prepaid.kind = domain::CreditKind::kPrepaid;
  grant(connection, rules(), "acme", prepaid);
  top_up(connection, rules(), "acme", "fund", 25);
  connection.execute({"draw",
                      "insert into credit_movement values (1, 1, 3, 'draw', -60, 1, null, "
                      "'2026-11-01')"});
  const auto details = find_customer_details(connection, "acme", now);
  ASSERT_TRUE(details);
  ASSERT_THAT(details->subscriptions, SizeIs(1));
  EXPECT_EQ(details->subscriptions[0].key, "Base-2026-10-01");
  EXPECT_EQ(details->subscriptions[0].subscription.quantities.at(0).value, money::Decimal(5));
  ASSERT_THAT(details->agreements, SizeIs(1));
  EXPECT_EQ(details->agreements[0].value, money::Decimal(80));
  ASSERT_THAT(details->credits, SizeIs(1));
  EXPECT_EQ(details->credits[0].amount_left, money::Decimal(15));
  EXPECT_EQ(details->credits[0].documents_left, std::nullopt);
  EXPECT_FALSE(find_customer_details(connection, "acm", now));
}

}  // namespace
}  // namespace reckoner::accounts
