#include <future>

#include "accounts_database.hpp"
#include "store/transaction.hpp"

namespace reckoner::accounts {
namespace {

class PaymentImportTest : public AccountsTest {
 protected:
  PaymentImportTest() {
    customer("acme", "Asia/Kolkata", 1);
    customer("globex", "UTC", 1);
  }
};

constexpr std::string_view kThree =
    "reference,customer,amount,currency,received-on,document,note\n"
    "P-1,acme,100.50,,2026-10-15,INV-2026-000001,wire\n"
    "P-2,acme,20,CHF,2026-10-16,,\n"
    "P-1,globex,-5.25,USD,2019-01-01,,taken back\n";

TEST_F(PaymentImportTest, PaymentsAreBookedOnce) {
  EXPECT_THAT(payments(kThree), Counts(3, 3, 0, 0));
  EXPECT_THAT(payments(kThree), Counts(3, 0, 0, 3));
  EXPECT_THAT(rows("key, payment, reference, received_on, currency, amount, document, note) from "
                   "payment join customer_key using (customer_id) where claimed_by is null "
                   "order by customer_id, payment"),
              ElementsAre("acme 1 P-1 2026-10-15 USD 100.5 INV-2026-000001 wire",
                          "acme 2 P-2 2026-10-16 CHF 20  ",
                          "globex 1 P-1 2019-01-01 USD -5.25  taken back"));
  EXPECT_THAT(rows("key, entry, account, currency, amount, booked_on) from posting join "
                   "customer_key using (customer_id) order by customer_id, entry, account"),
              ElementsAre("acme payment:1 cash USD 100.5 2026-10-15",
                          "acme payment:1 receivable USD -100.5 2026-10-15",
                          "acme payment:2 cash CHF 20 2026-10-16",
                          "acme payment:2 receivable CHF -20 2026-10-16",
                          "globex payment:1 cash USD -5.25 2019-01-01",
                          "globex payment:1 receivable USD 5.25 2019-01-01"));
}

TEST_F(PaymentImportTest, BalancesAreTheSumOfTheReceivablePostings) {
  payments(kThree);
  payments(
      "reference,customer,amount,received-on\n"
      "P-3,acme,0.50,2026-10-20\nP-4,acme,9,2026-10-20\n");
  EXPECT_THAT(
      rows("key, currency, balance) from customer_balance join customer_key using (customer_id) "
           "order by key, currency"),
      ElementsAre("acme CHF -20", "acme USD -110.0", "globex USD 5.25"));
  EXPECT_THAT(rows("customer_id) from customer_balance b where balance <> (select sum(amount) from "
                   "posting p where p.customer_id = b.customer_id and p.currency = b.currency and "
                   "account = 'receivable')"),
              IsEmpty());
  EXPECT_THAT(rows("payment) from payment where reference in ('P-3', 'P-4') order by payment"),
              ElementsAre("3", "4"));
}

TEST_F(PaymentImportTest, EveryProblemIsNamedAndNothingIsKept) {
  payments(kThree);
  EXPECT_THAT(
      problems(ImportKind::kPayments,
               "reference,customer,amount,currency,received-on,document,note\n"
               "P-9,acme,1.00,,2026-10-15,,\n"
               "P-10,acmee,1.00,,2026-10-15,,\n"
               "P-11,acme,1.005,USD,2026-10-15,,\n"
               "P-12,acme,0.00,USD,2026-10-15,,\n"
               "P-13,acme,\"1,000.00\",USX,15.10.2026,,\n"
               "P-9,acme,1.00,,2026-10-15,,\n"
               "P-1,acme,100.51,,2026-10-15,INV-2026-000001,wire\n"
               "P-2,acme,20,CHF,2026-10-16,,later\n"
               ",,,,,,\n"
               "P-14,acme,5,,1026-10-15,,\n"
               "P-15,acme,0.5,JPY,2026-10-15,,\n"),
      ElementsAre(
          "payments.csv:3: there is no customer 'acmee'",
          "payments.csv:4: 1.005 has more than the 2 digits of USD",
          "payments.csv:5: a payment of nothing is none",
          "payments.csv:6: unknown currency 'USX'; did you mean 'UGX'?",
          "payments.csv:6: '1,000.00' is not a decimal number",
          "payments.csv:6: '15.10.2026' is not a date such as 2026-10-31",
          "payments.csv:7: payment 'P-9' of customer 'acme' stands in line 2 already",
          "payments.csv:8: payment 'P-1' of customer 'acme' is stored as 100.50 USD received on "
          "2026-10-15 for document 'INV-2026-000001', note 'wire': a payment is a fact and does "
          "not change",
          "payments.csv:9: payment 'P-2' of customer 'acme' is stored as 20.00 CHF received on "
          "2026-10-16: a payment is a fact and does not change",
          "payments.csv:10: reference is missing", "payments.csv:10: customer is missing",
          "payments.csv:10: amount is missing", "payments.csv:10: received-on is missing",
          "payments.csv:11: 1026-10-15 lies outside the years 1970 to 2999",
          "payments.csv:12: 0.5 has more than the 0 digits of JPY"));
  EXPECT_EQ(row("count(*)) from payment"), "3");
  EXPECT_EQ(row("count(*)) from posting"), "6");
  EXPECT_EQ(row("count(*)) from imported_file where kind = 'payments'"), "1");
}

TEST_F(PaymentImportTest, AnImportWaitsForTheBatchThatHoldsItsCustomer) {
  store::Connection batch = connect();
  store::Transaction transaction(batch);
  batch.execute(
      {"lock customers",
       "update customer_state set ordinal = ordinal where customer_id = any($1::bigint[])"},
      {std::vector<std::int64_t>{1, 2}});

  auto imported = std::async(std::launch::async, [&] { return payments(kThree); });
  const store::Statement kWaiting{"waiting",
                                  "select count(*) from pg_stat_activity where datname = "
                                  "current_database() and wait_event_type = 'Lock'"};
  store::Connection watcher = connect();
  while (watcher.query(kWaiting).only().int64(0) == 0) {
    ASSERT_EQ(imported.wait_for(std::chrono::milliseconds(5)), std::future_status::timeout);
  }
  const store::Statement kUnclaimed{
      "unclaimed", "select count(*) from payment where customer_id = 1 and claimed_by is null"};
  EXPECT_EQ(batch.query(kUnclaimed).only().int64(0), 0);
  batch.execute({"issue", "update customer_state set ordinal = ordinal + 1 where customer_id = 1"});
  transaction.commit();

  EXPECT_THAT(imported.get(), Counts(3, 3, 0, 0));
  EXPECT_EQ(batch.query(kUnclaimed).only().int64(0), 2);
  EXPECT_EQ(row("ordinal) from customer_state where customer_id = 1"), "1");
}

}  // namespace
}  // namespace reckoner::accounts
