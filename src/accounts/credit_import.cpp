#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

#include "accounts/credit_book.hpp"
#include "accounts/import_kinds.hpp"

namespace reckoner::accounts {

namespace {

enum : std::size_t {
  kKey,
  kCustomer,
  kKind,
  kAmount,
  kPercent,
  kCurrency,
  kTitle,
  kDocuments,
  kPriority,
  kStartsOn,
  kExpiresOn,
  kCharges
};
constexpr std::array kColumns = {
    Column{"key", true},        Column{"customer", true},    Column{"kind", true},
    Column{"amount", false},    Column{"percent", false},    Column{"currency", false},
    Column{"title", false},     Column{"documents", false},  Column{"priority", false},
    Column{"starts-on", false}, Column{"expires-on", false}, Column{"charges", false}};

struct CreditRow : ImportRow {
  std::string customer;
  CreditGrant grant;
};

/// A whole number of the column.
auto whole(std::string_view column) {
  return [column](std::string_view value) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size()) {
      throw Error(fmt::format("{} '{}' is not a whole number", column, value));
    }
    return number;
  };
}

std::vector<CreditRow> parse_rows(const Import& import) {
  std::vector<CreditRow> rows;
  KeysInFile keys;
  for (const TableRow& table_row : import.rows) {
    RowValues values(table_row, kColumns, import.problems);
    CreditRow row;
    row.line = table_row.line;
    CreditGrant& grant = row.grant;
    values.read(kKey, grant.key, parse_key);
    values.read(kCustomer, row.customer, parse_key);
    values.read(kKind, grant.kind, parse_credit_kind);
    values.read(kAmount, grant.amount, money::Decimal::parse);
    values.read(kPercent, grant.percent, parse_percentage);
    values.read(kCurrency, grant.currency, money::Currency::of);
    values.read(kTitle, grant.title, parse_text);
    values.read(kDocuments, grant.documents, whole("documents"));
    values.read(kPriority, grant.priority, whole("priority"));
    values.read(kStartsOn, grant.starts_on, parse_day);
    values.read(kExpiresOn, grant.expires_on, parse_day);
    values.read(kCharges, grant.charges,
                [](std::string_view text) { return parse_list(text, "charge", "charges"); });
    values.check([&] {
      if (grant.key.empty() || row.customer.empty()) return;
      keys.add(natural_key(row.customer, grant.key),
               fmt::format("credit '{}' of customer '{}'", grant.key, row.customer), row.line);
    });
    row.good = values.good();
    rows.push_back(std::move(row));
  }
  return rows;
}

ImportResult run(const Import& import) {
  const std::vector<CreditRow> rows = parse_rows(import);
  ChangeScope scope(import.connection, import.rules,
                    lock_customers(import, rows, &CreditRow::customer));
  CreditBook book(scope);
  ImportResult result;
  take_rows(
      import, rows,
      [&](const CreditRow& row, RowProblems& problems) {
        problems.check([&] {
          if (!row.customer.empty()) scope.customers.get(row.customer);
        });
        problems.check([&] { check_charges(import.rules.active, row.grant.charges); });
      },
      [&](const CreditRow& row) {
        const bool is_new = book.grant(scope.customers.get(row.customer), row.grant);
        ++(is_new ? result.created : result.unchanged);
      });
  import.problems.throw_if_any();
  book.write();
  return result;
}

}  // namespace

ImportSpec credit_import() {
  return {.columns = kColumns, .run = run};
}

}  // namespace reckoner::accounts
