#include "accounts/customers.hpp"

#include "accounts_database.hpp"

namespace reckoner::accounts {
namespace {

class CustomersTest : public AccountsTest {
 protected:
  CustomersTest() {
    customer("globex", "UTC", 1);
    customer("acme", "Asia/Kolkata", 31);
    customer("initech", "UTC", 1);
    subscriptions(
        "old,acme,SMB,2026-01-01,2026-10-01\nnew,acme,Professional,2026-10-01,\n"
        "chf,acme,Zurich,2026-02-01,\nfuture,acme,SMB,2027-01-01,\n");
    payments(
        "reference,customer,amount,currency,received-on\n"
        "1,acme,10,USD,2026-10-01\n2,acme,-3.5,CHF,2026-10-01\n");
    connection.execute({"park",
                        "insert into parked select customer_id, 1, 'no fee', $1, 1, $1 from "
                        "customer_key where key = 'globex'"},
                       {now});
  }
};

std::vector<std::string> keys_of(const std::vector<CustomerSummary>& customers) {
  std::vector<std::string> keys;
  for (const CustomerSummary& summary : customers) keys.push_back(summary.customer.key);
  return keys;
}

TEST_F(CustomersTest, ListsPagesByKey) {
  EXPECT_THAT(keys_of(list_customers(connection, {}, now)),
              ElementsAre("acme", "globex", "initech"));
  EXPECT_THAT(keys_of(list_customers(connection, {.limit = 2, .offset = 1}, now)),
              ElementsAre("globex", "initech"));
  EXPECT_THAT(list_customers(connection, {.limit = 2, .offset = 3}, now), IsEmpty());
}

TEST_F(CustomersTest, ShowsWhatACustomerHasNow) {
  const auto acme = find_customer(connection, "acme", now);
  ASSERT_TRUE(acme);
  EXPECT_EQ(acme->customer.name, "acme");
  EXPECT_EQ(acme->customer.zone.name(), "Asia/Kolkata");
  EXPECT_EQ(acme->customer.anchor_day, 31);
  EXPECT_THAT(acme->plans, ElementsAre("Professional", "Zurich"));
  EXPECT_THAT(acme->balances,
              ElementsAre(money::Money(money::Decimal::parse("3.5"), money::Currency::of("CHF")),
                          money::Money(money::Decimal(-10), money::Currency::of("USD"))));
  EXPECT_FALSE(acme->parked);

  EXPECT_EQ(find_customer(connection, "globex", now)->parked, "no fee");
  EXPECT_FALSE(find_customer(connection, "acm", now));
}

TEST_F(CustomersTest, StatementsDoNotGrowWithCustomers) {
  const auto statements = [&](std::int64_t limit) {
    const std::int64_t before = connection.statements_executed();
    list_customers(connection, {.limit = limit}, now);
    return connection.statements_executed() - before;
  };
  EXPECT_EQ(statements(1), statements(3));
}

}  // namespace
}  // namespace reckoner::accounts
