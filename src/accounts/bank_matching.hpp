#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/bank_statement.hpp"
#include "base/id.hpp"
#include "money/money.hpp"

namespace reckoner::accounts {

/// What the payer may have meant by a number or a key: words of the text as they stand and in
/// capitals, and up to four neighbouring ones with '-', '/' or nothing between them, since payers
/// write "INV 2026 000123". At most 400.
std::vector<std::string> candidates_in(std::string_view text);

/// A customer as far as matching looks.
struct PossiblePayer {
  CustomerId customer;
  std::string key;
  struct Document {
    std::string number;
    money::Money open;  ///< what is left to pay of it
  };
  std::vector<Document> documents = {};              ///< all, in the order of issue
  std::map<std::string, money::Money> balance = {};  ///< what is owed in all, by currency code
};

/// What an earlier transaction was booked as.
struct EarlierEntry {
  std::string account;               ///< of ours
  std::string counterparty_account;  ///< may be empty
  CustomerId customer;
  money::Money amount;
  std::string document;
};

/// What is known about the transactions of a statement. Matching lowers what is open as it goes.
struct MatchFacts {
  std::map<CustomerId, PossiblePayer> payers;
  std::map<std::string, CustomerId, std::less<>> by_document;  ///< number of a document
  std::map<std::string, CustomerId, std::less<>> by_key;
  /// Who has paid from that account before.
  std::map<std::string, std::set<CustomerId>, std::less<>> by_account;
  /// Booked before under that account of ours and the payer's name for it.
  std::map<std::string, std::vector<EarlierEntry>, std::less<>> by_end_to_end;
};

/// What becomes of a transaction.
struct Match {
  enum class Verdict {
    kBooked,  ///< it is a payment of `customer`
    kOpen,    ///< a person has to look
    kAside,   ///< it is no payment of a customer
  };
  Verdict verdict = Verdict::kOpen;
  std::string why;  ///< for people
  std::optional<CustomerId> customer = std::nullopt;
  std::string document = {};  ///< the one it is for; empty: the oldest first
};

/// Whose money it is, where that is sure; docs/reconciliation.md has the rules. What is booked
/// lowers what is open in `facts`.
Match match(const BankEntry& entry, MatchFacts& facts);

}  // namespace reckoner::accounts
