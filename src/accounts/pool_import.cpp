#include <fmt/format.h>

#include <array>
#include <optional>

#include "accounts/closings.hpp"
#include "accounts/import_kinds.hpp"
#include "accounts/pool_amounts.hpp"

namespace reckoner::accounts {

namespace {

enum : std::size_t { kPool, kMonth, kAmount, kCurrency, kNote };
constexpr std::array kColumns = {Column{"pool", true}, Column{"month", true},
                                 Column{"amount", true}, Column{"currency", false},
                                 Column{"note", false}};

struct PoolRow : ImportRow {
  std::string pool;
  std::string month;
  money::Decimal amount;
  std::optional<money::Currency> currency;  ///< none: the pool's
  std::string note;
};

std::vector<PoolRow> parse_rows(const Import& import) {
  std::vector<PoolRow> rows;
  KeysInFile keys;
  for (const TableRow& table_row : import.rows) {
    RowValues values(table_row, kColumns, import.problems);
    PoolRow row;
    row.line = table_row.line;
    values.read(kPool, row.pool, parse_key);
    values.read(kMonth, row.month,
                [](const std::string& text) { return month_label(parse_month(text)); });
    values.read(kAmount, row.amount, money::Decimal::parse);
    values.read(kCurrency, row.currency, money::Currency::of);
    values.read(kNote, row.note, parse_text);
    values.check([&] {
      if (row.pool.empty() || row.month.empty()) return;
      keys.add(natural_key(row.pool, row.month),
               fmt::format("{} of cost pool '{}'", row.month, row.pool), row.line);
    });
    row.good = values.good();
    rows.push_back(std::move(row));
  }
  return rows;
}

ImportResult run(const Import& import) {
  const std::vector<PoolRow> rows = parse_rows(import);
  std::vector<PoolAmount> amounts;
  take_rows(
      import, rows,
      [&](const PoolRow& row, RowProblems& problems) {
        problems.check([&] {
          if (!row.pool.empty()) require_pool(import.rules.active, row.pool);
        });
      },
      [&](const PoolRow& row) {
        const domain::CostPool& pool = require_pool(import.rules.active, row.pool);
        if (row.currency && *row.currency != pool.currency) {
          throw Error(fmt::format("cost pool '{}' is in {}, not in {}", pool.name,
                                  pool.currency.code(), row.currency->code()));
        }
        amounts.push_back({row.pool, row.month, {row.amount, pool.currency}, row.note});
      });
  import.problems.throw_if_any();
  ImportResult result;
  for (const PoolEntry entry :
       set_pool_amounts(import.connection, import.rules.active, amounts, import.rules.now)) {
    ++(entry == PoolEntry::kCreated   ? result.created
       : entry == PoolEntry::kChanged ? result.changed
                                      : result.unchanged);
  }
  return result;
}

}  // namespace

ImportSpec pool_import() {
  return {.columns = kColumns, .run = run};
}

}  // namespace reckoner::accounts
