#include <fmt/format.h>

#include <array>
#include <optional>

#include "accounts/charge_book.hpp"
#include "accounts/import_kinds.hpp"

namespace reckoner::accounts {

namespace {

enum : std::size_t { kKey, kCustomer, kOn, kTitle, kQuantity, kUnit, kPrice, kTax, kCurrency };
constexpr std::array kColumns = {
    Column{"key", true},   Column{"customer", true}, Column{"on", true},
    Column{"title", true}, Column{"quantity", true}, Column{"unit", false},
    Column{"price", true}, Column{"tax", false},     Column{"currency", false}};

struct ChargeRow : ImportRow {
  std::string customer;
  std::optional<time::Date> on;
  KeyedCharge charge;
};

std::vector<ChargeRow> parse_rows(const Import& import) {
  std::vector<ChargeRow> rows;
  KeysInFile keys;
  for (const TableRow& table_row : import.rows) {
    RowValues values(table_row, kColumns, import.problems);
    ChargeRow row;
    row.line = table_row.line;
    domain::ManualCharge& charge = row.charge.charge;
    charge.tax = kStandardTax;
    values.read(kKey, row.charge.key, parse_key);
    values.read(kCustomer, row.customer, parse_key);
    values.read(kOn, row.on, parse_day);
    values.read(kTitle, charge.title, parse_text);
    values.read(kQuantity, charge.quantity, money::Decimal::parse);
    values.read(kUnit, charge.unit, parse_text);
    values.read(kPrice, charge.price, money::Decimal::parse);
    values.read(kTax, charge.tax, parse_key);
    values.read(kCurrency, row.charge.currency, money::Currency::of);
    values.check([&] {
      if (row.charge.key.empty() || row.customer.empty()) return;
      keys.add(natural_key(row.customer, row.charge.key),
               fmt::format("charge '{}' of customer '{}'", row.charge.key, row.customer), row.line);
    });
    if (row.on) charge.on = *row.on;
    row.good = values.good();
    rows.push_back(std::move(row));
  }
  return rows;
}

ImportResult run(const Import& import) {
  const std::vector<ChargeRow> rows = parse_rows(import);
  ChangeScope scope(import.connection, import.rules,
                    lock_customers(import, rows, &ChargeRow::customer));
  ChargeBook book(scope);
  ImportResult result;
  take_rows(
      import, rows,
      [&](const ChargeRow& row, RowProblems& problems) {
        problems.check([&] {
          if (!row.customer.empty()) scope.customers.get(row.customer);
        });
      },
      [&](const ChargeRow& row) {
        const bool is_new = book.add(scope.customers.get(row.customer), row.charge);
        ++(is_new ? result.created : result.unchanged);
      });
  import.problems.throw_if_any();
  scope.write();
  book.write();
  return result;
}

}  // namespace

ImportSpec charge_import() {
  return {.columns = kColumns, .run = run};
}

}  // namespace reckoner::accounts
