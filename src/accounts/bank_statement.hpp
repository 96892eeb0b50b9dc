#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "money/money.hpp"
#include "time/time.hpp"

namespace reckoner::accounts {

/// A transaction of a bank account of ours, as the bank tells it.
struct BankEntry {
  std::string account;  ///< ours: IBAN, or the bank's own number
  std::string bank_id;  ///< the bank's name for the transaction, unique within the account
  time::Date booked_on{};
  money::Money amount;                     ///< below zero: money out
  std::optional<money::Money> instructed;  ///< what the payer ordered, where in another currency
  bool reversal = false;                   ///< takes back an earlier one
  std::string counterparty = {};
  std::string counterparty_account = {};
  std::string end_to_end = {};  ///< the payer's name for it
  std::string remittance = {};  ///< what the payer wrote, structured references included
  std::string doubt = {};       ///< why a person has to look at it, whatever it says
};

/// What a file says.
struct BankStatement {
  std::vector<BankEntry> entries;  ///< what is booked, in the file's order
  std::int64_t pending = 0;        ///< entries that the bank has not booked yet: told later again
};

/// Reads what a bank gives: camt.053.001.02 or .08 (ISO 20022, bank to customer statement), or CSV
/// (docs/reconciliation.md). A batch booking whose transactions are given becomes these; one whose
/// transactions do not sum to it stays one entry, with that doubt. Throws Error("file:line: …") for
/// what cannot be read, and where opening balance and entries do not give the closing balance.
BankStatement read_bank_statement(std::string_view file_name, std::string_view content);

BankStatement read_camt(std::string_view file_name, std::string_view content);
BankStatement read_bank_csv(std::string_view file_name, std::string_view content);

}  // namespace reckoner::accounts
