#include "accounts/match_facts.hpp"

#include <algorithm>

#include "invoicing/receivables.hpp"

namespace reckoner::accounts {

namespace {

using money::Money;

constexpr store::Statement kByNumber{"accounts.match_documents", R"(
  select number, customer_id from issued where number = any($1::text[]))"};
constexpr store::Statement kByKey{"accounts.match_keys", R"(
  select key, customer_id from customer_key where key = any($1::text[]))"};
constexpr store::Statement kByAccount{"accounts.match_accounts", R"(
  select distinct counterparty_account, payer from bank_entry
   where state = 'booked' and amount > 0 and counterparty_account = any($1::text[]))"};
// What was taken back already has its counterpart under the same name.
constexpr store::Statement kByEndToEnd{"accounts.match_earlier", R"(
  select e.end_to_end, e.payer, e.currency, e.amount, e.document
    from bank_entry e
   where e.state = 'booked' and e.amount > 0 and e.end_to_end = any($1::text[])
     and not exists (select from bank_entry b
                      where b.account = e.account and b.end_to_end = e.end_to_end and b.state = 'booked'
                        and b.currency = e.currency and b.amount = -e.amount)
   order by e.entry)"};
constexpr store::Statement kKeys{"accounts.match_customers", R"(
  select customer_id, key from customer_key where customer_id = any($1::bigint[]))"};
constexpr store::Statement kDocuments{"accounts.match_demands", R"(
  select customer_id, ordinal, currency, total - credits_total as demand, corrects
    from document where customer_id = any($1::bigint[]) order by customer_id, ordinal)"};
constexpr store::Statement kNumbers{"accounts.match_numbers", R"(
  select customer_id, ordinal, number from issued where customer_id = any($1::bigint[]))"};
constexpr store::Statement kPayments{"accounts.match_payments", R"(
  select customer_id, currency, document, amount from payment
   where customer_id = any($1::bigint[]) and document <> '' order by customer_id, payment)"};
constexpr store::Statement kBalances{"accounts.match_balances", R"(
  select customer_id, currency, balance from customer_balance where customer_id = any($1::bigint[]))"};

struct Demands {
  std::vector<invoicing::Demand> demands;
  std::vector<std::size_t> places;  ///< of each among the payer's documents
  std::vector<invoicing::NamedPayment> named;
};

/// Reads what is open of the payers' documents.
class OpenDocuments {
 public:
  OpenDocuments(store::Connection& connection, std::map<CustomerId, PossiblePayer>& payers)
      : connection_(connection), payers_(payers) {
    for (const auto& [customer, payer] : payers) customers_.push_back(customer);
  }

  void read() {
    for (const store::Row& row : connection_.query(kKeys, {customers_})) {
      payer_of(row).key = row.text("key");
    }
    for (const store::Row& row : connection_.query(kNumbers, {customers_})) {
      const CustomerId customer{row.int64("customer_id")};
      numbers_[{customer, row.int64("ordinal")}] = row.text("number");
      ordinals_[{customer, row.text("number")}] = row.int64("ordinal");
    }
    for (const store::Row& row : connection_.query(kBalances, {customers_})) {
      payer_of(row).balance.emplace(row.text("currency"), money_of(row, "balance"));
    }
    read_demands();
    for (auto& [whose, demands] : demands_) {
      PossiblePayer& payer = payers_.at(whose.first);
      const Money zero(money::Currency::of(whose.second));
      const auto balance = payer.balance.find(whose.second);
      const auto open = invoicing::open_amounts(
          demands.demands, demands.named, balance == payer.balance.end() ? zero : balance->second);
      for (std::size_t i = 0; i < open.size(); ++i) {
        payer.documents[demands.places[i]].open = open[i];
      }
    }
  }

 private:
  PossiblePayer& payer_of(const store::Row& row) { return payers_.at({row.int64("customer_id")}); }
  static Money money_of(const store::Row& row, std::string_view column) {
    return Money(row.decimal(column), money::Currency::of(row.text("currency")));
  }

  void read_demands() {
    for (const store::Row& row : connection_.query(kDocuments, {customers_})) {
      PossiblePayer& payer = payer_of(row);
      const std::int64_t ordinal = row.int64("ordinal");
      const Money demand = money_of(row, "demand");
      Demands& demands = demands_[{payer.customer, row.text("currency")}];
      demands.places.push_back(payer.documents.size());
      demands.demands.push_back({ordinal, demand, row.optional_int64("corrects")});
      payer.documents.push_back({numbers_[{payer.customer, ordinal}], Money(demand.currency())});
    }
    for (const store::Row& row : connection_.query(kPayments, {customers_})) {
      const CustomerId customer{row.int64("customer_id")};
      const auto ordinal = ordinals_.find({customer, row.text("document")});
      const auto demands = demands_.find({customer, row.text("currency")});
      if (ordinal == ordinals_.end() || demands == demands_.end()) continue;
      demands->second.named.push_back({ordinal->second, money_of(row, "amount")});
    }
  }

  store::Connection& connection_;
  std::map<CustomerId, PossiblePayer>& payers_;
  std::vector<CustomerId> customers_;
  std::map<std::pair<CustomerId, std::int64_t>, std::string> numbers_;
  std::map<std::pair<CustomerId, std::string>, std::int64_t> ordinals_;
  std::map<std::pair<CustomerId, std::string>, Demands> demands_;  ///< by currency code
};

}  // namespace

MatchFacts read_match_facts(store::Connection& connection, const std::vector<BankEntry>& entries) {
  std::set<std::string> words;
  std::vector<std::string> accounts;
  std::vector<std::string> names;
  for (const BankEntry& entry : entries) {
    if (entry.amount.sign() > 0) {
      for (std::string& word : candidates_in(entry.remittance + " " + entry.end_to_end)) {
        words.insert(std::move(word));
      }
      accounts.push_back(entry.counterparty_account);
    }
    names.push_back(entry.end_to_end);
  }
  const std::vector<std::string> candidates(words.begin(), words.end());
  MatchFacts facts;
  const auto payer = [&](const store::Row& row, std::string_view column) {
    const CustomerId customer{row.int64(column)};
    facts.payers.try_emplace(customer, PossiblePayer{.customer = customer, .key = {}});
    return customer;
  };
  for (const store::Row& row : connection.query(kByNumber, {candidates})) {
    facts.by_document.emplace(row.text("number"), payer(row, "customer_id"));
  }
  for (const store::Row& row : connection.query(kByKey, {candidates})) {
    facts.by_key.emplace(row.text("key"), payer(row, "customer_id"));
  }
  for (const store::Row& row : connection.query(kByAccount, {accounts})) {
    const std::string account = row.text("counterparty_account");
    if (!account.empty()) facts.by_account[account].insert(payer(row, "payer"));
  }
  for (const store::Row& row : connection.query(kByEndToEnd, {names})) {
    const Money amount(row.decimal("amount"), money::Currency::of(row.text("currency")));
    facts.by_end_to_end[row.text("end_to_end")].push_back(
        {payer(row, "payer"), amount, row.text("document")});
  }
  OpenDocuments(connection, facts.payers).read();
  return facts;
}

}  // namespace reckoner::accounts
