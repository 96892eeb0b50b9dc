#include "invoicing/content_hash.hpp"

#include <gtest/gtest.h>

#include <functional>

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
          .issued_on = time::parse_date("2026-11-02"),
          .due_on = time::parse_date("2026-11-16"),
          .lines = {{{time::parse_instant("2026-09-30T22:00:00Z"), 1, domain::Side::kArrears},
                     "2026-10",
                     false,
                     fee}},
          .payments = {{1, "bank-1", time::parse_date("2026-10-12"), usd("60.00"), "thanks"}},
          .brought_forward = usd("40.00"),
          .total = usd("100.00"),
          .payments_total = usd("60.00"),
          .carried_forward = usd("80.00"),
          .credit_limit = usd("200.00")};
}

// Computed by hand as well: SHA-256 over the fields, each behind its length in eight bytes.
TEST(ContentHashTest, TheHashOfADocumentIsForEver) {
  EXPECT_EQ(to_hex(content_hash(specimen())),
            "f9d29eb489e42e3025ef0d62a5eb53e41afeac6cd64c8339660fec087901e3b0");
}

TEST(ContentHashTest, EverythingADocumentSaysIsInIt) {
  const std::vector<std::function<void(domain::Document&)>> changes{
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
  const Sha256 original = content_hash(specimen());
  for (std::size_t i = 0; i < changes.size(); ++i) {
    domain::Document changed = specimen();
    changes[i](changed);
    EXPECT_NE(content_hash(changed), original) << "change " << i;
  }
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
