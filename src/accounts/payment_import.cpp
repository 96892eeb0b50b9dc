#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "accounts/import_kinds.hpp"
#include "accounts/payment_book.hpp"

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
        customers_(lock_customers(import, rows_, &PaymentRow::customer)),
        book_(import.connection, import.rules, customers_) {}

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
    book_.write();
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
  }

  void take(const PaymentRow& row) {
    const domain::Customer& customer = customers_.get(row.customer);
    const auto stored = stored_.find({customer.id, row.reference});
    if (stored != stored_.end()) {
      check_same(row, stored->second);
      ++result_.unchanged;
      return;
    }
    book_.add({.customer = customer.id,
               .reference = row.reference,
               .amount = money::Money(row.amount, *row.currency),
               .received_on = *row.received_on,
               .document = row.document,
               .note = row.note});
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

  const Import& import_;
  const std::vector<PaymentRow> rows_;
  const KnownCustomers customers_;
  std::map<std::pair<CustomerId, std::string>, Stored> stored_;
  PaymentBook book_;
  ImportResult result_;
};

}  // namespace

ImportSpec payment_import() {
  return {.columns = kColumns,
          .run = [](const Import& import) { return PaymentImport(import).run(); }};
}

}  // namespace reckoner::accounts
