#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/bank_statement.hpp"
#include "accounts/rules.hpp"
#include "store/connection.hpp"

namespace reckoner::accounts {

/// What became of the transactions in a bank's file: entries = known + booked + open + aside.
struct BankImport {
  std::int64_t entries = 0;
  std::int64_t known = 0;    ///< read before
  std::int64_t booked = 0;   ///< payments of customers
  std::int64_t open = 0;     ///< a person has to look
  std::int64_t aside = 0;    ///< no payments of customers
  std::int64_t pending = 0;  ///< not booked by the bank yet, and told again when they are
};

/// A transaction of a bank account as it is kept.
struct StoredBankEntry {
  std::int64_t number = 0;
  BankEntry entry;
  std::string file;
  time::Instant read_at;
  std::string state;      ///< "open", "booked", "aside"
  std::string why;        ///< how it was matched, why not, or why it was set aside
  std::string customer;   ///< key of whose payment it is
  std::string document;   ///< number of what it pays
  std::string reference;  ///< of the payment
  std::string decided_by;
  std::optional<time::Instant> decided_at;
};

// Each in a transaction of its own, or as a part of one that encloses it
// (store::TransactionKind::kEnclosing).

/// Reads a bank's file (bank_statement.hpp) and books what is surely a payment of a customer, as an
/// import of payments does; the rest is the work list. A transaction is taken once, however often
/// files tell of it. Throws Error for a file that cannot be used: nothing of it is stored then.
BankImport import_bank_file(store::Connection& connection, const ChangeRules& rules,
                            std::string_view file_name, std::string_view content);

/// The same for one payment that says exactly what it is for: booked to the document that its text
/// names alone, in that document's currency and with as much open of it; all else is the work list.
BankImport take_exact_payment(store::Connection& connection, const ChangeRules& rules,
                              std::string_view source, const BankEntry& entry);

/// The same for one that takes back, in whole or in part, the payment that its account knows under
/// the name `end_to_end` of the entry (above zero: that gives again what was taken back): booked to
/// that payment's customer and document, as long as what is taken back in all is neither more than
/// was paid nor less than nothing; all else is the work list.
BankImport take_return(store::Connection& connection, const ChangeRules& rules,
                       std::string_view source, const BankEntry& entry);

/// Of that state, or of all: the latest first, at most `limit`; only smaller numbers than `below`.
std::vector<StoredBankEntry> list_bank_entries(store::Connection& connection,
                                               const std::optional<std::string>& state,
                                               std::optional<std::int64_t> below,
                                               std::int64_t limit);
std::optional<StoredBankEntry> find_bank_entry(store::Connection& connection, std::int64_t number);

/// Whose payment an open entry, or one that was set aside, is.
struct Settlement {
  std::string customer;
  std::string document = {};  ///< number of what it pays; empty: the oldest first
  /// Books what the payer ordered, in its currency, instead of what came in.
  bool as_instructed = false;
};
/// Throws Error where there is no such entry, or it is booked, or the customer or document is none.
StoredBankEntry settle_bank_entry(store::Connection& connection, const ChangeRules& rules,
                                  std::int64_t number, const Settlement& settlement,
                                  std::string_view who);
/// An open entry that is no payment of a customer. Throws Error where it is not open, or why is
/// empty.
StoredBankEntry set_bank_entry_aside(store::Connection& connection, std::int64_t number,
                                     std::string_view why, std::string_view who, time::Instant now);

}  // namespace reckoner::accounts
