// Whom documents are for: what is issued stays as it was, whatever the customer says later.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "documents/invoice_pdf.hpp"
#include "engine/corrections.hpp"
#include "engine/printed_document.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

constexpr std::string_view kHead =
    "key,name,time-zone,anchor-day,country,tax-id,street,city,postal-code,address-country,"
    "buyer-reference,purchase-order\n";

class RecipientsTest : public test::BillingTest {
 protected:
  void say(const std::string& row) {
    world.import(accounts::ImportKind::kCustomers, std::string(kHead) + row + "\n");
  }
  void speak(std::string_view language) {
    auto owner = world.connect(store::Role::kOwner);
    owner.run_script(
        {"language",
         fmt::format("insert into customer_setting (customer_id, language, time_zone, mails, "
                     "also_to, budgets, changed_at, changed_by) "
                     "select customer_id, '{}', '', true, '{{}}', '[]', "
                     "'2026-11-02T00:00:00Z', 'x' from customer "
                     "on conflict (customer_id) do update set language = "
                     "excluded.language",
                     language)});
  }
  documents::Printed printed(std::int64_t ordinal) {
    auto connection = world.connect();
    const CustomerId customer{world.number("select customer_id from customer where key = 'acme'")};
    return printed_document(connection, world.versions(), {customer, ordinal});
  }
};

TEST_F(RecipientsTest, WhatIsIssuedStaysAsItWas) {
  say("acme,Acme,UTC,1,CH,CHE-1,Ring 1,Bern,3011,,REF-1,PO-1");
  world.subscribe("acme", "SMB", "2026-10-01");
  speak("de-CH");
  world.run("2026-11-01T02:00:00Z");
  const documents::Printed before = printed(1);
  EXPECT_EQ(before.recipient.billing.address.city, "Bern");
  EXPECT_EQ(before.recipient.billing.purchase_order, "PO-1");
  EXPECT_EQ(before.recipient.tax_id, "CHE-1");
  EXPECT_EQ(before.recipient.language, "de-CH");
  const std::string pdf = documents::to_pdf(before);

  say("acme,Acme,UTC,1,DE,DE-2,-,Berlin,10115,AT,-,PO-2");
  speak("fr");
  EXPECT_EQ(printed(1).recipient, before.recipient);
  EXPECT_EQ(documents::to_pdf(printed(1)), pdf);

  world.run("2026-12-01T02:00:00Z");
  const documents::Recipient after = printed(2).recipient;
  EXPECT_EQ(after.billing.address.city, "Berlin");
  EXPECT_EQ(after.postal_country(), "AT");
  EXPECT_EQ(after.billing.buyer_reference, "");
  EXPECT_EQ(after.country + after.tax_id + after.language, "DEDE-2fr");
  EXPECT_EQ(printed(1).recipient, before.recipient);
}

TEST_F(RecipientsTest, CorrectionsAreForWhoTheCustomerIsThen) {
  say("acme,Acme,UTC,1,CH,,Ring 1,Bern,3011,,,PO-1");
  world.subscribe("acme", "SMB", "2026-10-01");
  world.run("2026-11-01T02:00:00Z");
  say("acme,Acme,UTC,1,,,,Biel,2502,,,");
  auto connection = world.connect();
  void_document(connection, world.versions(),
                {world.last_document("acme").number, VoidMode::kWaive, "by mistake"}, world.now());
  EXPECT_EQ(printed(1).recipient.billing.address.city, "Bern");
  EXPECT_EQ(printed(2).recipient.billing.address.city, "Biel");
  EXPECT_EQ(printed(2).recipient.billing.purchase_order, "PO-1");
}

TEST_F(RecipientsTest, AnInterimInvoiceIsForTheCustomerAsItIs) {
  say("acme,Acme,UTC,1,CH,,Ring 1,Bern,3011,,,PO-1");
  world.subscribe("acme", "SMB", "2026-10-01");
  auto connection = world.connect();
  const auto look = [&] {
    return printed_interim(connection, world.versions(),
                           world.one_interim("acme", "2026-10-15T00:00:00Z"))
        .recipient.billing.address.city;
  };
  EXPECT_EQ(look(), "Bern");
  say("acme,Acme,UTC,1,,,,Biel,,,,");
  EXPECT_EQ(look(), "Biel");
}

TEST_F(RecipientsTest, OnesFromBeforeAreForTheCustomerAsItIs) {
  say("acme,Acme,UTC,1,CH,,Ring 1,Bern,3011,,,PO-1");
  world.subscribe("acme", "SMB", "2026-10-01");
  world.run("2026-11-01T02:00:00Z");
  auto owner = world.connect(store::Role::kOwner);
  owner.run_script({"as before 0022",
                    "alter table document disable trigger user; "
                    "update document set recipient = null; "
                    "alter table document enable trigger user"});
  EXPECT_EQ(printed(1).recipient.billing.address.city, "Bern");
}

TEST_F(RecipientsTest, TheLinkToPayIsOfTheVersionThatTheDocumentWasIssuedUnder) {
  world.apply(test::with_setting(world.files(), "payments.link",
                                 "https://pay.example/{document}/{amount}"));
  world.customer("acme");
  world.subscribe("acme", "SMB", "2026-10-01");
  world.run("2026-11-01T02:00:00Z");
  const std::string link =
      fmt::format("https://pay.example/{}/100.00", world.last_document("acme").number);
  EXPECT_EQ(printed(1).details.payment_link, link);
  world.pay("acme", "300.00", "2026-11-03", "early");
  world.apply(test::with_setting(world.files(), "payments.link", "https://other.example/"));
  EXPECT_EQ(printed(1).details.payment_link, link);
  world.run("2026-12-01T02:00:00Z");
  EXPECT_EQ(printed(2).details.payment_link, "");
}

}  // namespace

}  // namespace reckoner::engine
