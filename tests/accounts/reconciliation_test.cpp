// Statements of bank accounts read into the books: once, and with a work list for what is not sure.

#include "accounts/reconciliation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "store/transaction.hpp"
#include "support/billing.hpp"
#include "web/change_rules.hpp"

namespace reckoner::accounts {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Reconciliation : public testing::Test {
 protected:
  Reconciliation()
      : world({.files = test::with_plans(test::flat_plan("Flat", "80") +
                                         test::flat_plan("Large", "250"))}) {
    world.set_clock("2026-10-01T00:00:00Z");
    for (const char* customer : {"acme", "globex", "initech"}) world.customer(customer);
    world.subscribe("acme", "Flat", "2026-10-01");
    world.subscribe("globex", "Flat", "2026-10-01");
    world.subscribe("initech", "Large", "2026-10-01");
    world.run("2026-11-01T00:00:00Z");
    world.set_clock("2026-11-06T08:00:00Z");
  }

  /// What `work(connection, rules)` gives.
  template <class Work>
  auto with_rules(Work work) {
    store::Connection connection = world.connect();
    const auto version =
        world.versions().load(connection, world.versions().active(connection).value());
    const ChangeRules rules =
        web::change_rules(world.versions(), connection, version->configuration(), world.now());
    return work(connection, rules);
  }
  BankImport import(const std::string& name, const std::string& content) {
    return with_rules([&](store::Connection& connection, const ChangeRules& rules) {
      return import_bank_file(connection, rules, name, content);
    });
  }
  BankImport import_file_of_tests(const std::string& name) {
    std::ifstream in(std::string(RECKONER_SOURCE_DIR) + "/tests/accounts/bank/" + name);
    EXPECT_TRUE(in.is_open());
    return import(name, {std::istreambuf_iterator<char>(in), {}});
  }
  StoredBankEntry settle(std::int64_t entry, const Settlement& settlement) {
    return with_rules([&](store::Connection& connection, const ChangeRules& rules) {
      return settle_bank_entry(connection, rules, entry, settlement, "boss");
    });
  }
  std::vector<StoredBankEntry> entries(const std::optional<std::string>& state = std::nullopt) {
    store::Connection connection = world.connect();
    return list_bank_entries(connection, state, std::nullopt, 100);
  }
  template <class Work>
  static std::string refusal(Work work) {
    try {
      work();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  test::BillingWorld world;
};

std::string counts(const BankImport& result) {
  return std::to_string(result.entries) + " entries, " + std::to_string(result.known) + " known, " +
         std::to_string(result.booked) + " booked, " + std::to_string(result.open) + " open, " +
         std::to_string(result.aside) + " aside, " + std::to_string(result.pending) + " pending";
}

constexpr const char* kFirst = "2026-11-03.camt.053.001.02.xml";
constexpr const char* kSecond = "2026-11-05.camt.053.001.08.xml";

TEST_F(Reconciliation, BooksWhatIsSureAndListsTheRest) {
  EXPECT_EQ(world.balance("acme"), "80.00");
  EXPECT_EQ(counts(import_file_of_tests(kFirst)),
            "5 entries, 0 known, 3 booked, 1 open, 1 aside, 1 pending");
  EXPECT_EQ(world.balance("acme"), "0.00");
  EXPECT_EQ(world.balance("globex"), "0.00");
  EXPECT_EQ(world.balance("initech"), "0.00");
  const auto open = entries("open");
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open.front().entry.remittance, "as agreed on the phone");
  EXPECT_EQ(open.front().why, "it names no document and no customer");
  EXPECT_EQ(entries("booked").back().reference, "DE75512108001245126199/2026110312010001");

  EXPECT_EQ(counts(import_file_of_tests(kSecond)),
            "3 entries, 0 known, 1 booked, 2 open, 0 aside, 0 pending");
  EXPECT_EQ(world.balance("globex"), "80.00") << "the debit was returned";
  world.expect_books_in_order();
}

TEST_F(Reconciliation, TakesATransactionOnce) {
  import_file_of_tests(kFirst);
  const std::string before = world.digest();
  world.set_clock("2026-11-07T08:00:00Z");
  EXPECT_EQ(counts(import_file_of_tests(kFirst)),
            "5 entries, 5 known, 0 booked, 0 open, 0 aside, 1 pending");
  EXPECT_EQ(world.digest(), before);
  const std::string csv =
      "account,id,booked-on,amount,currency,text\n"
      "DE75512108001245126199,2026110312010001,2026-11-03,80.00,USD,INV-2026-000001\n"
      "DE75512108001245126199,new,2026-11-03,1.00,USD,INV-2026-000001\n"
      "DE75512108001245126199,new,2026-11-03,1.00,USD,INV-2026-000001\n";
  EXPECT_EQ(counts(import("day.csv", csv)),
            "3 entries, 2 known, 1 booked, 0 open, 0 aside, 0 pending");
  EXPECT_EQ(world.balance("acme"), "-1.00");
}

TEST_F(Reconciliation, APersonSettlesTheRest) {
  import_file_of_tests(kFirst);
  import_file_of_tests(kSecond);
  const auto open = entries("open");
  ASSERT_EQ(open.size(), 3U);
  const StoredBankEntry& cards = open[0];
  const StoredBankEntry& foreign = open[1];
  const StoredBankEntry& phone = open[2];

  EXPECT_THAT(refusal([&] { settle(phone.number, {.customer = "nobody"}); }),
              HasSubstr("there is no customer 'nobody'"));
  EXPECT_THAT(
      refusal([&] { settle(phone.number, {.customer = "acme", .document = "INV-2026-000002"}); }),
      HasSubstr("customer 'acme' has no document 'INV-2026-000002'"));
  EXPECT_THAT(refusal([&] { settle(phone.number, {.customer = "acme", .as_instructed = true}); }),
              HasSubstr("ordered in its own currency"));
  EXPECT_THAT(refusal([&] { settle(999, {.customer = "acme"}); }), HasSubstr("no bank entry 999"));
  EXPECT_EQ(entries("open").size(), 3U);

  const StoredBankEntry settled =
      settle(phone.number, {.customer = "acme", .document = "INV-2026-000001"});
  EXPECT_EQ(settled.state, "booked");
  EXPECT_EQ(settled.decided_by, "boss");
  EXPECT_EQ(world.balance("acme"), "-50.00");
  EXPECT_THAT(refusal([&] { settle(phone.number, {.customer = "globex"}); }),
              HasSubstr("is booked already, as a payment of 'acme'"));

  EXPECT_EQ(foreign.why, "80.00 EUR were ordered, and 92.31 USD came in");
  settle(foreign.number, {.customer = "globex", .as_instructed = true});
  EXPECT_EQ(world.balance("globex", "EUR"), "-80.00");
  EXPECT_EQ(world.balance("globex"), "80.00");

  store::Connection connection = world.connect();
  EXPECT_THAT(
      refusal([&] { set_bank_entry_aside(connection, cards.number, "", "boss", world.now()); }),
      HasSubstr("for a reason"));
  EXPECT_EQ(
      set_bank_entry_aside(connection, cards.number, "card settlement", "boss", world.now()).why,
      "card settlement");
  EXPECT_THAT(refusal([&] {
                set_bank_entry_aside(connection, cards.number, "again", "boss", world.now());
              }),
              HasSubstr("is aside, not open"));
  EXPECT_EQ(settle(cards.number, {.customer = "initech"}).state, "booked");
  EXPECT_TRUE(entries("open").empty());
  world.expect_books_in_order();
}

TEST_F(Reconciliation, WhoHasPaidFromAnAccountIsKnownByIt) {
  const std::string header = "account,id,booked-on,amount,currency,counterparty-account,text\n";
  EXPECT_EQ(counts(import("1.csv", header + "A,1,2026-11-02,30.00,USD,DE9,INV-2026-000001\n")),
            "1 entries, 0 known, 1 booked, 0 open, 0 aside, 0 pending");
  EXPECT_EQ(counts(import("2.csv", header + "A,2,2026-11-03,49.00,USD,DE9,thanks\n"
                                            "A,3,2026-11-03,50.00,USD,DE9,thanks\n"
                                            "A,4,2026-11-03,50.00,USD,DE9,thanks\n")),
            "3 entries, 0 known, 1 booked, 2 open, 0 aside, 0 pending");
  EXPECT_EQ(world.balance("acme"), "0.00");
  EXPECT_EQ(entries("booked").front().document, "INV-2026-000001");
}

TEST_F(Reconciliation, AFileThatCannotBeUsedLeavesNothing) {
  const std::string before = world.digest();
  EXPECT_NE(refusal([&] {
              import("day.csv",
                     "account,id,booked-on,amount,currency,text\n"
                     "A,1,2026-11-03,80.00,USD,INV-2026-000001\nA,2,2026-11-03,x,USD,\n");
            }),
            "");
  EXPECT_NE(refusal([&] { import("day.xml", "<Document/>"); }), "");
  EXPECT_EQ(world.digest(), before);
}

}  // namespace
}  // namespace reckoner::accounts
