#pragma once

#include <vector>

#include "accounts/closings.hpp"
#include "accounts/journal.hpp"
#include "domain/chart.hpp"
#include "text/json.hpp"

namespace reckoner::accounts {

/// The ledger as JSON, on the command line and over HTTP: each writes one array. Accounts of the
/// chart have their number and title beside their name.
void write_lines(text::JsonWriter& json, const domain::Chart& chart,
                 const std::vector<JournalRow>& rows);
void write_balances(text::JsonWriter& json, const domain::Chart& chart,
                    const std::vector<AccountBalance>& balances);
/// Every account with what is posted on it, in words.
void write_accounts(text::JsonWriter& json, const domain::Chart& chart);
void write_closings(text::JsonWriter& json, const std::vector<ClosingRecord>& records);

/// The object that tells how a month was closed.
void write_closed(text::JsonWriter& json, const domain::Chart& chart, const MonthOfBooks& books,
                  const ClosedBooks& closed);

/// What is posted on each account of the chart, in words: "revenue charge=bandwidth".
std::vector<std::string> posted_on(const domain::Chart& chart, std::string_view account);

}  // namespace reckoner::accounts
