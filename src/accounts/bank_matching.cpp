#include "accounts/bank_matching.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace reckoner::accounts {

namespace {

using money::Money;
using Verdict = Match::Verdict;

constexpr std::size_t kNeighboursMax = 4;
constexpr std::size_t kCandidatesMax = 400;
constexpr std::string_view kInWords = "-_./";

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string in_capitals(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

/// Letters and digits with what joins them, without that at the ends.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto end = [&] {
    while (!word.empty() && !is_letter_or_digit(word.back())) word.pop_back();
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  for (const char c : text) {
    const bool joins = kInWords.find(c) != std::string_view::npos;
    if (is_letter_or_digit(c) || (joins && !word.empty())) {
      word += c;
    } else {
      end();
    }
  }
  end();
  return words;
}

std::string name_of(const Money& money) {
  return fmt::format("{} {}", money.to_string(), money.currency().code());
}

/// The open document of just that amount; nullptr where there is none, or more than one.
const PossiblePayer::Document* of_amount(const PossiblePayer& payer, const Money& amount) {
  const PossiblePayer::Document* found = nullptr;
  for (const PossiblePayer::Document& document : payer.documents) {
    if (document.open.currency() != amount.currency() || document.open != amount) continue;
    if (found != nullptr) return nullptr;
    found = &document;
  }
  return found;
}

void pay_down(PossiblePayer& payer, const Money& amount, const std::string& number) {
  const auto balance = payer.balance.find(std::string(amount.currency().code()));
  if (balance != payer.balance.end()) balance->second -= amount;
  for (PossiblePayer::Document& document : payer.documents) {
    if (document.number != number || document.open.currency() != amount.currency()) continue;
    document.open -= amount.amount() < document.open.amount() ? amount : document.open;
  }
}

Match booked(PossiblePayer& payer, const Money& amount, std::string document, std::string why) {
  pay_down(payer, amount, document);
  return {Verdict::kBooked, std::move(why), payer.customer, std::move(document)};
}

Match open(std::string why) {
  return {Verdict::kOpen, std::move(why)};
}

/// A payer who is known by something else than a document's number must have paid just what one of
/// the documents asks for, or all that is owed.
std::optional<Match> by_amount(PossiblePayer& payer, const Money& amount,
                               std::string_view known_by) {
  if (const auto* document = of_amount(payer, amount)) {
    return booked(payer, amount, document->number,
                  fmt::format("{}, and the amount is that of {}", known_by, document->number));
  }
  const auto balance = payer.balance.find(std::string(amount.currency().code()));
  if (balance != payer.balance.end() && balance->second == amount) {
    return booked(payer, amount, "",
                  fmt::format("{}, and the amount is all that is owed", known_by));
  }
  return std::nullopt;
}

/// By the numbers of documents that the text names.
std::optional<Match> by_documents(const BankEntry& entry,
                                  const std::vector<std::string>& candidates, MatchFacts& facts) {
  std::set<std::string> numbers;
  std::set<CustomerId> customers;
  for (const std::string& candidate : candidates) {
    const auto found = facts.by_document.find(candidate);
    if (found == facts.by_document.end()) continue;
    numbers.insert(candidate);
    customers.insert(found->second);
  }
  if (numbers.empty()) return std::nullopt;
  if (customers.size() > 1) {
    return open(fmt::format("it names documents of {} customers", customers.size()));
  }
  PossiblePayer& payer = facts.payers.at(*customers.begin());
  std::vector<const PossiblePayer::Document*> named;
  for (const PossiblePayer::Document& document : payer.documents) {
    if (!numbers.contains(document.number)) continue;
    if (document.open.currency() != entry.amount.currency()) {
      return open(fmt::format("{} is in {}, and {} came in", document.number,
                              document.open.currency().code(), name_of(entry.amount)));
    }
    named.push_back(&document);
  }
  if (named.size() > 1) {
    return booked(payer, entry.amount, "", fmt::format("it names {}", fmt::join(numbers, ", ")));
  }
  const PossiblePayer::Document& document = *named.front();
  const std::string number = document.number;
  std::string why = fmt::format("it names {}", number);
  if (document.open != entry.amount) {
    why += fmt::format(", of which {} was open", name_of(document.open));
  }
  return booked(payer, entry.amount, number, std::move(why));
}

std::optional<Match> by_key(const BankEntry& entry, const std::vector<std::string>& candidates,
                            MatchFacts& facts) {
  std::set<CustomerId> customers;
  for (const std::string& candidate : candidates) {
    const auto found = facts.by_key.find(candidate);
    if (found != facts.by_key.end()) customers.insert(found->second);
  }
  if (customers.size() != 1) return std::nullopt;
  PossiblePayer& payer = facts.payers.at(*customers.begin());
  if (auto found = by_amount(payer, entry.amount, fmt::format("it names '{}'", payer.key))) {
    return found;
  }
  return open(fmt::format("it names '{}', who has no open document of that amount", payer.key));
}

std::optional<Match> by_counterparty(const BankEntry& entry, MatchFacts& facts) {
  const auto found = facts.by_account.find(entry.counterparty_account);
  if (entry.counterparty_account.empty() || found == facts.by_account.end()) return std::nullopt;
  if (found->second.size() > 1) {
    return open(fmt::format("{} customers have paid from that account", found->second.size()));
  }
  PossiblePayer& payer = facts.payers.at(*found->second.begin());
  const std::string known_by = fmt::format("'{}' has paid from that account before", payer.key);
  if (auto match = by_amount(payer, entry.amount, known_by)) return match;
  return open(known_by + ", but has no open document of that amount");
}

/// Money that goes back, for what came in under the same name.
Match take_back(const BankEntry& entry, MatchFacts& facts) {
  const auto earlier = facts.by_end_to_end.find(entry.end_to_end);
  if (entry.end_to_end.empty() || earlier == facts.by_end_to_end.end()) {
    return open("it takes back a payment that is not known");
  }
  std::vector<EarlierEntry>& entries = earlier->second;
  // Payers choose that name, so that it is theirs alone at most.
  const auto fits = [&](const EarlierEntry& one) {
    return one.account == entry.account && one.amount == -entry.amount &&
           (one.counterparty_account.empty() || entry.counterparty_account.empty() ||
            one.counterparty_account == entry.counterparty_account);
  };
  const auto found = std::find_if(entries.begin(), entries.end(), fits);
  const bool of_several = std::any_of(found, entries.end(), [&](const EarlierEntry& one) {
    return fits(one) && one.customer != found->customer;
  });
  if (of_several) {
    return open(fmt::format("several customers have paid this amount as '{}'", entry.end_to_end));
  }
  if (found == entries.end()) {
    return open(
        fmt::format("it takes back '{}', of which another amount was booked", entry.end_to_end));
  }
  const EarlierEntry taken = *found;
  entries.erase(found);
  return {Verdict::kBooked, fmt::format("it takes back '{}'", entry.end_to_end), taken.customer,
          taken.document};
}

Match match_money_in(const BankEntry& entry, MatchFacts& facts) {
  if (entry.instructed) {
    return open(fmt::format("{} were ordered, and {} came in", name_of(*entry.instructed),
                            name_of(entry.amount)));
  }
  const std::vector<std::string> candidates =
      candidates_in(entry.remittance + " " + entry.end_to_end);
  if (auto found = by_documents(entry, candidates, facts)) return *std::move(found);
  if (auto found = by_key(entry, candidates, facts)) return *std::move(found);
  if (auto found = by_counterparty(entry, facts)) return *std::move(found);
  return open("it names no document and no customer");
}

}  // namespace

std::vector<std::string> candidates_in(std::string_view text) {
  const std::vector<std::string> words = words_of(text);
  std::set<std::string> candidates;
  for (std::size_t length = 1; length <= kNeighboursMax; ++length) {
    for (std::size_t begin = 0; begin + length <= words.size(); ++begin) {
      for (const std::string_view joint : {"-", "/", ""}) {
        std::string candidate = words[begin];
        for (std::size_t i = 1; i < length; ++i) candidate.append(joint).append(words[begin + i]);
        if (candidates.size() >= kCandidatesMax) break;
        candidates.insert(in_capitals(candidate));
        candidates.insert(std::move(candidate));
        if (length == 1) break;
      }
    }
  }
  return {candidates.begin(), candidates.end()};
}

Match match(const BankEntry& entry, MatchFacts& facts) {
  if (!entry.doubt.empty()) return open(entry.doubt);
  if (entry.amount.sign() > 0 && entry.reversal) return open("money that went out has come back");
  if (entry.amount.sign() > 0) {
    Match found = match_money_in(entry, facts);
    if (found.verdict == Verdict::kBooked && !entry.end_to_end.empty()) {
      facts.by_end_to_end[entry.end_to_end].push_back({entry.account, entry.counterparty_account,
                                                       *found.customer, entry.amount,
                                                       found.document});
    }
    return found;
  }
  if (entry.reversal) return take_back(entry, facts);
  return {Verdict::kAside, "money out"};
}

}  // namespace reckoner::accounts
