#pragma once

// Inside of accounts: what the database knows about the transactions of a bank's file.

#include <vector>

#include "accounts/bank_matching.hpp"
#include "store/connection.hpp"

namespace reckoner::accounts {

MatchFacts read_match_facts(store::Connection& connection, const std::vector<BankEntry>& entries);

}  // namespace reckoner::accounts
