// What must hold of the books of every world.

#include <fmt/format.h>

#include "engine/audit.hpp"
#include "engine/replay.hpp"
#include "invoicing/content_hash.hpp"
#include "invoicing/number_pattern.hpp"
#include "store/document_rows.hpp"
#include "store/transaction.hpp"
#include "support/billing.hpp"

namespace reckoner::test {

void BillingWorld::expect_books_in_order() {
  const auto version = active();
  for (const domain::LegalEntity& entity : version->configuration().legal_entities) {
    const std::string of_entity = entity.id.empty() ? "" : "/" + entity.id;
    expect_chain("billing.invoice.number" + of_entity, entity.invoice_pattern);
    expect_chain("billing.creditNote.number" + of_entity, entity.credit_note_pattern);
    expect_chain("showback" + of_entity, entity.showback_pattern);
  }
  expect_ordinals_and_hashes();
  expect_ledger();
  expect_books_of_entities();
  expect_periods_tile();
  expect_proofs();
}

void BillingWorld::expect_proofs() {
  store::Transaction snapshot(connection_, store::TransactionKind::kSnapshotReadOnly);
  engine::audit(connection_, *versions_, {.outcome = [](const store::CheckOutcome& outcome) {
                  EXPECT_TRUE(outcome.holds())
                      << outcome.name << ": " << testing::PrintToString(outcome.wrong);
                }});
  engine::Replay(connection_, *versions_).all(std::nullopt, [](engine::Replayed&& replayed) {
    EXPECT_TRUE(replayed.is_same())
        << "replay of " << replayed.number << ": " << testing::PrintToString(replayed.differences);
  });
}

void BillingWorld::expect_chain(std::string_view series, std::string_view pattern) {
  static constexpr store::Statement kChain{"story chain", R"(
    select i.number, i.year, i.seq, i.issued_at, i.chain_hash, d.content_hash, s.last_hash,
           s.next_seq, d.issued_on
      from issued i join document d using (customer_id, ordinal)
                    join series s on s.series = i.series and s.year = i.year
     where i.series = $1 order by i.year, i.seq)"};
  std::optional<time::Date> issued_on;
  Sha256 link{};
  std::int64_t year = -1;
  std::int64_t seq = 0;
  time::Instant issued_at{};
  std::string head;
  std::int64_t next_seq = 1;
  const auto as_bytes = [](const Sha256& hash) { return std::string(hash.begin(), hash.end()); };
  const auto expect_head = [&] {
    if (year < 0) return;
    EXPECT_EQ(head, as_bytes(link)) << series << " of " << year;
    EXPECT_EQ(next_seq, seq + 1) << series << " of " << year;
  };
  for (const store::Row& row : connection_.query(kChain, {series})) {
    if (row.int64("year") != year) {
      expect_head();
      link = {};
      seq = 0;
      year = row.int64("year");
      issued_at = row.instant("issued_at");
    }
    EXPECT_EQ(row.int64("seq"), ++seq) << "a gap in " << series;
    EXPECT_GE(row.instant("issued_at"), issued_at) << row.text("number");
    issued_at = row.instant("issued_at");
    EXPECT_GE(row.date("issued_on"), issued_on.value_or(row.date("issued_on")))
        << row.text("number") << " is of an earlier day than the number before";
    issued_on = row.date("issued_on");
    EXPECT_EQ(
        row.text("number"),
        invoicing::format_number(pattern, static_cast<int>(row.date("issued_on").year()), seq));
    Sha256 content{};
    const std::string stored = row.bytes("content_hash");
    std::copy(stored.begin(), stored.end(), content.begin());
    link = invoicing::chain_hash(link, content, row.text("number"));
    EXPECT_EQ(row.bytes("chain_hash"), as_bytes(link)) << row.text("number");
    head = row.bytes("last_hash");
    next_seq = row.int64("next_seq");
  }
  expect_head();
}

void BillingWorld::expect_ordinals_and_hashes() {
  static constexpr store::Statement kDocuments{"story documents", R"(
    select d.customer_id, d.ordinal, s.ordinal as last_ordinal, encode(d.content_hash, 'hex') as hash,
           row_number() over (partition by d.customer_id order by d.ordinal) as position,
           count(*) over (partition by d.customer_id) as documents,
           (select count(*) from issued i
             where i.customer_id = d.customer_id and i.ordinal = d.ordinal) as numbers
      from document d join customer_state s using (customer_id) order by d.customer_id, d.ordinal)"};
  std::vector<store::DocumentId> ids;
  std::vector<std::string> hashes;
  for (const store::Row& row : connection_.query(kDocuments)) {
    EXPECT_EQ(row.int64("ordinal"), row.int64("position"));
    EXPECT_EQ(row.int64("last_ordinal"), row.int64("documents"));
    EXPECT_EQ(row.int64("numbers"), 1);
    ids.push_back({{row.int64("customer_id")}, row.int64("ordinal")});
    hashes.push_back(row.text("hash"));
  }
  const auto documents = store::load_documents(connection_, ids);
  for (std::size_t i = 0; i < documents.size(); ++i) {
    EXPECT_EQ(to_hex(invoicing::content_hash(documents[i])), hashes[i]) << documents[i].number;
  }
}

void BillingWorld::expect_ledger() {
  EXPECT_EQ(
      number("select count(*) from (select 1 from posting group by customer_id, currency, entry "
             "having sum(amount) <> 0) broken"),
      0)
      << "entries that do not balance";
  EXPECT_EQ(
      number("select count(*) from customer_balance b where balance <> coalesce((select "
             "sum(amount) from posting p where p.customer_id = b.customer_id and p.currency = "
             "b.currency and p.account = 'receivable'), 0)"),
      0)
      << "running balances that differ from the ledger";
  EXPECT_EQ(
      number("select count(*) from document d where kind <> 'showback' and "
             "(total - credits_total, credits_total) <> "
             "(select coalesce(sum(amount) filter (where account = 'receivable'), 0), "
             "coalesce(sum(amount) filter (where account = 'prepaid'), 0) from posting p where "
             "p.customer_id = d.customer_id and p.currency = d.currency and p.entry = 'document:' "
             "|| d.ordinal)"),
      0)
      << "documents that the ledger does not know as they are";
  EXPECT_EQ(
      number("select count(*) from document d where (tax_total, -(select coalesce(sum(amount), 0) "
             "from posting p where p.customer_id = d.customer_id and p.currency = d.currency and "
             "p.entry = 'document:' || d.ordinal and p.account = 'tax')) <> (select "
             "coalesce(sum(tax) filter (where not included), 0), coalesce(sum(tax), 0) from "
             "document_tax t where t.customer_id = d.customer_id and t.ordinal = d.ordinal)"),
      0)
      << "documents whose taxes are not those of the ledger";
  EXPECT_EQ(
      number(
          "select count(*) from document d where kind <> 'showback' and "
          "(coupons_total, credits_total) <> (select "
          "coalesce(-sum(m.amount) filter (where c.kind = 'coupon'), 0), "
          "coalesce(-sum(m.amount) filter (where c.kind = 'prepaid'), 0) from credit_movement m "
          "join credit c on c.customer_id = m.customer_id and c.credit = m.credit where "
          "m.customer_id = d.customer_id and m.ordinal = d.ordinal and m.kind in ('draw', 'grant', "
          "'reverse'))"),
      0)
      << "documents whose coupons and credits are not what was drawn";
  EXPECT_EQ(
      number("select count(*) from document d where payments_total <> coalesce((select "
             "sum(amount) from payment p where p.customer_id = d.customer_id and p.currency = "
             "d.currency and p.claimed_by = d.ordinal), 0)"),
      0)
      << "documents that do not show the payments they claimed";
  EXPECT_EQ(
      number("select count(*) from document d join document n on n.customer_id = d.customer_id "
             "and n.currency = d.currency and n.ordinal = (select min(ordinal) from document m "
             "where m.customer_id = d.customer_id and m.currency = d.currency and m.ordinal > "
             "d.ordinal and m.kind <> 'showback') where d.kind <> 'showback' and "
             "n.brought_forward <> d.carried_forward"),
      0)
      << "documents that do not bring forward what the one before carried forward";
}

void BillingWorld::expect_books_of_entities() {
  EXPECT_EQ(number("select count(*) from (select 1 from posting group by legal_entity, currency "
                   "having sum(amount) <> 0) off"),
            0)
      << "legal entities whose books do not balance";
  EXPECT_EQ(number("select count(*) from document d join posting p on p.customer_id = "
                   "d.customer_id and p.entry = 'document:' || d.ordinal where (p.legal_entity, "
                   "p.booked_on) <> (d.legal_entity, d.issued_on)"),
            0)
      << "postings in other books, or on another day, than their document";
  EXPECT_EQ(
      number("select count(*) from (select customer_id, currency, sum(amount) as amount from "
             "posting where account = 'prepaid' group by customer_id, currency) p full join "
             "(select m.customer_id, c.currency, sum(m.amount) as amount from credit_movement m "
             "join credit c using (customer_id, credit) where c.kind = 'prepaid' group by "
             "m.customer_id, c.currency) m using (customer_id, currency) where "
             "coalesce(p.amount, 0) <> -coalesce(m.amount, 0)"),
      0)
      << "customers whose prepaid credits are not what the ledger holds for them";
}

void BillingWorld::expect_periods_tile() {
  EXPECT_EQ(
      number("select count(*) from (select starts_at, lag(ends_at) over (partition by "
             "customer_id, cycle, side order by starts_at) as last_end from billing_period) p "
             "where last_end is not null and last_end <> starts_at"),
      0)
      << "periods with a gap or an overlap";
  EXPECT_EQ(number("select count(*) from document_line l where not true_up and exists (select from "
                   "document_line o where o.customer_id = l.customer_id and o.period_starts_at = "
                   "l.period_starts_at and o.cycle = l.cycle and o.side = l.side and o.key = l.key "
                   "and not o.true_up and o.ordinal <> l.ordinal)"),
            0)
      << "periods that were billed for the first time twice";
}

}  // namespace reckoner::test
