#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "accounts/bank_statement.hpp"
#include "accounts/values.hpp"
#include "base/error.hpp"
#include "config/xml.hpp"

namespace reckoner::accounts {

namespace {

using config::Element;
using money::Money;

constexpr std::string_view kMessage = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.";
constexpr std::size_t kTextMax = 1000;

/// The element at the end of a path of children, each at most once; none where one is missing.
std::optional<Element> find(const Element& from, std::initializer_list<std::string_view> path) {
  std::optional<Element> at = from;
  for (const std::string_view name : path) {
    at = at->child(name);
    if (!at) return std::nullopt;
  }
  return at;
}

std::string text_at(const Element& from, std::initializer_list<std::string_view> path) {
  const auto found = find(from, path);
  return found ? found->text() : "";
}

/// One line, cut between two signs.
std::string one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  if (text.size() > kTextMax) {
    text.resize(kTextMax);
    while ((static_cast<unsigned char>(text.back()) & 0xc0) == 0x80) text.pop_back();
    if (static_cast<unsigned char>(text.back()) >= 0xc0) text.pop_back();
  }
  return text;
}

std::string first_of(std::initializer_list<std::string> texts) {
  for (const std::string& text : texts) {
    if (!text.empty()) return text;
  }
  return "";
}

/// An element that carries its currency.
Money money_of(const Element& amount) {
  try {
    return Money(money::Decimal::parse(amount.text()), money::Currency::of(amount.required("Ccy")));
  } catch (const Error& error) {
    amount.fail(error.what());
  }
}

bool is_credit(const Element& of) {
  const Element indicator = of.required_child("CdtDbtInd");
  const std::string word = indicator.text();
  if (word == "CRDT") return true;
  if (word == "DBIT") return false;
  indicator.fail(fmt::format("'{}' is neither CRDT nor DBIT", word));
}

Money signed_money(const Element& of) {
  const Money amount = money_of(of.required_child("Amt"));
  return is_credit(of) ? amount : -amount;
}

time::Date day_of(const Element& date) {
  const std::string day = first_of({text_at(date, {"Dt"}), text_at(date, {"DtTm"})}).substr(0, 10);
  try {
    return parse_day(day);
  } catch (const Error& error) {
    date.fail(error.what());
  }
}

/// "IBAN" or the bank's own number.
std::string account_of(const Element& account) {
  return first_of({text_at(account, {"Id", "IBAN"}), text_at(account, {"Id", "Othr", "Id"})});
}

/// Of the other side: who paid money that came in, who got what went out.
struct Party {
  std::string name;
  std::string account;
};

Party party_of(const Element& details, bool came_in) {
  const auto parties = details.child("RltdPties");
  if (!parties) return {};
  const std::string_view who = came_in ? "Dbtr" : "Cdtr";
  const std::string_view where = came_in ? "DbtrAcct" : "CdtrAcct";
  Party party;
  party.name = first_of({text_at(*parties, {who, "Pty", "Nm"}), text_at(*parties, {who, "Nm"})});
  if (const auto account = parties->child(where)) party.account = account_of(*account);
  return party;
}

/// Everything that the payer wrote, references first.
std::string remittance_of(const Element& details) {
  const auto information = details.child("RmtInf");
  if (!information) return "";
  std::vector<std::string> parts;
  for (const Element& structured : information->children("Strd")) {
    for (const Element& document : structured.children("RfrdDocInf")) {
      parts.push_back(text_at(document, {"Nb"}));
    }
    parts.push_back(text_at(structured, {"CdtrRefInf", "Ref"}));
    for (const Element& more : structured.children("AddtlRmtInf")) parts.push_back(more.text());
  }
  // Banks cut what the payer wrote into pieces, also within words.
  for (const Element& line : information->children("Ustrd")) parts.push_back(line.text());
  std::erase(parts, "");
  return fmt::format("{}", fmt::join(parts, " "));
}

std::optional<Money> instructed_of(const Element& details, const Money& booked) {
  const auto amount = find(details, {"AmtDtls", "InstdAmt", "Amt"});
  if (!amount) return std::nullopt;
  const Money instructed = money_of(*amount);
  if (instructed.currency() == booked.currency()) return std::nullopt;
  return booked.amount().sign() < 0 ? -instructed : instructed;
}

/// What the transaction adds to the account, where it says so.
std::optional<Money> amount_of(const Element& details, bool came_in, money::Currency currency) {
  auto amount = details.child("Amt");
  if (!amount) amount = find(details, {"AmtDtls", "TxAmt", "Amt"});
  if (!amount) return std::nullopt;
  const Money money = money_of(*amount);
  if (money.currency() != currency) return std::nullopt;
  const bool credit = details.child("CdtDbtInd") ? is_credit(details) : came_in;
  return credit ? money : -money;
}

class CamtReader {
 public:
  explicit CamtReader(BankStatement& statement) : statement_(statement) {}

  void read(const Element& root) {
    const std::string_view space = root.namespace_uri();
    const bool known = space.starts_with(kMessage) &&
                       (space.ends_with(".02") || space.ends_with(".08")) &&
                       space.size() == kMessage.size() + 2;
    if (root.name() != "Document" || !known) {
      root.fail(fmt::format("neither camt.053.001.02 nor camt.053.001.08, but '{}'", space));
    }
    for (const Element& one : root.required_child("BkToCstmrStmt").children("Stmt")) {
      read_statement(one);
    }
  }

 private:
  void read_statement(const Element& statement) {
    const Element account = statement.required_child("Acct");
    account_ = one_line(account_of(account));
    if (account_.empty()) account.fail("the account has neither an IBAN nor a number");
    statement_id_ = statement.required_child("Id").text();
    position_ = 0;
    sum_.reset();
    for (const Element& entry : statement.children("Ntry")) read_entry(entry);
    check_balances(statement);
  }

  void read_entry(const Element& entry) {
    ++position_;
    const Element status = entry.required_child("Sts");
    const std::string word = first_of({text_at(status, {"Cd"}), status.text()});
    if (word == "PDNG" || word == "INFO" || word == "FUTR") {
      ++statement_.pending;
      return;
    }
    if (word != "BOOK") status.fail(fmt::format("'{}' is no status of an entry", word));
    const Money amount = signed_money(entry);
    if (amount.is_zero()) return;
    sum_ = sum_ ? *sum_ + amount : amount;
    std::vector<Element> transactions;
    for (const Element& details : entry.children("NtryDtls")) {
      for (const Element& one : details.children("TxDtls")) transactions.push_back(one);
    }
    if (transactions.size() <= 1) {
      add(entry, amount, transactions.empty() ? std::nullopt : std::optional(transactions[0]),
          id_of(entry));
    } else {
      read_batch(entry, amount, transactions);
    }
  }

  void read_batch(const Element& entry, const Money& whole,
                  const std::vector<Element>& transactions) {
    std::vector<Money> amounts;
    Money sum(whole.currency());
    for (const Element& one : transactions) {
      const auto amount = amount_of(one, whole.amount().sign() > 0, whole.currency());
      if (!amount || amount->is_zero()) break;
      amounts.push_back(*amount);
      sum += *amount;
    }
    if (amounts.size() != transactions.size() || sum != whole) {
      add(entry, whole, std::nullopt, id_of(entry));
      statement_.entries.back().doubt =
          amounts.size() == transactions.size()
              ? fmt::format("its {} transactions sum to {}, not {}", transactions.size(),
                            sum.to_string(), whole.to_string())
              : "not all of its transactions say what they are worth";
      return;
    }
    std::set<std::string> ids;
    for (std::size_t i = 0; i < transactions.size(); ++i) {
      std::string id = text_at(transactions[i], {"Refs", "AcctSvcrRef"});
      if (id.empty()) id = text_at(transactions[i], {"Refs", "TxId"});
      // Some banks repeat the reference of the entry.
      if (id.empty() || id == text_at(entry, {"AcctSvcrRef"}) || !ids.insert(id).second) {
        id = fmt::format("{}/{}", id_of(entry), i + 1);
      }
      add(entry, amounts[i], transactions[i], std::move(id));
    }
  }

  std::string id_of(const Element& entry) const {
    const std::string reference = text_at(entry, {"AcctSvcrRef"});
    return reference.empty() ? fmt::format("{}#{}", statement_id_, position_) : reference;
  }

  void add(const Element& entry, const Money& amount, const std::optional<Element>& details,
           std::string id) {
    BankEntry& made = statement_.entries.emplace_back(
        BankEntry{.account = account_,
                  .bank_id = one_line(std::move(id)),
                  .booked_on = day_of(entry.required_child("BookgDt")),
                  .amount = amount,
                  .instructed = std::nullopt,
                  .reversal = text_at(entry, {"RvslInd"}) == "true"});
    if (details) {
      const Party party = party_of(*details, (amount.amount().sign() > 0) != made.reversal);
      made.counterparty = one_line(party.name);
      made.counterparty_account = one_line(party.account);
      made.instructed = instructed_of(*details, amount);
      made.reversal = made.reversal || details->child("RtrInf").has_value();
      made.remittance = remittance_of(*details);
      const std::string end_to_end = text_at(*details, {"Refs", "EndToEndId"});
      if (end_to_end != "NOTPROVIDED") made.end_to_end = one_line(end_to_end);
    }
    if (made.remittance.empty()) made.remittance = text_at(entry, {"AddtlNtryInf"});
    made.remittance = one_line(std::move(made.remittance));
  }

  /// The balance of that kind; none where the statement has none.
  static std::optional<Money> balance(const Element& statement, std::string_view kind) {
    for (const Element& balance : statement.children("Bal")) {
      if (text_at(balance, {"Tp", "CdOrPrtry", "Cd"}) == kind) return signed_money(balance);
    }
    return std::nullopt;
  }

  void check_balances(const Element& statement) const {
    auto opening = balance(statement, "OPBD");
    if (!opening) opening = balance(statement, "PRCD");
    const auto closing = balance(statement, "CLBD");
    if (!opening || !closing) return;
    const Money expected = sum_ ? *opening + *sum_ : *opening;
    if (expected == *closing) return;
    statement.fail(fmt::format(
        "statement '{}' begins with {} and its entries make that {}, but it ends with {}",
        statement_id_, opening->to_string(), expected.to_string(), closing->to_string()));
  }

  BankStatement& statement_;
  std::string account_;
  std::string statement_id_;
  int position_ = 0;          ///< of the entry in its statement, from 1
  std::optional<Money> sum_;  ///< of the entries so far
};

}  // namespace

BankStatement read_camt(std::string_view file_name, std::string_view content) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (content.starts_with(kByteOrderMark)) content.remove_prefix(kByteOrderMark.size());
  const config::Document document = config::parse_xml(std::string(file_name), content);
  BankStatement statement;
  CamtReader(statement).read(document.root());
  return statement;
}

}  // namespace reckoner::accounts
