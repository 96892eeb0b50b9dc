// Several legal entities: numbers, days, books and issuers of their own.

#include <gmock/gmock.h>

#include <thread>

#include "engine/corrections.hpp"
#include "invoicing/content_hash.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using test::edited;
using test::error_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kEntities = R"(</settings>
  <legal-entities>
    <legal-entity id="nz" name="Example NZ Ltd" time-zone="Pacific/Auckland" payment-terms="P30D"
                  invoice-number="{entity}-{year}-{seq:4}" credit-note-number="{entity}-C-{year}-{seq:4}"/>
    <legal-entity id="de" name="Example GmbH" time-zone="Europe/Berlin"
                  invoice-number="DE{seq:5}" credit-note-number="DEC{seq:5}"/>
  </legal-entities>)";

class LegalEntities : public test::BillingTest {
 protected:
  LegalEntities() {
    world.apply(edited(world.files(), "billing-config.xml", "</settings>", kEntities));
    world.set_clock("2026-10-01T00:00:00Z");
  }

  void customer(const std::string& key, const std::string& entity) {
    world.import(accounts::ImportKind::kCustomers,
                 "key,name,email,time-zone,anchor-day,legal-entity\n" + key + "," + key +
                     " Ltd,,UTC,1," + entity + "\n");
  }

  void subscriber(const std::string& key, const std::string& entity) {
    customer(key, entity);
    world.subscribe(key, "SMB", "2026-10-01");
  }

  std::vector<std::string> numbers() {
    std::vector<std::string> all;
    store::Connection connection = world.connect();
    for (const store::Row& row :
         connection.query({"numbers",
                           "select number || ' ' || issued_on || ' ' || due_on as line from issued "
                           "join document using (customer_id, ordinal) order by number"})) {
      all.push_back(row.text("line"));
    }
    return all;
  }
};

TEST_F(LegalEntities, HaveNumbersDaysAndTermsOfTheirOwn) {
  subscriber("ours", "default");
  subscriber("kiwi", "nz");
  subscriber("berlin", "de");
  subscriber("kiwi2", "nz");
  world.run("2026-11-01T12:00:00Z");
  EXPECT_THAT(
      numbers(),
      ElementsAre("DE00001 2026-11-01 2026-11-15", "INV-2026-000001 2026-11-01 2026-11-15",
                  "nz-2026-0001 2026-11-02 2026-12-02", "nz-2026-0002 2026-11-02 2026-12-02"));
  EXPECT_EQ(world.last_document("kiwi").legal_entity, "nz");
  EXPECT_EQ(world.last_document("ours").legal_entity, "");
}

TEST_F(LegalEntities, TheYearOfANumberIsTheirs) {
  subscriber("kiwi", "nz");
  subscriber("ours", "default");
  world.run("2026-12-31T12:00:00Z");
  EXPECT_THAT(numbers(), ElementsAre("INV-2026-000001 2026-12-31 2027-01-14",
                                     "nz-2027-0001 2027-01-01 2027-01-31"));
}

TEST_F(LegalEntities, ADocumentOfTheDefaultOneHasTheHashItAlwaysHad) {
  subscriber("ours", "default");
  world.run("2026-11-01T12:00:00Z");
  domain::Document document = world.last_document("ours");
  const Sha256 hash = invoicing::content_hash(document);
  document.legal_entity = "nz";
  EXPECT_NE(invoicing::content_hash(document), hash);
}

TEST_F(LegalEntities, ACustomerChangesWithItsNextDocumentAndItsBalanceGoesAlong) {
  subscriber("acme", "default");
  world.run("2026-11-01T12:00:00Z");
  const std::string owed = world.balance("acme");
  world.set_clock("2026-11-10T12:00:00Z");
  customer("acme", "nz");
  EXPECT_EQ(world.balance("acme"), owed);
  const auto in_books_of = [&](const std::string& entity, const std::string& account) {
    return world.text(
        "select round(coalesce(sum(amount), 0), 2)::text from posting where legal_entity = '" +
        entity + "' and account = '" + account + "'");
  };
  EXPECT_EQ(in_books_of("", "receivable"), "0.00");
  EXPECT_EQ(in_books_of("nz", "receivable"), owed);
  EXPECT_EQ(in_books_of("", "between-entities"), owed);
  world.pay("acme", owed, "2026-11-12", "bank-1");
  EXPECT_EQ(in_books_of("nz", "cash"), owed);
  world.run("2026-12-01T12:00:00Z");
  EXPECT_EQ(world.last_document("acme").number, "nz-2026-0001");
  EXPECT_EQ(world.documents("acme").front().legal_entity, "");
  // And back again.
  customer("acme", "default");
  EXPECT_EQ(in_books_of("nz", "receivable"), "0.00");
  EXPECT_EQ(in_books_of("", "receivable"), world.balance("acme"));
}

TEST_F(LegalEntities, WhatCorrectsADocumentIsIssuedByWhoIssuedIt) {
  subscriber("acme", "nz");
  world.run("2026-11-01T12:00:00Z");
  customer("acme", "default");
  store::Connection connection = world.connect();
  const domain::Document note =
      void_document(connection, world.versions(),
                    {"nz-2026-0001", VoidMode::kRebill, "wrong company"}, world.now());
  EXPECT_EQ(note.number, "nz-C-2026-0001");
  EXPECT_EQ(note.due_on, time::parse_date("2026-12-02"));
  world.run_by_hand();
  EXPECT_EQ(world.last_document("acme").number, "INV-2026-000001");
}

TEST_F(LegalEntities, AnUnknownOneIsRefusedAndOneInUseStays) {
  EXPECT_THAT(error_of([&] { customer("acme", "nzz"); }), HasSubstr("did you mean 'nz'?"));
  subscriber("acme", "nz");
  EXPECT_THAT(
      error_of([&] {
        world.apply(edited(world.files(), "billing-config.xml", R"(id="nz")", R"(id="au")"));
      }),
      HasSubstr("legal entity 'nz' bills customers, such as 'acme'"));
}

TEST_F(LegalEntities, ManyWorkersLeaveNoGapInAnySeries) {
  world.apply(
      edited(world.files(), "billing-config.xml", "batch-size=\"1000\"", "batch-size=\"3\""));
  world.apply(edited(world.files(), "billing-config.xml", "workers=\"2\"", "workers=\"4\""));
  const char* entities[] = {"default", "nz", "de"};
  for (int i = 0; i < 45; ++i) subscriber("c" + std::to_string(i), entities[i % 3]);
  const auto run = world.runner().start({.engine = "monthly",
                                         .scheduled = true,
                                         .fires_at = time::parse_instant("2026-11-01T12:00:00Z")});
  world.set_clock("2026-11-01T12:00:00Z");
  const std::atomic<bool> stop = false;
  std::vector<std::jthread> processes;
  for (int i = 0; i < 2; ++i) {
    processes.emplace_back([&] { static_cast<void>(world.runner().work(run.value(), stop)); });
  }
  processes.clear();
  EXPECT_EQ(world.number("select count(*) from issued"), 45);
  EXPECT_EQ(
      world.text("select string_agg(distinct series || ' ' || (next_seq - 1), ', ') from series"),
      "billing.invoice.number 15, billing.invoice.number/de 15, billing.invoice.number/nz 15");
}

}  // namespace

}  // namespace reckoner::engine
