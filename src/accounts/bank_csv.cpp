#include <fmt/format.h>

#include <array>

#include "accounts/bank_statement.hpp"
#include "accounts/import.hpp"
#include "accounts/table_file.hpp"
#include "accounts/values.hpp"

namespace reckoner::accounts {

namespace {

enum : std::size_t {
  kAccount,
  kId,
  kBookedOn,
  kAmount,
  kCurrency,
  kCounterparty,
  kCounterpartyAccount,
  kText,
  kEndToEnd,
  kReversal
};
constexpr std::array kColumns = {Column{"account", true},
                                 Column{"id", true},
                                 Column{"booked-on", true},
                                 Column{"amount", true},
                                 Column{"currency", true},
                                 Column{"counterparty", false},
                                 Column{"counterparty-account", false},
                                 Column{"text", false},
                                 Column{"end-to-end", false},
                                 Column{"reversal", false}};

/// None where something is wrong with the row, which is a problem then.
std::optional<BankEntry> entry_of(const TableRow& row, Problems& problems) {
  RowValues values(row, kColumns, problems);
  money::Currency currency = money::Currency::of("EUR");
  values.read(kCurrency, currency, money::Currency::of);
  BankEntry entry{.account = {}, .bank_id = {}, .amount = money::Money(currency), .instructed = {}};
  values.read(kAccount, entry.account, parse_key);
  values.read(kId, entry.bank_id, parse_key);
  values.read(kBookedOn, entry.booked_on, parse_day);
  values.read(kAmount, entry.amount, [&](std::string_view text) {
    const money::Money amount(money::Decimal::parse(text), currency);
    if (amount.is_zero()) throw Error("a transaction of nothing is none");
    return amount;
  });
  values.read(kCounterparty, entry.counterparty, parse_text);
  values.read(kCounterpartyAccount, entry.counterparty_account, parse_key);
  values.read(kText, entry.remittance, parse_text);
  values.read(kEndToEnd, entry.end_to_end, parse_key);
  values.read(kReversal, entry.reversal, parse_boolean);
  if (!values.good()) return std::nullopt;
  return entry;
}

}  // namespace

BankStatement read_bank_csv(std::string_view file_name, std::string_view content) {
  Problems problems(file_name);
  BankStatement statement;
  for (const TableRow& row : read_table(file_name, content, kColumns, problems)) {
    if (auto entry = entry_of(row, problems)) statement.entries.push_back(*std::move(entry));
  }
  problems.throw_if_any();
  return statement;
}

BankStatement read_bank_statement(std::string_view file_name, std::string_view content) {
  const std::size_t first = content.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  const bool is_xml = first != std::string_view::npos && content[first] == '<';
  return is_xml ? read_camt(file_name, content) : read_bank_csv(file_name, content);
}

}  // namespace reckoner::accounts
