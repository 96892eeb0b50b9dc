#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>

#include "accounts/import_kinds.hpp"
#include "invoicing/journal.hpp"
#include "store/announcements.hpp"
#include "store/journal_rows.hpp"
#include "text/json.hpp"

namespace reckoner::accounts {

namespace {

enum : std::size_t { kReference, kCustomer, kAmount, kCurrency, kReceivedOn, kDocument, kNote };
constexpr std::array kColumns = {Column{"reference", true},   Column{"customer", true},
                                 Column{"amount", true},      Column{"currency", false},
                                 Column{"received-on", true}, Column{"document", false},
                                 Column{"note", false}};

constexpr store::Statement kRead{"accounts.read_payments", R"(
  select p.customer_id, p.reference, p.received_on, p.currency, p.amount, p.note, p.document
    from payment p
    join unnest($1::bigint[], $2::text[]) as w(customer_id, reference)
      on p.customer_id = w.customer_id and p.reference = w.reference)"};

constexpr store::Statement kLastNumbers{"accounts.read_last_payments", R"(
  select customer_id, max(payment) as last from payment
   where customer_id = any($1::bigint[]) group by customer_id)"};

constexpr store::Statement kInsert{"accounts.insert_payments", R"(
  insert into payment (customer_id, payment, reference, received_on, currency, amount, note,
                       document, created_at)
  select *, $9 from unnest($1::bigint[], $2::bigint[], $3::text[], $4::date[], $5::text[],
                           $6::numeric[], $7::text[], $8::text[]))"};

constexpr store::Statement kAddToBalances{"accounts.add_to_balances", R"(
  insert into customer_balance (customer_id, currency, balance)
  select customer_id, currency, -sum(amount)
    from unnest($1::bigint[], $2::text[], $3::numeric[]) as p(customer_id, currency, amount)
   group by customer_id, currency
  on conflict (customer_id, currency)
  do update set balance = customer_balance.balance + excluded.balance)"};

struct PaymentRow : ImportRow {
  std::string reference;
  std::string customer;
  money::Decimal amount;
  std::optional<money::Currency> currency;
  std::optional<time::Date> received_on;
  std::string document;
  std::string note;
};

std::vector<PaymentRow> parse_rows(const Import& import) {
  std::vector<PaymentRow> rows;
  KeysInFile keys;
  const money::Currency usual = import.rules.active.settings.currency("billing.currency");
  for (const TableRow& table_row : import.rows) {
    RowValues values(table_row, kColumns, import.problems);
    PaymentRow row;
    row.line = table_row.line;
    row.currency = usual;
    values.read(kReference, row.reference, parse_key);
    values.read(kCustomer, row.customer, parse_key);
    values.read(kCurrency, row.currency, money::Currency::of);
    values.read(kAmount, row.amount, [&](std::string_view text) {
      const money::Money amount(money::Decimal::parse(text), *row.currency);
      if (amount.is_zero()) throw Error("a payment of nothing is none");
      return amount.amount();
    });
    values.read(kReceivedOn, row.received_on, parse_day);
    values.read(kDocument, row.document, parse_key);
    values.read(kNote, row.note, parse_text);
    values.check([&] {
      if (row.reference.empty() || row.customer.empty()) return;
      keys.add(natural_key(row.customer, row.reference),
               fmt::format("payment '{}' of customer '{}'", row.reference, row.customer), row.line);
    });
    row.good = values.good();
    rows.push_back(std::move(row));
  }
  return rows;
}

class PaymentImport {
 public:
  explicit PaymentImport(const Import& import)
      : import_(import),
        rows_(parse_rows(import)),
        customers_(lock_customers(import, rows_, &PaymentRow::customer)) {}

  ImportResult run() {
    read_payments();
    take_rows(
        import_, rows_,
        [&](const PaymentRow& row, RowProblems& problems) {
          problems.check([&] {
            if (!row.customer.empty()) customers_.get(row.customer);
          });
        },
        [&](const PaymentRow& row) { take(row); });
    import_.problems.throw_if_any();
    write();
    return result_;
  }

 private:
  struct Stored {
    money::Money amount;
    time::Date received_on;
    std::string document;
    std::string note;
  };

  void read_payments() {
    std::vector<CustomerId> customers;
    std::vector<std::string> references;
    for (const PaymentRow& row : rows_) {
      const domain::Customer* customer = customers_.find(row.customer);
      if (customer == nullptr) continue;
      customers.push_back(customer->id);
      references.push_back(row.reference);
    }
    for (const store::Row& row : import_.connection.query(kRead, {customers, references})) {
      const money::Currency currency = money::Currency::of(row.text("currency"));
      stored_.emplace(std::pair(CustomerId{row.int64("customer_id")}, row.text("reference")),
                      Stored{.amount = money::Money(row.decimal("amount"), currency),
                             .received_on = row.date("received_on"),
                             .document = row.text("document"),
                             .note = row.text("note")});
    }
    for (const store::Row& row : import_.connection.query(kLastNumbers, {customers})) {
      last_numbers_[{row.int64("customer_id")}] = row.int64("last");
    }
  }

  void take(const PaymentRow& row) {
    const domain::Customer& customer = customers_.get(row.customer);
    const auto stored = stored_.find({customer.id, row.reference});
    if (stored != stored_.end()) {
      check_same(row, stored->second);
      ++result_.unchanged;
      return;
    }
    ids_.push_back(customer.id);
    entities_.push_back(customer.legal_entity);
    numbers_.push_back(++last_numbers_[customer.id]);
    references_.push_back(row.reference);
    received_on_.push_back(*row.received_on);
    currencies_.emplace_back(row.currency->code());
    amounts_.push_back(row.amount);
    notes_.push_back(row.note);
    documents_.push_back(row.document);
    ++result_.created;
  }

  static void check_same(const PaymentRow& row, const Stored& stored) {
    const bool same = stored.amount.currency() == *row.currency &&
                      stored.amount.amount() == row.amount &&
                      stored.received_on == *row.received_on && stored.document == row.document &&
                      stored.note == row.note;
    if (same) return;
    throw Error(fmt::format(
        "payment '{}' of customer '{}' is stored as {} {} received on {}{}{}: a payment is a fact "
        "and does not change",
        row.reference, row.customer, stored.amount.to_string(), stored.amount.currency().code(),
        time::to_string(stored.received_on),
        stored.document.empty() ? "" : fmt::format(" for document '{}'", stored.document),
        stored.note.empty() ? "" : fmt::format(", note '{}'", stored.note)));
  }

  void write() {
    import_.connection.execute(kInsert, {ids_, numbers_, references_, received_on_, currencies_,
                                         amounts_, notes_, documents_, import_.rules.now});
    post();
    import_.connection.execute(kAddToBalances, {ids_, currencies_, amounts_});
    announce();
  }

  void announce() {
    store::Announcements announcements(import_.connection, ids_);
    for (std::size_t i = 0; announcements.any() && i < ids_.size(); ++i) {
      text::JsonWriter json;
      json.begin_object().key("customer").string(customers_.of(ids_[i]).key);
      json.key("payment").number(numbers_[i]).key("reference").string(references_[i]);
      json.key("received_on").string(time::to_string(received_on_[i]));
      json.key("currency").string(currencies_[i]);
      json.key("amount").string(
          money::Money(amounts_[i], money::Currency::of(currencies_[i])).to_string());
      json.key("document");
      documents_[i].empty() ? json.null() : json.string(documents_[i]);
      json.end_object();
      announcements.add(ids_[i], "payment.booked", json.finish());
    }
    announcements.write(import_.rules.now);
  }

  /// On the day it was received, or the first one on which the books are still open.
  void post() {
    store::JournalRows rows(import_.connection);
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      const std::string& entity = entities_[i];
      const std::string entry = fmt::format("payment:{}", numbers_[i]);
      const money::Money amount(amounts_[i], money::Currency::of(currencies_[i]));
      const time::Date day = customers_.books().booking_day(entity, received_on_[i]);
      for (const invoicing::JournalLine& line :
           invoicing::payment_entry(amount, import_.rules.active.chart, entity)) {
        rows.add(ids_[i], entry, line.account, line.amount, day, entity);
      }
    }
    rows.finish();
  }

  const Import& import_;
  const std::vector<PaymentRow> rows_;
  const KnownCustomers customers_;
  std::map<std::pair<CustomerId, std::string>, Stored> stored_;
  std::unordered_map<CustomerId, std::int64_t> last_numbers_;

  // The new payments, by column.
  std::vector<CustomerId> ids_;
  std::vector<std::string> entities_;
  std::vector<std::int64_t> numbers_;
  std::vector<std::string> references_;
  std::vector<time::Date> received_on_;
  std::vector<std::string> currencies_;
  std::vector<money::Decimal> amounts_;
  std::vector<std::string> notes_;
  std::vector<std::string> documents_;
  ImportResult result_;
};

}  // namespace

ImportSpec payment_import() {
  return {.columns = kColumns,
          .run = [](const Import& import) { return PaymentImport(import).run(); }};
}

}  // namespace reckoner::accounts
