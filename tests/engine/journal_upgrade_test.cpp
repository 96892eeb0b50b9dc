// A database of before the journal was complete: what was granted and numbered then is taken over.

#include <gmock/gmock.h>

#include "store/migrations.hpp"
#include "store/schema.hpp"
#include "support/database.hpp"

namespace reckoner::engine {

namespace {

std::size_t position_of(std::span<const EmbeddedFile> files, std::string_view name) {
  const auto found = std::find_if(files.begin(), files.end(), [&](const EmbeddedFile& file) {
    return file.name.find(name) != std::string_view::npos;
  });
  return static_cast<std::size_t>(found - files.begin());
}

TEST(JournalUpgrade, CreditsAreBookedAndSeriesKnowTheirLastDay) {
  static test::TestDatabase database([](store::Connection&) {});
  store::Connection connection({.conninfo = database.fresh()});
  const auto files = store::schema::embedded_files();
  store::migrate(connection, files.first(position_of(files, "journal")));
  connection.run_script({"before", R"(
    insert into customer (customer_id, key, name, email, time_zone, anchor_day, created_at)
    values (1, 'acme', 'Acme', '', 'UTC', 1, '2026-01-01Z');
    insert into credit (customer_id, credit, external_key, title, kind, currency, priority, charges,
                        created_at)
    values (1, 1, 'paid', 'Paid', 'prepaid', 'USD', 0, '{}', '2026-01-01Z'),
           (1, 2, 'coupon', 'Coupon', 'coupon', 'USD', 0, '{}', '2026-01-01Z');
    insert into credit_movement (customer_id, credit, movement, kind, amount, ordinal, reverses,
                                 booked_on)
    values (1, 1, 1, 'grant', 100, null, null, '2026-01-02'), (1, 2, 1, 'grant', 7, null, null, '2026-01-02'),
           (1, 1, 2, 'draw', -30, 1, null, '2026-02-02'), (1, 1, 3, 'reverse', 30, 2, 1, '2026-03-02'),
           (1, 1, 4, 'lapse', -30, 2, 1, '2026-03-02'), (1, 1, 5, 'grant', 5, 2, null, '2026-03-02');
    insert into posting (customer_id, entry, account, currency, amount, booked_on)
    values (1, 'document:1', 'prepaid', 'USD', 30, '2026-02-02'),
           (1, 'document:1', 'revenue', 'USD', -30, '2026-02-02'),
           (1, 'document:2', 'prepaid', 'USD', -35, '2026-03-02'),
           (1, 'document:2', 'revenue', 'USD', 35, '2026-03-02');
    insert into series (series, year, next_seq, last_hash, last_issued_at)
    values ('billing.invoice.number', 2026, 2, decode(repeat('00', 32), 'hex'), '2026-03-02T23:30Z'),
           ('billing.creditNote.number', 2026, 1, decode(repeat('00', 32), 'hex'), '2026-01-05T10:00Z');
    insert into issued (number, series, year, seq, customer_id, ordinal, issued_at, chain_hash)
    values ('INV-1', 'billing.invoice.number', 2026, 1, 1, 1, '2026-03-02T23:30Z',
            decode(repeat('00', 32), 'hex'));
    insert into document (customer_id, ordinal, kind, run_id, currency, issued_on, due_on,
                          customer_name, email, time_zone, line_count, brought_forward, subtotal,
                          total, credits_total, payments_total, carried_forward, version_id, cut,
                          program, tzdata, content_hash)
    values (1, 1, 'invoice', 1, 'USD', '2026-03-03', '2026-03-17', 'Acme', '', 'UTC', 1, 0, 30, 30,
            30, 0, 0, 1, 1, 'test', 'test', decode(repeat('00', 32), 'hex'))
  )"});
  store::migrate(connection, files);
  const auto text = [&](std::string_view name, std::string_view sql) {
    return connection.query({name, sql}).only().text(0);
  };
  EXPECT_EQ(text("prepaid", "select sum(amount)::text from posting where account = 'prepaid'"),
            "-75");
  EXPECT_EQ(text("left", "select sum(amount)::text from credit_movement where credit = 1"), "75");
  EXPECT_EQ(
      text("entries",
           "select string_agg(entry || ' ' || account || ' ' || amount || ' ' || "
           "booked_on, ', ' order by entry, account) from posting where entry not "
           "like 'document:%'"),
      "credit:1:1 credits-granted 100 2026-01-02, credit:1:1 prepaid -100 2026-01-02, lapse:2 "
      "credits-granted -30 2026-03-02, lapse:2 prepaid 30 2026-03-02");
  EXPECT_EQ(
      text("days", "select string_agg(last_issued_on::text, ' ' order by series) from series"),
      "2026-01-05 2026-03-03");
}

}  // namespace

}  // namespace reckoner::engine
