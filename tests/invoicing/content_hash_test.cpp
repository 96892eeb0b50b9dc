#include "invoicing/content_hash.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>

namespace reckoner::invoicing {

namespace {

const money::Currency kUsd = money::Currency::of("USD");

money::Money usd(std::string_view amount) {
  return money::Money(money::Decimal::parse(amount), kUsd);
}

domain::Document specimen() {
  domain::StatementLine fee{.key = "sub:1|subscription||arrears",
                            .subscription = 1,
                            .charge = "subscription",
                            .description = "SMB subscription, 31 of 31 days",
                            .starts_on = time::parse_date("2026-10-01"),
                            .ends_on = time::parse_date("2026-11-01"),
                            .quantity = 31,
                            .unit = "day",
                            .amount = usd("100.00"),
                            .facts = R"({"fee":100})"};
  return {.customer = {7},
          .customer_key = "acme",
          .customer_name = "Acme Ltd",
          .email = "billing@acme.example",
          .zone = "Europe/Berlin",
          .kind = domain::DocumentKind::kInvoice,
          .currency = kUsd,
          .ordinal = 3,
          .number = "",
          .corrects = std::nullopt,
          .corrects_number = "",
          .reason = "",
          .issued_on = time::parse_date("2026-11-02"),
          .due_on = time::parse_date("2026-11-16"),
          .lines = {{{time::parse_instant("2026-09-30T22:00:00Z"), 1, domain::Side::kArrears},
                     "2026-10",
                     false,
                     fee,
                     std::nullopt}},
          .payments = {{1, "bank-1", time::parse_date("2026-10-12"), usd("60.00"), "thanks"}},
          .coupons = {},
          .taxes = {},
          .credits = {},
          .brought_forward = usd("40.00"),
          .subtotal = usd("100.00"),
          .total = usd("100.00"),
          .credits_total = usd("0.00"),
          .payments_total = usd("60.00"),
          .carried_forward = usd("80.00"),
          .credit_limit = usd("200.00")};
}

/// The same with every part that a document need not have.
domain::Document full_specimen() {
  domain::Document document = specimen();
  document.lines[0].tax_percent = 19;
  document.lines.push_back(document.lines[0]);
  document.lines[1].line.tax = "reduced";
  document.lines[1].line.amount = usd("50.00");
  document.lines[1].tax_percent = money::Decimal::parse("7.7");
  document.lines[1].counts = false;
  document.coupons = {{2, "Welcome", usd("10.00")}, {5, "Summer", usd("-1.00")}};
  document.taxes = {
      {"DE", "standard", 19, usd("94.00"), usd("17.86"), false, "a note"},
      {"CH", "reduced", money::Decimal::parse("7.7"), usd("43.64"), usd("3.36"), true, ""}};
  document.credits = {{1, "Startup", usd("20.00")}};
  document.corrects = 2;
  document.corrects_number = "INV-2026-000002";
  document.reason = "wrong quantity";
  domain::add_up(document);
  return document;
}

using Changes = std::vector<std::function<void(domain::Document&)>>;

/// Each change, made alone, gives another hash, and no two the same.
void expect_each_counts(const domain::Document& document, const Changes& changes) {
  std::set<Sha256> hashes{content_hash(document)};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    domain::Document changed = document;
    changes[i](changed);
    EXPECT_TRUE(hashes.insert(content_hash(changed)).second) << "change " << i;
  }
}

// Computed by hand as well: SHA-256 over the fields, each behind its length in eight bytes.
TEST(ContentHashTest, TheHashOfADocumentIsForEver) {
  EXPECT_EQ(to_hex(content_hash(specimen())),
            "f9d29eb489e42e3025ef0d62a5eb53e41afeac6cd64c8339660fec087901e3b0");
}

TEST(ContentHashTest, EverythingADocumentSaysIsInIt) {
  const Changes changes{
      [](auto& d) { d.customer.value = 8; },
      [](auto& d) { d.ordinal = 4; },
      [](auto& d) { d.customer_key = "acme2"; },
      [](auto& d) { d.customer_name = "Acme"; },
      [](auto& d) { d.zone = "UTC"; },
      [](auto& d) { d.kind = domain::DocumentKind::kCreditNote; },
      [](auto& d) { d.issued_on = time::parse_date("2026-11-03"); },
      [](auto& d) { d.due_on = std::nullopt; },
      [](auto& d) { d.lines.push_back(d.lines.front()); },
      [](auto& d) { d.lines[0].period.starts_at += std::chrono::hours(1); },
      [](auto& d) { d.lines[0].period.cycle = 2; },
      [](auto& d) { d.lines[0].period.side = domain::Side::kAdvance; },
      [](auto& d) { d.lines[0].period_label = "2026-09"; },
      [](auto& d) { d.lines[0].true_up = true; },
      [](auto& d) { d.lines[0].line.key += "x"; },
      [](auto& d) { d.lines[0].line.charge = "fee"; },
      [](auto& d) { d.lines[0].line.description = "SMB"; },
      [](auto& d) { d.lines[0].line.starts_on = time::parse_date("2026-10-02"); },
      [](auto& d) { d.lines[0].line.ends_on = time::parse_date("2026-10-31"); },
      [](auto& d) { d.lines[0].line.quantity = 30; },
      [](auto& d) { d.lines[0].line.unit = "month"; },
      [](auto& d) { d.lines[0].line.amount = usd("100.01"); },
      [](auto& d) { d.lines[0].line.facts = "{}"; },
      [](auto& d) { d.payments.clear(); },
      [](auto& d) { d.payments[0].reference = "bank-2"; },
      [](auto& d) { d.payments[0].received_on = time::parse_date("2026-10-13"); },
      [](auto& d) { d.payments[0].amount = usd("60.01"); },
      [](auto& d) { d.brought_forward = usd("40.01"); },
      [](auto& d) { d.total = usd("100.01"); },
      [](auto& d) { d.payments_total = usd("60.01"); },
      [](auto& d) { d.carried_forward = usd("80.01"); },
  };
  expect_each_counts(specimen(), changes);
}

// Computed by hand as well, in the same way.
TEST(ContentHashTest, TheHashOfADocumentWithEverythingIsForEver) {
  EXPECT_EQ(to_hex(content_hash(full_specimen())),
            "13e175004289725868a80a108a4e8e77063bcc03991651331a16bbfc3182ef0c");
}

TEST(ContentHashTest, EveryPartThatADocumentNeedNotHaveCounts) {
  expect_each_counts(specimen(), {
                                     [](auto& d) { d.lines[0].line.tax = "reduced"; },
                                     [](auto& d) { d.lines[0].tax_percent = 0; },
                                     [](auto& d) { d.lines[0].counts = false; },
                                     [](auto& d) { d.subtotal = usd("90.00"); },
                                     [](auto& d) { d.coupons = full_specimen().coupons; },
                                     [](auto& d) { d.taxes = full_specimen().taxes; },
                                     [](auto& d) { d.credits = full_specimen().coupons; },
                                     [](auto& d) { d.credits_total = usd("0.01"); },
                                     [](auto& d) { d.corrects = 2; },
                                     [](auto& d) { d.corrects_number = "INV-2026-000002"; },
                                     [](auto& d) { d.reason = "INV-2026-000002"; },
                                 });
}

TEST(ContentHashTest, EverythingThesePartsSayIsInIt) {
  const Changes changes{
      [](auto& d) { d.lines[0].line.tax = "reduced"; },
      [](auto& d) { d.lines[1].line.tax = "standard"; },
      [](auto& d) { d.lines[0].tax_percent = std::nullopt; },
      [](auto& d) { d.lines[0].tax_percent = 20; },
      [](auto& d) { d.lines[0].counts = false; },
      [](auto& d) { d.lines[1].counts = true; },
      [](auto& d) { std::swap(d.lines[0].tax_percent, d.lines[1].tax_percent); },
      [](auto& d) { d.subtotal = usd("150.01"); },
      [](auto& d) { d.coupons.clear(); },
      [](auto& d) { d.coupons[0].credit = 3; },
      [](auto& d) { d.coupons[0].title = "welcome"; },
      [](auto& d) { d.coupons[0].amount = usd("10.01"); },
      [](auto& d) { std::swap(d.coupons, d.credits); },
      [](auto& d) { d.taxes.pop_back(); },
      [](auto& d) { std::swap(d.taxes[0], d.taxes[1]); },
      [](auto& d) { d.taxes[0].country = "AT"; },
      [](auto& d) { d.taxes[0].category = "reduced"; },
      [](auto& d) { d.taxes[0].percent = 20; },
      [](auto& d) { d.taxes[0].base = usd("94.01"); },
      [](auto& d) { d.taxes[0].tax = usd("17.87"); },
      [](auto& d) { d.taxes[0].included = true; },
      [](auto& d) { d.taxes[0].note = "another note"; },
      [](auto& d) { d.credits.clear(); },
      [](auto& d) { d.credits[0].credit = 2; },
      [](auto& d) { d.credits[0].title = "startup"; },
      [](auto& d) { d.credits[0].amount = usd("20.01"); },
      [](auto& d) { d.credits_total = usd("20.01"); },
      [](auto& d) { d.corrects = 1; },
      [](auto& d) { d.corrects_number = "INV-2026-000001"; },
      [](auto& d) { d.reason = ""; },
  };
  expect_each_counts(full_specimen(), changes);
}

TEST(ContentHashTest, DrawsCountByCredit) {
  domain::Document pieces = full_specimen();
  pieces.coupons = {{5, "Summer", usd("2.00")},
                    {2, "Welcome", usd("10.00")},
                    {7, "Winter", usd("0.00")},
                    {5, "Summer", usd("-3.00")}};
  EXPECT_EQ(content_hash(pieces), content_hash(full_specimen()));
}

TEST(ContentHashTest, TheNumberComesLastAndIsNotInIt) {
  domain::Document numbered = specimen();
  numbered.number = "INV-2026-000001";
  EXPECT_EQ(content_hash(numbered), content_hash(specimen()));
}

TEST(ContentHashTest, AQuantityIsTheSameHoweverManyZerosItWasWrittenWith) {
  domain::Document padded = specimen();
  padded.lines[0].line.quantity = money::Decimal::parse("31.000");
  EXPECT_EQ(content_hash(padded), content_hash(specimen()));
}

TEST(ChainHashTest, EveryPartOfALinkCounts) {
  const Sha256 content = content_hash(specimen());
  const Sha256 first = chain_hash(Sha256{}, content, "INV-2026-000001");
  EXPECT_EQ(to_hex(first), "830f25f33ad5abae360f03a46a2c5e34d46fc5285bd5e5b703f82aee8f9457f9");
  EXPECT_NE(chain_hash(Sha256{}, content, "INV-2026-000002"), first);
  EXPECT_NE(chain_hash(first, content, "INV-2026-000001"), first);
  EXPECT_NE(chain_hash(Sha256{}, first, "INV-2026-000001"), first);
}

}  // namespace

}  // namespace reckoner::invoicing
