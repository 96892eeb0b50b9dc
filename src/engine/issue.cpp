#include "engine/issue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "engine/postings.hpp"
#include "engine/program.hpp"
#include "engine/recipients.hpp"
#include "store/copy.hpp"
#include "store/journal_position.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kClaimPayments{"claim payments", R"(
  update payment p set claimed_by = c.ordinal
    from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as c(customer_id, payment, ordinal)
   where p.customer_id = c.customer_id and p.payment = c.payment and p.claimed_by is null)"};

constexpr store::Statement kAddToBalances{"add to balances", R"(
  insert into customer_balance (customer_id, currency, balance)
  select customer_id, currency, amount
    from unnest($1::bigint[], $2::text[], $3::numeric[]) as b(customer_id, currency, amount)
  on conflict (customer_id, currency)
  do update set balance = customer_balance.balance + excluded.balance)"};

constexpr store::Statement kSetOrdinals{"set ordinals", R"(
  update customer_state s set ordinal = greatest(s.ordinal, o.ordinal)
    from (select customer_id, max(ordinal) as ordinal
            from unnest($1::bigint[], $2::bigint[]) as u(customer_id, ordinal)
           group by customer_id) o
   where s.customer_id = o.customer_id)"};

/// For a column of type int.
std::int32_t as_int(std::int64_t number) {
  RK_CHECK(std::in_range<std::int32_t>(number));
  return static_cast<std::int32_t>(number);
}

money::Money sum_of(money::Currency currency, std::span<const domain::CreditDraw> draws) {
  money::Money sum(currency);
  for (const domain::CreditDraw& draw : draws) sum += draw.amount;
  return sum;
}

std::vector<CustomerId> customers_of(std::span<const DocumentWork> documents) {
  std::vector<CustomerId> customers;
  for (const DocumentWork& work : documents) customers.push_back(work.document.customer);
  return customers;
}

void copy_documents(store::Connection& connection, std::span<const DocumentWork> documents,
                    std::span<const Sha256> content_hashes, const IssueFacts& facts) {
  const std::string tzdata = time::Zone::database_version();
  const std::int64_t position = store::open_journal_position(connection);
  const auto recipients = recipients_now(connection, customers_of(documents));
  store::BinaryCopy copy(connection, "copy documents", "document",
                         {"customer_id",
                          "ordinal",
                          "kind",
                          "run_id",
                          "currency",
                          "issued_on",
                          "due_on",
                          "customer_name",
                          "email",
                          "time_zone",
                          "legal_entity",
                          "line_count",
                          "subtotal",
                          "coupons_total",
                          "tax_total",
                          "brought_forward",
                          "total",
                          "credits_total",
                          "payments_total",
                          "carried_forward",
                          "credit_limit",
                          "corrects",
                          "reason",
                          "version_id",
                          "cut",
                          "program",
                          "tzdata",
                          "content_hash",
                          "journal_position",
                          "recipient"});
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const domain::Document& document = documents[i].document;
    auto row = copy.row();
    row.add(document.customer).add(document.ordinal).add(domain::to_string(document.kind));
    row.add(facts.run).add(document.currency.code());
    row.add(document.issued_on).add(document.due_on);
    row.add(document.customer_name).add(document.email).add(document.zone);
    row.add(document.legal_entity).add(as_int(std::ssize(document.lines)));
    row.add(document.subtotal.amount());
    row.add(sum_of(document.currency, document.coupons).amount());
    row.add(tax_of(document, false).amount());
    row.add(document.brought_forward.amount()).add(document.total.amount());
    row.add(document.credits_total.amount());
    row.add(document.payments_total.amount()).add(document.carried_forward.amount());
    document.credit_limit ? row.add(document.credit_limit->amount()) : row.add(std::nullopt);
    row.add(document.corrects).add(document.reason);
    row.add(documents[i].version).add(facts.cut).add(kProgram).add(tzdata);
    row.add(store::Bytes(std::span<const std::uint8_t>(content_hashes[i]))).add(position);
    row.add(documents::to_stored(recipients.at(document.customer)));
    row.end();
  }
  copy.finish();
}

void copy_lines(store::Connection& connection, std::span<const DocumentWork> documents) {
  store::BinaryCopy copy(
      connection, "copy document lines", "document_line",
      {"customer_id",  "period_starts_at", "ordinal",  "line",         "cycle",  "side",
       "period_label", "true_up",          "key",      "subscription", "charge", "description",
       "starts_on",    "ends_on",          "quantity", "unit",         "amount", "facts",
       "tax_category", "tax_percent",      "counts"});
  for (const DocumentWork& work : documents) {
    std::int32_t number = 0;
    for (const domain::DocumentLine& entry : work.document.lines) {
      const domain::StatementLine& line = entry.line;
      auto row = copy.row();
      row.add(work.document.customer).add(entry.period.starts_at).add(work.document.ordinal);
      row.add(++number).add(as_int(entry.period.cycle)).add(domain::to_string(entry.period.side));
      row.add(entry.period_label).add(entry.true_up).add(line.key);
      line.subscription ? row.add(as_int(*line.subscription)) : row.add(std::nullopt);
      row.add(line.charge).add(line.description).add(line.starts_on).add(line.ends_on);
      row.add(line.quantity).add(line.unit).add(line.amount.amount()).add(line.facts);
      row.add(line.tax).add(entry.tax_percent).add(entry.counts);
      row.end();
    }
  }
  copy.finish();
}

void copy_taxes(store::Connection& connection, std::span<const DocumentWork> documents) {
  const auto has_taxes = [](const DocumentWork& work) { return !work.document.taxes.empty(); };
  if (std::none_of(documents.begin(), documents.end(), has_taxes)) return;
  store::BinaryCopy copy(connection, "copy document taxes", "document_tax",
                         {"customer_id", "ordinal", "position", "country", "category", "percent",
                          "base", "tax", "included", "note"});
  for (const DocumentWork& work : documents) {
    std::int32_t position = 0;
    for (const domain::TaxTotal& tax : work.document.taxes) {
      auto row = copy.row();
      row.add(work.document.customer).add(work.document.ordinal).add(++position);
      row.add(tax.country).add(tax.category).add(tax.percent).add(tax.base.amount());
      row.add(tax.tax.amount()).add(tax.included).add(tax.note);
      row.end();
    }
  }
  copy.finish();
}

void claim_payments(store::Connection& connection, std::span<const DocumentWork> documents) {
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> payments;
  std::vector<std::int64_t> ordinals;
  for (const DocumentWork& work : documents) {
    for (const domain::Payment& payment : work.document.payments) {
      customers.push_back(work.document.customer);
      payments.push_back(payment.number);
      ordinals.push_back(work.document.ordinal);
    }
  }
  if (payments.empty()) return;
  const std::int64_t claimed = connection.execute(kClaimPayments, {customers, payments, ordinals});
  RK_CHECK(claimed == static_cast<std::int64_t>(payments.size()));
}

void update_customers(store::Connection& connection, std::span<const DocumentWork> documents) {
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> ordinals;
  std::vector<CustomerId> owing;
  std::vector<std::string_view> currencies;
  std::vector<money::Decimal> amounts;
  for (const DocumentWork& work : documents) {
    customers.push_back(work.document.customer);
    ordinals.push_back(work.document.ordinal);
    // Beside an invoice of the same customer and currency, one of showback adds nothing.
    if (work.document.kind == domain::DocumentKind::kShowback) continue;
    owing.push_back(work.document.customer);
    currencies.push_back(work.document.currency.code());
    amounts.push_back(receivable_of(work.document).amount());
  }
  connection.execute(kAddToBalances, {owing, currencies, amounts});
  connection.execute(kSetOrdinals, {customers, ordinals});
}

}  // namespace

void write_documents(store::Connection& connection, std::span<const DocumentWork> documents,
                     std::span<const Sha256> content_hashes, const IssueFacts& facts) {
  if (documents.empty()) return;
  copy_documents(connection, documents, content_hashes, facts);
  copy_lines(connection, documents);
  copy_taxes(connection, documents);
  copy_postings(connection, documents, facts.chart);
  claim_payments(connection, documents);
  update_customers(connection, documents);
}

namespace {

constexpr store::Statement kCopies{"other addresses of a batch", R"(
  select a.customer_id, a.address
    from (select s.customer_id, unnest(s.also_to) as address, generate_subscripts(s.also_to, 1) as place
            from customer_setting s where s.customer_id = any($1::bigint[])) a
   order by a.customer_id, a.place)"};

/// The mails, and what goes to the other addresses that customers have named: mails of their own,
/// so that an address that does not work spoils nobody else's.
std::vector<OutgoingMail> with_copies(store::Connection& connection,
                                      std::span<const OutgoingMail> mails) {
  constexpr std::string_view kDocument = "document:";
  std::vector<std::int64_t> customers;
  for (const OutgoingMail& mail : mails) customers.push_back(mail.customer.value);
  std::map<CustomerId, std::vector<std::string>> addresses;
  for (const store::Row& row : connection.query(kCopies, {customers})) {
    addresses[CustomerId{row.int64("customer_id")}].push_back(row.text("address"));
  }
  std::vector<OutgoingMail> all(mails.begin(), mails.end());
  for (const OutgoingMail& mail : mails) {
    const auto others = addresses.find(mail.customer);
    if (others == addresses.end() || !mail.message_key.starts_with(kDocument)) continue;
    int number = 0;
    for (const std::string& address : others->second) {
      OutgoingMail& copy = all.emplace_back(mail);
      copy.message_key =
          fmt::format("copy:{}:{}", mail.message_key.substr(kDocument.size()), ++number);
      copy.recipient = address;
    }
  }
  return all;
}

}  // namespace

void write_outbox(store::Connection& connection, std::span<const OutgoingMail> mails,
                  time::Instant now) {
  if (mails.empty()) return;
  const std::vector<OutgoingMail> all = with_copies(connection, mails);
  store::BinaryCopy copy(connection, "copy outbox", "outbox",
                         {"customer_id", "message_key", "kind", "recipient", "template",
                          "version_id", "created_at", "next_try_at", "message_id"});
  for (const OutgoingMail& mail : all) {
    const Sha256 identity = Sha256Stream()
                                .field(std::to_string(mail.customer.value))
                                .field(mail.message_key)
                                .field(mail.recipient)
                                .finish();
    copy.row()
        .add(mail.customer)
        .add(mail.message_key)
        .add(mail.kind)
        .add(mail.recipient)
        .add(mail.member)
        .add(mail.version)
        .add(now)
        .add(now)
        .add(fmt::format("{}@reckoner", to_hex(identity).substr(0, 40)))
        .end();
  }
  copy.finish();
}

}  // namespace reckoner::engine
