#include "accounts/match_facts.hpp"

#include "store/receivable_rows.hpp"

namespace reckoner::accounts {

namespace {

constexpr store::Statement kByNumber{"accounts.match_documents", R"(
  select number, customer_id from issued where number = any($1::text[]))"};
constexpr store::Statement kByKey{"accounts.match_keys", R"(
  select key, customer_id from customer_key where key = any($1::text[]))"};
constexpr store::Statement kByAccount{"accounts.match_accounts", R"(
  select distinct counterparty_account, payer from bank_entry
   where state = 'booked' and amount > 0 and counterparty_account = any($1::text[]))"};
// What was taken back already has its counterpart under the same name.
constexpr store::Statement kByEndToEnd{"accounts.match_earlier", R"(
  select e.end_to_end, e.account, e.counterparty_account, e.payer, e.currency, e.amount, e.document
    from bank_entry e
   where e.state = 'booked' and e.amount > 0 and e.account = any($2::text[])
     and e.end_to_end = any($1::text[])
     and not exists (select from bank_entry b
                      where b.account = e.account and b.end_to_end = e.end_to_end and b.state = 'booked'
                        and b.currency = e.currency and b.amount = -e.amount)
   order by e.entry)"};
constexpr store::Statement kKeys{"accounts.match_customers", R"(
  select customer_id, key from customer_key where customer_id = any($1::bigint[]))"};

/// Reads what is open of the payers' documents.
void read_open_documents(store::Connection& connection,
                         std::map<CustomerId, PossiblePayer>& payers) {
  std::vector<CustomerId> customers;
  for (const auto& [customer, payer] : payers) customers.push_back(customer);
  for (const store::Row& row : connection.query(kKeys, {customers})) {
    payers.at({row.int64("customer_id")}).key = row.text("key");
  }
  for (auto& [customer, by_currency] : store::read_receivables(connection, customers)) {
    PossiblePayer& payer = payers.at(customer);
    std::map<std::int64_t, PossiblePayer::Document> in_order;
    for (auto& [code, receivables] : by_currency) {
      payer.balance.emplace(code, receivables.balance);
      for (store::DemandRow& document : receivables.documents) {
        in_order.insert({document.ordinal, {std::move(document.number), document.open}});
      }
    }
    for (auto& [ordinal, document] : in_order) payer.documents.push_back(std::move(document));
  }
}

}  // namespace

MatchFacts read_match_facts(store::Connection& connection, const std::vector<BankEntry>& entries) {
  std::set<std::string> words;
  std::vector<std::string> accounts;
  std::vector<std::string> names;
  std::vector<std::string> own_accounts;
  for (const BankEntry& entry : entries) {
    if (entry.amount.sign() > 0) {
      for (std::string& word : candidates_in(entry.remittance + " " + entry.end_to_end)) {
        words.insert(std::move(word));
      }
      if (!entry.counterparty_account.empty()) accounts.push_back(entry.counterparty_account);
    }
    if (entry.reversal && !entry.end_to_end.empty()) {
      names.push_back(entry.end_to_end);
      own_accounts.push_back(entry.account);
    }
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
    facts.by_account[row.text("counterparty_account")].insert(payer(row, "payer"));
  }
  for (const store::Row& row : connection.query(kByEndToEnd, {names, own_accounts})) {
    const money::Money amount(row.decimal("amount"), money::Currency::of(row.text("currency")));
    facts.by_end_to_end[row.text("end_to_end")].push_back(
        {.account = row.text("account"),
         .counterparty_account = row.text("counterparty_account"),
         .customer = payer(row, "payer"),
         .amount = amount,
         .document = row.text("document")});
  }
  read_open_documents(connection, facts.payers);
  return facts;
}

}  // namespace reckoner::accounts
