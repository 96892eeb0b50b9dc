#include "support/issued_documents.hpp"

#include "money/decimal.hpp"
#include "store/isolation.hpp"
#include "time/time.hpp"

namespace reckoner::test {

namespace {

constexpr store::Statement kCustomer{"insert customer", R"(
  insert into customer (customer_id, key, name, email, time_zone, anchor_day, created_at)
  values ($1, $2, $3, $4, 'UTC', 1, '2026-01-01Z'))"};
constexpr store::Statement kState{"insert customer state",
                                  "insert into customer_state (customer_id) values ($1)"};
constexpr store::Statement kKey{"insert customer key",
                                "insert into customer_key (key, customer_id) values ($2, $1)"};
constexpr store::Statement kCycle{"insert cycle", R"(
  insert into cycle (customer_id, cycle, engine, currency, anchor_day, time_zone)
  values ($1, 1, 'monthly', 'USD', 1, 'UTC'))"};
constexpr store::Statement kSubscription{"insert subscription", R"(
  insert into subscription (customer_id, subscription, external_key, cycle, plan, currency, starts_at,
                            created_at)
  values ($1, 1, 's1', 1, 'SMB', 'USD', '2026-01-01Z', '2026-01-01Z'))"};

constexpr store::Statement kDocument{"insert document", R"(
  insert into document (customer_id, ordinal, kind, run_id, currency, issued_on, due_on, customer_name,
                        email, time_zone, line_count, brought_forward, subtotal, total, payments_total,
                        carried_forward, credit_limit, version_id, cut, program, tzdata, content_hash)
  select customer_id, $2, 'invoice', $3, 'USD', '2026-11-01', '2026-11-15', name, email, time_zone, 2,
         $4, $5, $5, $6, $7, 10, 1, 1, 'test', 'test', decode(repeat('ab', 32), 'hex')
    from customer where customer_id = $1)"};
constexpr store::Statement kLines{"insert lines", R"(
  insert into document_line (customer_id, period_starts_at, ordinal, line, cycle, side, period_label,
                             true_up, key, subscription, charge, description, starts_on, ends_on,
                             quantity, unit, amount, facts)
  values ($1, '2026-10-01Z', $2, 1, 1, 'arrears', '2026-10', false, 'sub:1|subscription||arrears', 1,
          'subscription', 'SMB subscription', '2026-10-01', '2026-11-01', 31, 'day', $3, '{}'),
         ($1, '2026-10-01Z', $2, 2, 1, 'arrears', '2026-10', false, 'sub:1|bandwidth||arrears', 1,
          'bandwidth', 'Bandwidth', '2026-10-01', '2026-11-01', 12.5, 'MB', $4, '{"price":"0.2"}'))"};
constexpr store::Statement kPayment{"insert payment", R"(
  insert into payment (customer_id, payment, reference, received_on, currency, amount, note, document,
                       created_at, claimed_by)
  values ($1, $2, 'ref-' || $2::bigint, '2026-10-20', 'USD', $3, 'thank you', '', '2026-10-20Z', $2))"};
constexpr store::Statement kIssued{"insert issued", R"(
  insert into issued (number, series, year, seq, customer_id, ordinal, issued_at, chain_hash)
  values ($3, 'billing.invoice.number', 2026, (select count(*) + 1 from issued), $1, $2, '2026-11-01Z',
          decode(repeat('cd', 32), 'hex')))"};

}  // namespace

std::string fresh_schema() {
  static TestDatabase database([](store::Connection& connection) {
    store::migrate(connection, store::schema::embedded_files());
    store::settle_isolation(connection);
  });
  return database.fresh();
}

void insert_customer(store::Connection& connection, std::int64_t id, std::string_view key,
                     std::string_view name, std::string_view email) {
  connection.execute(kCustomer, {id, key, name, email});
  connection.execute(kState, {id});
  connection.execute(kKey, {id, key});
  connection.execute(kCycle, {id});
  connection.execute(kSubscription, {id});
}

void insert_document(store::Connection& connection, const IssuedDocument& document) {
  using money::Decimal;
  const Decimal fee = Decimal::parse(document.fee);
  const Decimal usage = Decimal::parse(document.usage);
  const Decimal brought = Decimal::parse(document.brought_forward);
  const Decimal payment = Decimal::parse(document.payment);
  connection.execute(kDocument, {document.customer, document.ordinal, document.run, brought,
                                 fee + usage, payment, brought + fee + usage - payment});
  connection.execute(kLines, {document.customer, document.ordinal, fee, usage});
  connection.execute(kPayment, {document.customer, document.ordinal, payment});
  connection.execute(kIssued, {document.customer, document.ordinal, document.number});
}

}  // namespace reckoner::test
