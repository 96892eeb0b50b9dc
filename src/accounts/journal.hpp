#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "money/money.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::accounts {

/// Which part of the ledger is looked at. Empty members take everything.
struct JournalFilter {
  std::optional<time::Date> from = std::nullopt;
  std::optional<time::Date> to = std::nullopt;             ///< this day included
  std::string customer = {};                               ///< its key
  std::vector<std::string> accounts = {};                  ///< names in the chart: only their lines
  std::optional<std::string> legal_entity = std::nullopt;  ///< id; "" is the default one
};

/// Where an entry stands in the order of the list.
struct JournalPosition {
  time::Date booked_on;
  CustomerId customer;
  std::string entry;
};

/// One line of an entry.
struct JournalRow {
  CustomerId customer_id;
  time::Date booked_on;
  std::string customer;   ///< key
  std::string entry;      ///< "document:3", unique within the customer
  std::string reference;  ///< number of the document, reference of the payment, key of the credit
  std::string account;    ///< name in the chart
  money::Money amount;    ///< debit above zero
  std::string legal_entity;  ///< id
};

/// The lines of the first `limit` entries that match, by day, customer and entry; with `behind`
/// those that follow it. Throws Error for a customer that there is not.
std::vector<JournalRow> list_journal(store::Connection& connection, const JournalFilter& filter,
                                     std::int64_t limit,
                                     const std::optional<JournalPosition>& behind = std::nullopt);
/// How many entries the lines are of.
std::size_t entries_in(const std::vector<JournalRow>& rows);

/// What one account of one legal entity's books moved in one currency.
struct AccountBalance {
  std::string legal_entity;
  std::string account;
  money::Money opening;  ///< of all days before `from`; debit above zero, as all
  money::Money debit;    ///< sums of the days that are looked at, both not below zero
  money::Money credit;
  money::Money closing;  ///< opening + debit − credit
};

/// By legal entity, currency and account. Without `from` the opening balances are zero. Reads the
/// whole ledger once.
std::vector<AccountBalance> trial_balance(store::Connection& connection,
                                          const JournalFilter& filter);

/// One line for each legal entity and currency whose closing balances do not sum to zero: "default
/// EUR is off by 0.01".
std::vector<std::string> out_of_balance(const std::vector<AccountBalance>& balances);

}  // namespace reckoner::accounts
