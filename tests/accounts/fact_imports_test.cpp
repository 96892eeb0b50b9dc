#include "accounts_database.hpp"

namespace reckoner::accounts {
namespace {

/// Imports of what a customer is billed by: the later columns of customers and subscriptions, and
/// charges, credits and agreements.
class FactImportsTest : public AccountsTest {
 protected:
  FactImportsTest() {
    auto strategy = std::make_shared<domain::Strategy>();
    strategy->environments = {{.name = "staging", .percent = 50, .free_units = {}}};
    domain::Plan base = plan("Base", "USD");
    base.strategy = strategy;
    domain::Charge seats = fee("seats");
    seats.source = domain::OfSubscription{.quantity = "seats", .unit = "seat"};
    domain::Charge support = fee("support");
    support.option = "support";
    base.charges = {fee("base"), seats, support};
    active.plans.push_back(base);
    customer("acme", "UTC", 1);
  }
};

TEST_F(FactImportsTest, CustomersHaveTaxFactsThatStayUntilSaidOtherwise) {
  EXPECT_THAT(customers("key,name,time-zone,anchor-day,country,tax-id,tax-exempt\n"
                        "acme,acme,UTC,1,CH,CHE-123,true\nglobex,Globex,UTC,1,,,\n"),
              Counts(2, 1, 1, 0));
  const auto stored = [&] {
    return rows("key, country, tax_id, tax_exempt) from customer order by customer_id");
  };
  EXPECT_THAT(stored(), ElementsAre("acme CH CHE-123 t", "globex   f"));
  EXPECT_THAT(customer("acme", "UTC", 1), Counts(1, 0, 0, 1));
  EXPECT_THAT(customers("key,name,time-zone,anchor-day,country,tax-id,tax-exempt\n"
                        "acme,acme,UTC,1,DE,-,false\n"),
              Counts(1, 0, 1, 0));
  EXPECT_THAT(stored(), ElementsAre("acme DE  f", "globex   f"));
  EXPECT_THAT(problems(ImportKind::kCustomers,
                       "key,name,time-zone,anchor-day,country,tax-exempt\na,A,UTC,1,che,maybe\n"),
              ElementsAre("customers.csv:2: country 'che' is not two letters such as CH",
                          HasSubstr("customers.csv:2: ")));
}

TEST_F(FactImportsTest, CustomersSayWhereTheirDocumentsGo) {
  const std::string head =
      "key,name,time-zone,anchor-day,street,city,postal-code,subdivision,address-country,"
      "buyer-reference,purchase-order\n";
  const auto stored = [&] {
    return rows(
        "key, replace(street, chr(10), '|'), city, postal_code, subdivision, address_country, "
        "buyer_reference, purchase_order) from customer order by customer_id");
  };
  const std::string said = head +
                           "acme,acme,UTC,1,Hof 2; Ring 1,Bern,3011,BE,CH,REF-1,PO-1\n"
                           "globex,Globex,UTC,1,,,,,,,PO 2\n";
  EXPECT_THAT(customers(said), Counts(2, 1, 1, 0));
  EXPECT_THAT(stored(),
              ElementsAre("acme Hof 2|Ring 1 Bern 3011 BE CH REF-1 PO-1", "globex       PO 2"));
  EXPECT_THAT(customers(said), Counts(2, 0, 0, 2));
  EXPECT_THAT(customer("acme", "UTC", 1), Counts(1, 0, 0, 1));
  EXPECT_THAT(customers(head + "acme,acme,UTC,1,-,Biel,,-,-,,PO-3\n"), Counts(1, 0, 1, 0));
  EXPECT_THAT(stored(), ElementsAre("acme  Biel 3011   REF-1 PO-3", "globex       PO 2"));
  EXPECT_THAT(problems(ImportKind::kCustomers,
                       head + "a,A,UTC,1,1;2;3;4,,,,swiss,\"" + std::string(201, 'x') + "\",\n"),
              ElementsAre("customers.csv:2: street '1;2;3;4' has more than 3 lines",
                          HasSubstr("country 'swiss' is not two letters"),
                          HasSubstr("is longer than 200 bytes")));
  EXPECT_THAT(problems(ImportKind::kCustomers, head + "a,A,UTC,1,Ring 1;;Hof,,,,,,\n"),
              ElementsAre("customers.csv:2: street 'Ring 1;;Hof' has an empty line"));
}

constexpr std::string_view kSubscription =
    "key,customer,plan,starts-on,ends-on,environment,trial-until,quantities,ending\n"
    "a,acme,Base,2026-10-01,2026-10-20,staging,2026-10-08,seats=5;support=1,changed\n";

TEST_F(FactImportsTest, SubscriptionsHaveTheirWholeLife) {
  EXPECT_THAT(import(ImportKind::kSubscriptions, kSubscription), Counts(1, 1, 0, 0));
  EXPECT_THAT(import(ImportKind::kSubscriptions, kSubscription), Counts(1, 0, 0, 1));
  EXPECT_THAT(subscriptions("a,acme,Base,2026-10-01,2026-10-20\n"), Counts(1, 0, 0, 1));
  EXPECT_EQ(row("environment, trial_ends_at at time zone 'UTC', ending) from subscription"),
            "staging 2026-10-08 00:00:00 changed");
  EXPECT_THAT(rows("name, value) from subscription_quantity order by name"),
              ElementsAre("seats 5", "support 1"));
  bill_until("2026-11-01T00:00:00Z");
  EXPECT_THAT(import(ImportKind::kSubscriptions,
                     "key,customer,plan,starts-on,ends-on,ending\n"
                     "a,acme,Base,2026-10-01,2026-10-20,cancelled\n"),
              Counts(1, 0, 1, 0));
  EXPECT_THAT(reopenings(), ElementsAre("1 1 2026-10-19 23:59:59.999999 2026-10-20 00:00:00 f "
                                        "subscription 'a' ends on 2026-10-20"));
}

TEST_F(FactImportsTest, OnlyTheEndOfASubscriptionChanges) {
  import(ImportKind::kSubscriptions, kSubscription);
  const std::string head =
      "key,customer,plan,starts-on,ends-on,environment,trial-until,quantities\n"
      "a,acme,Base,2026-10-01,2026-10-20,";
  const std::string tail = ": only its end changes; end it and start another";
  const std::string what =
      "subscriptions.csv:2: subscription 'a' of customer 'acme' is stored with ";
  const auto refused = [&](const std::string& values) {
    return problems(ImportKind::kSubscriptions, head + values + "\n");
  };
  EXPECT_THAT(refused("production,,"), ElementsAre(what + "environment 'staging'" + tail));
  EXPECT_THAT(refused(",2026-10-09,"), ElementsAre(what + "trial-until 2026-10-08" + tail));
  EXPECT_THAT(refused(",,seats=6"), ElementsAre(what + "seats=5 when it begins" + tail));
}

TEST_F(FactImportsTest, AllProblemsOfARowAreNamedAtOnce) {
  EXPECT_THAT(
      problems(ImportKind::kSubscriptions,
               "key,customer,plan,starts-on,environment,quantities,ending\n"
               "a,nobody,Bas,2026-13-01,,,\n"
               "b,acme,Base,2026-10-01,stagin,,gone\n"
               "c,acme,Base,2026-10-01,,seat=1,\n"
               "d,acme,Base,2026-10-01,,seats,\n"
               "e,acme,Base,2026-10-01,,seats=1;seats=2,\n"),
      ElementsAre("subscriptions.csv:2: '2026-13-01' is not a date such as 2026-10-31",
                  "subscriptions.csv:2: there is no customer 'nobody'",
                  "subscriptions.csv:2: unknown plan 'Bas'; did you mean 'Base'?",
                  "subscriptions.csv:3: ending 'gone' is neither cancelled nor changed",
                  "subscriptions.csv:3: plan 'Base' has no environment 'stagin'; did you mean "
                  "'staging'?",
                  "subscriptions.csv:4: plan 'Base' has no quantity or option 'seat'; did you mean "
                  "'seats'?",
                  "subscriptions.csv:5: quantity 'seats' is not written like seats=5",
                  "subscriptions.csv:6: quantity 'seats' is there twice"));
  EXPECT_THAT(problems(ImportKind::kPayments,
                       "reference,customer,amount,received-on\nP,nobody,1,tomorrow\n"),
              ElementsAre("payments.csv:2: 'tomorrow' is not a date such as 2026-10-31",
                          "payments.csv:2: there is no customer 'nobody'"));
}

TEST_F(FactImportsTest, OverlapsAreSeenOverTheWholeFile) {
  for (const char* name : {"Metered", "Other"}) {
    domain::Plan metered = plan(name, "USD");
    domain::Charge usage = fee("usage");
    usage.source = domain::OfMeters{.meters = {"bandwidth"}, .unit = "MB"};
    metered.charges = {usage};
    active.plans.push_back(metered);
  }
  subscriptions("a,acme,Metered,2026-10-01,\n");
  EXPECT_THAT(subscriptions("b,acme,Other,2026-10-15,\na,acme,Metered,2026-10-01,2026-10-15\n"),
              Counts(2, 1, 1, 0));
  EXPECT_THAT(problems(ImportKind::kSubscriptions,
                       "key,customer,plan,starts-on,ends-on\n"
                       "c,acme,SMB,2026-10-01,\na,acme,Metered,2026-10-01,2026-10-16\n"),
              ElementsAre("subscriptions.csv:3: subscriptions 'a' (plan 'Metered') and 'b' (plan "
                          "'Other') would both measure 'bandwidth' from 2026-10-15: usage is "
                          "billed once"));
}

TEST_F(FactImportsTest, Charges) {
  subscriptions("a,acme,Base,2026-10-01,\n");
  constexpr std::string_view kFile =
      "key,customer,on,title,quantity,unit,price\n"
      "h1,acme,2026-10-11,Consulting,3.5,h,120\nh2,acme,2026-10-12,Travel,1,,80.5\n";
  EXPECT_THAT(import(ImportKind::kCharges, kFile), Counts(2, 2, 0, 0));
  EXPECT_THAT(import(ImportKind::kCharges, kFile), Counts(2, 0, 0, 2));
  EXPECT_THAT(import(ImportKind::kCharges, "c.jsonl",
                     "{\"key\":\"h1\",\"customer\":\"acme\",\"on\":\"2026-10-11\",\"title\":"
                     "\"Consulting\",\"quantity\":3.5,\"unit\":\"h\",\"price\":120}\n"),
              Counts(1, 0, 0, 1));
  EXPECT_THAT(rows("manual_charge, external_key, quantity, price, tax) from manual_charge order by "
                   "manual_charge"),
              ElementsAre("1 h1 3.5 120 standard", "2 h2 1 80.5 standard"));
  customer("globex", "UTC", 1);
  EXPECT_THAT(
      problems(ImportKind::kCharges,
               "key,customer,on,title,quantity,price\n"
               "h1,acme,2026-10-11,Consulting,4,120\nh3,globex,2026-10-11,X,1,1\n"
               "h4,nobody,2026,X,one,\n"),
      ElementsAre("charges.csv:2: charge 'h1' of customer 'acme' is stored as 3.5 h of "
                  "'Consulting' at 120 on 2026-10-11: a charge is a fact and does not "
                  "change",
                  "charges.csv:3: customer 'globex' is not billed: subscribe it to a plan "
                  "first",
                  "charges.csv:4: '2026' is not a date such as 2026-10-31",
                  "charges.csv:4: 'one' is not a decimal number", "charges.csv:4: price is missing",
                  "charges.csv:4: there is no customer 'nobody'"));
}

TEST_F(FactImportsTest, Credits) {
  constexpr std::string_view kFile =
      "key,customer,kind,amount,percent,documents,charges,expires-on,priority\n"
      "welcome,acme,coupon,100,,,,2027-01-01,-1\ntenth,acme,coupon,,10,3,base;seats,,\n"
      "fund,acme,prepaid,50,,,,,\n";
  EXPECT_THAT(import(ImportKind::kCredits, kFile), Counts(3, 3, 0, 0));
  EXPECT_THAT(import(ImportKind::kCredits, kFile), Counts(3, 0, 0, 3));
  EXPECT_THAT(rows("credit, kind, currency, percent, charges) from credit order by credit"),
              ElementsAre("1 coupon USD {}", "2 coupon USD 10 {base,seats}", "3 prepaid USD {}"));
  EXPECT_THAT(rows("credit, amount) from credit_movement order by credit"),
              ElementsAre("1 100", "3 50"));
  EXPECT_THAT(problems(ImportKind::kCredits,
                       "key,customer,kind,amount,percent,documents,charges\n"
                       "a,acme,voucher,1,,,\nb,acme,coupon,,,,\nc,acme,coupon,1.005,,,\n"
                       "d,nobody,coupon,1,,x,bas\ne,acme,prepaid,1,,,base\n"
                       "fund,acme,prepaid,51,,,\n"),
              ElementsAre("credits.csv:2: kind 'voucher' is neither coupon nor prepaid",
                          "credits.csv:3: a credit has either an amount or a percent",
                          "credits.csv:4: 1.005 has more than the 2 digits of USD",
                          "credits.csv:5: documents 'x' is not a whole number",
                          "credits.csv:5: there is no customer 'nobody'",
                          "credits.csv:5: no plan has a charge 'bas'; did you mean 'base'?",
                          "credits.csv:6: prepaid credit pays what is due and is not for single "
                          "charges",
                          "credits.csv:7: credit 'fund' of customer 'acme' is stored as prepaid of "
                          "50 USD and otherwise than here: a grant is a fact and does not change"));
}

TEST_F(FactImportsTest, Agreements) {
  subscriptions("a,acme,Base,2026-10-01,\n");
  const std::string head = "customer,plan,charge,figure,value,starts-on,ends-on\n";
  const std::string file =
      head + "acme,Base,base,fee,80,2026-10-01,\nacme,Base,seats,allowance,unlimited,2026-10-01,\n";
  EXPECT_THAT(import(ImportKind::kAgreements, file), Counts(2, 2, 0, 0));
  EXPECT_THAT(import(ImportKind::kAgreements, file), Counts(2, 0, 0, 2));
  EXPECT_THAT(import(ImportKind::kAgreements, head + "acme,Base,base,fee,80,2026-10-01,2026-11-01\n"
                                                     "acme,Base,base,fee,70,2026-11-01,\n"),
              Counts(2, 1, 1, 0));
  EXPECT_THAT(
      problems(ImportKind::kAgreements,
               head + "acme,Base,base,fee,80,2026-10-01,\nacme,Base,base,fee,71,2026-11-01,\n"
                      "acme,Base,base,fe,1,2026-12,\nacme,Base,bas,fee,1,2026-12-01,\n"
                      "nobody,Base,base,fee,1,2026-12-01,2026-11-01\n"),
      ElementsAre("agreements.csv:2: fee of charge 'base' of plan 'Base' is agreed to 2026-11-01: "
                  "an end may change, but not go away",
                  "agreements.csv:3: fee of charge 'base' of plan 'Base' is stored as 70 from "
                  "2026-11-01: only its end changes; end it and agree another",
                  "agreements.csv:4: '2026-12' is not a date such as 2026-10-31",
                  "agreements.csv:4: charge 'base' of plan 'Base' has no figure 'fe'; did you mean "
                  "'fee'? (it has fee, allowance, minimum, maximum)",
                  "agreements.csv:5: plan 'Base' has no charge 'bas'; did you mean 'base'?",
                  "agreements.csv:6: ends-on 2026-11-01 lies before starts-on 2026-12-01",
                  "agreements.csv:6: there is no customer 'nobody'"));
}

TEST_F(FactImportsTest, ProgressIsTold) {
  std::vector<std::pair<std::int64_t, std::int64_t>> told;
  import_file(connection, ImportKind::kSubscriptions, "s.csv",
              "key,customer,plan,starts-on\na,acme,SMB,2026-10-01\nb,acme,SMB,2026-10-01\n",
              rules(), [&](std::int64_t done, std::int64_t all) { told.emplace_back(done, all); });
  EXPECT_THAT(told, ElementsAre(std::pair(1, 2), std::pair(2, 2)));
}

}  // namespace
}  // namespace reckoner::accounts
