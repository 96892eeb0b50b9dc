#include "accounts/reconciliation.hpp"

#include <fmt/format.h>

#include <functional>
#include <set>
#include <utility>

#include "accounts/changes.hpp"
#include "accounts/import.hpp"
#include "accounts/match_facts.hpp"
#include "base/hash.hpp"
#include "store/transaction.hpp"
#include "text/json.hpp"

namespace reckoner::accounts {

namespace {

using money::Money;
using Verdict = Match::Verdict;

constexpr std::size_t kReferenceMax = 200;

// Two files may tell of the same transactions.
constexpr store::Statement kOneAtATime{"accounts.one_bank_file_at_a_time", R"(
  select pg_advisory_xact_lock(hashtextextended('bank_entry', 0)))"};
constexpr store::Statement kKnown{"accounts.known_bank_entries", R"(
  select e.account, e.bank_id
    from bank_entry e
    join unnest($1::text[], $2::text[]) as w(account, bank_id)
      on e.account = w.account and e.bank_id = w.bank_id)"};
constexpr store::Statement kInsert{"accounts.insert_bank_entries", R"(
  insert into bank_entry (account, bank_id, booked_on, currency, amount, instructed_currency,
                          instructed_amount, reversal, counterparty, counterparty_account, end_to_end,
                          remittance, file, read_at, state, why, payer, document, reference)
  select account, bank_id, booked_on, currency, amount, instructed_currency, instructed_amount, reversal,
         counterparty, counterparty_account, end_to_end, remittance, $17, $18, state, why, payer, document,
         reference
    from unnest($1::text[], $2::text[], $3::date[], $4::text[], $5::numeric[], $6::text[], $7::numeric[],
                $8::boolean[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[],
                $15::bigint[], $16::text[], $19::text[])
         with ordinality as n(account, bank_id, booked_on, currency, amount, instructed_currency,
                              instructed_amount, reversal, counterparty, counterparty_account, end_to_end,
                              remittance, state, why, payer, document, reference, place)
   order by place)"};

constexpr store::Statement kList{"accounts.list_bank_entries", R"(
  select e.*, coalesce(c.key, '') as customer
    from bank_entry e left join customer_key c on c.customer_id = e.payer
   where ($1::text is null or e.state = $1) and ($2::bigint is null or e.entry < $2)
   order by e.entry desc limit $3)"};
constexpr store::Statement kFind{"accounts.find_bank_entry", R"(
  select e.*, coalesce(c.key, '') as customer
    from bank_entry e left join customer_key c on c.customer_id = e.payer
   where e.entry = $1)"};
constexpr store::Statement kLock{"accounts.lock_bank_entry",
                                 "select state from bank_entry where entry = $1 for update"};
constexpr store::Statement kCustomer{"accounts.payer_of_bank_entry",
                                     "select customer_id from customer_key where key = $1"};
constexpr store::Statement kOwnDocument{"accounts.document_of_payer", R"(
  select 1 from issued where number = $1 and customer_id = $2)"};
constexpr store::Statement kSettle{"accounts.settle_bank_entry", R"(
  update bank_entry
     set state = 'booked', payer = $2, document = $3, reference = $4, why = 'by hand', decided_by = $5,
         decided_at = $6
   where entry = $1)"};
constexpr store::Statement kUnnamed{"accounts.unnamed_payment", R"(
  select entry from bank_entry
   where account = $1 and bank_id = $2 and state = 'open' and remittance = '')"};
constexpr store::Statement kReturned{"accounts.returned_payment", R"(
  select p.state, p.payer, p.document, p.currency, p.amount, coalesce(c.key, '') as customer,
         (select coalesce(sum(r.amount), 0) from bank_entry r
           where r.account = p.account and r.end_to_end = p.bank_id and r.reversal
             and r.currency = p.currency and r.state = 'booked') as returned
    from bank_entry p left join customer_key c on c.customer_id = p.payer
   where p.account = $1 and p.bank_id = $2 and not p.reversal)"};
constexpr store::Statement kSetAside{"accounts.set_bank_entry_aside", R"(
  update bank_entry set state = 'aside', why = $2, decided_by = $3, decided_at = $4 where entry = $1)"};

using Key = std::pair<std::string, std::string>;

/// The name of the payment: the bank's, which is unique within the account.
std::string reference_of(const BankEntry& entry) {
  std::string reference = fmt::format("{}/{}", entry.account, entry.bank_id);
  return reference.size() <= kReferenceMax ? reference : "bank-" + to_hex(sha256(reference));
}

std::string_view word_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kBooked:
      return "booked";
    case Verdict::kOpen:
      return "open";
    case Verdict::kAside:
      return "aside";
  }
  throw Bug("a verdict without a word");
}

std::vector<BankEntry> without_known(store::Connection& connection,
                                     std::vector<BankEntry> entries) {
  std::vector<std::string> accounts;
  std::vector<std::string> ids;
  for (const BankEntry& entry : entries) {
    accounts.push_back(entry.account);
    ids.push_back(entry.bank_id);
  }
  std::set<Key> known;
  for (const store::Row& row : connection.query(kKnown, {accounts, ids})) {
    known.emplace(row.text("account"), row.text("bank_id"));
  }
  std::erase_if(entries, [&](const BankEntry& entry) {
    return !known.emplace(entry.account, entry.bank_id).second;
  });
  return entries;
}

/// As JSON lines for an import of payments.
std::string payments_of(const std::vector<BankEntry>& entries, const std::vector<Match>& matches,
                        const MatchFacts& facts) {
  std::string lines;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (matches[i].verdict != Verdict::kBooked) continue;
    text::JsonWriter row;
    row.begin_object().key("reference").string(reference_of(entries[i]));
    row.key("customer").string(facts.payers.at(*matches[i].customer).key);
    row.key("amount").string(entries[i].amount.amount().to_string());
    row.key("currency").string(entries[i].amount.currency().code());
    row.key("received-on").string(time::to_string(entries[i].booked_on));
    row.key("document").string(matches[i].document);
    row.key("note").string(entries[i].remittance).end_object();
    lines += row.finish() + "\n";
  }
  return lines;
}

void insert(store::Connection& connection, const std::vector<BankEntry>& entries,
            const std::vector<Match>& matches, std::string_view file, time::Instant now) {
  std::vector<std::string> accounts, ids, currencies, reversals, counterparties, their_accounts,
      names, texts, whys, documents, references;
  std::vector<std::string_view> states;
  std::vector<time::Date> days;
  std::vector<money::Decimal> amounts;
  std::vector<std::optional<std::string>> instructed_currencies;
  std::vector<std::optional<money::Decimal>> instructed_amounts;
  std::vector<std::optional<CustomerId>> payers;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const BankEntry& entry = entries[i];
    accounts.push_back(entry.account);
    ids.push_back(entry.bank_id);
    days.push_back(entry.booked_on);
    currencies.emplace_back(entry.amount.currency().code());
    amounts.push_back(entry.amount.amount());
    instructed_currencies.emplace_back();
    instructed_amounts.emplace_back();
    if (entry.instructed) {
      instructed_currencies.back() = std::string(entry.instructed->currency().code());
      instructed_amounts.back() = entry.instructed->amount();
    }
    reversals.emplace_back(entry.reversal ? "true" : "false");
    counterparties.push_back(entry.counterparty);
    their_accounts.push_back(entry.counterparty_account);
    names.push_back(entry.end_to_end);
    texts.push_back(entry.remittance);
    states.push_back(word_of(matches[i].verdict));
    whys.push_back(matches[i].why);
    payers.push_back(matches[i].customer);
    documents.push_back(matches[i].document);
    references.push_back(matches[i].customer ? reference_of(entry) : "");
  }
  connection.execute(kInsert, {accounts, ids, days, currencies, amounts, instructed_currencies,
                               instructed_amounts, reversals, counterparties, their_accounts, names,
                               texts, states, whys, payers, documents, file, now, references});
}

StoredBankEntry entry_of(const store::Row& row) {
  const auto money = [&](std::string_view amount, std::string_view currency) {
    return Money(row.decimal(amount), money::Currency::of(row.text(currency)));
  };
  std::optional<Money> instructed;
  if (row.optional_text("instructed_currency")) {
    instructed = money("instructed_amount", "instructed_currency");
  }
  return {.number = row.int64("entry"),
          .entry = {.account = row.text("account"),
                    .bank_id = row.text("bank_id"),
                    .booked_on = row.date("booked_on"),
                    .amount = money("amount", "currency"),
                    .instructed = instructed,
                    .reversal = row.boolean("reversal"),
                    .counterparty = row.text("counterparty"),
                    .counterparty_account = row.text("counterparty_account"),
                    .end_to_end = row.text("end_to_end"),
                    .remittance = row.text("remittance")},
          .file = row.text("file"),
          .read_at = row.instant("read_at"),
          .state = row.text("state"),
          .why = row.text("why"),
          .customer = row.text("customer"),
          .document = row.text("document"),
          .reference = row.text("reference"),
          .decided_by = row.text("decided_by"),
          .decided_at = row.optional_instant("decided_at")};
}

StoredBankEntry lock(store::Connection& connection, std::int64_t number) {
  if (connection.query(kLock, {number}).empty()) {
    throw Error(fmt::format("there is no bank entry {}", number));
  }
  return find_bank_entry(connection, number).value();
}

}  // namespace

namespace {

/// Keeps the entries, and books what they were matched to.
void book(store::Connection& connection, const ChangeRules& rules, std::string_view file_name,
          const std::vector<BankEntry>& entries, const std::vector<Match>& matches,
          const MatchFacts& facts, BankImport& result) {
  const std::string payments = payments_of(entries, matches, facts);
  if (!payments.empty()) {
    import_file(connection, ImportKind::kPayments, fmt::format("{}.jsonl", file_name), payments,
                rules);
  }
  insert(connection, entries, matches, file_name, rules.now);
  for (const Match& one : matches) {
    ++(one.verdict == Verdict::kBooked ? result.booked
       : one.verdict == Verdict::kOpen ? result.open
                                       : result.aside);
  }
}

/// Takes the entries that are new. `doubt` may say why a person has to look at one.
BankImport take(store::Connection& connection, const ChangeRules& rules, std::string_view file_name,
                std::vector<BankEntry> told,
                const std::function<std::string(const BankEntry&, const MatchFacts&)>& doubt) {
  BankImport result{.entries = std::ssize(told)};
  store::Transaction transaction(connection, store::TransactionKind::kEnclosing);
  connection.query(kOneAtATime);
  std::vector<BankEntry> entries = without_known(connection, std::move(told));
  result.known = result.entries - std::ssize(entries);
  MatchFacts facts = read_match_facts(connection, entries);
  for (BankEntry& entry : entries) {
    if (entry.doubt.empty()) entry.doubt = doubt(entry, facts);
  }
  std::vector<Match> matches;
  for (const BankEntry& entry : entries) matches.push_back(match(entry, facts));
  book(connection, rules, file_name, entries, matches, facts, result);
  transaction.commit();
  return result;
}

/// Why a payment is not for just the document that it names; empty: it is.
std::string doubt_of(const BankEntry& entry, const MatchFacts& facts) {
  const auto paid = fmt::format("{} {}", entry.amount.to_string(), entry.amount.currency().code());
  const auto whose = facts.by_document.find(entry.remittance);
  if (whose == facts.by_document.end()) {
    return entry.remittance.empty()
               ? fmt::format("{} were paid for no document", paid)
               : fmt::format("{} were paid for '{}', which is no document of ours", paid,
                             entry.remittance);
  }
  for (const PossiblePayer::Document& document : facts.payers.at(whose->second).documents) {
    if (document.number != entry.remittance) continue;
    const Money& open = document.open;
    if (open.currency() != entry.amount.currency() || open < entry.amount) {
      return fmt::format("{} were paid for {}, of which {} {} is open", paid, document.number,
                         open.to_string(), open.currency().code());
    }
    return "";
  }
  throw Bug("a document of nobody");
}

/// Whose the payment was that goes back, and for what.
Match match_return(store::Connection& connection, const BankEntry& entry, MatchFacts& facts) {
  const auto left_open = [](std::string why) { return Match{Verdict::kOpen, std::move(why)}; };
  const auto paid = connection.query(kReturned, {entry.account, entry.end_to_end}).at_most_one();
  if (!paid || paid->text("state") != "booked") {
    return left_open(fmt::format("it is of the payment '{}', which is {}", entry.end_to_end,
                                 paid ? "not booked" : "not known"));
  }
  const Money amount(paid->decimal("amount"), money::Currency::of(paid->text("currency")));
  if (amount.currency() != entry.amount.currency()) {
    return left_open(fmt::format("it is in {}, and '{}' was paid in {}",
                                 entry.amount.currency().code(), entry.end_to_end,
                                 amount.currency().code()));
  }
  const Money left = amount + Money(paid->decimal("returned"), amount.currency());
  if ((left + entry.amount).sign() < 0 || left + entry.amount > amount) {
    return left_open(fmt::format("of '{}' {} {} were paid, of which {} are left", entry.end_to_end,
                                 amount.to_string(), amount.currency().code(), left.to_string()));
  }
  const CustomerId customer{paid->int64("payer")};
  facts.payers.emplace(customer,
                       PossiblePayer{.customer = customer, .key = paid->text("customer")});
  return {Verdict::kBooked,
          fmt::format("it {} '{}'", entry.amount.sign() < 0 ? "takes back" : "gives again",
                      entry.end_to_end),
          customer, paid->text("document")};
}

}  // namespace

BankImport import_bank_file(store::Connection& connection, const ChangeRules& rules,
                            std::string_view file_name, std::string_view content) {
  BankStatement statement = read_bank_statement(file_name, content);
  BankImport result = take(connection, rules, file_name, std::move(statement.entries),
                           [](const BankEntry&, const MatchFacts&) { return std::string(); });
  result.pending = statement.pending;
  return result;
}

BankImport take_exact_payment(store::Connection& connection, const ChangeRules& rules,
                              std::string_view source, const BankEntry& entry) {
  store::Transaction transaction(connection, store::TransactionKind::kEnclosing);
  connection.query(kOneAtATime);
  // A payment may be told again, now with the document that it is for.
  const auto unnamed = connection.query(kUnnamed, {entry.account, entry.bank_id}).at_most_one();
  BankImport result{.entries = 1, .known = 1};
  if (!unnamed) {
    result = take(connection, rules, source, {entry}, doubt_of);
  } else if (const MatchFacts facts = read_match_facts(connection, {entry});
             doubt_of(entry, facts).empty()) {
    const std::string& payer = facts.payers.at(facts.by_document.at(entry.remittance)).key;
    settle_bank_entry(connection, rules, unnamed->int64("entry"),
                      {.customer = payer, .document = entry.remittance}, source);
    result = {.entries = 1, .booked = 1};
  }
  transaction.commit();
  return result;
}

BankImport take_return(store::Connection& connection, const ChangeRules& rules,
                       std::string_view source, const BankEntry& entry) {
  store::Transaction transaction(connection, store::TransactionKind::kEnclosing);
  connection.query(kOneAtATime);
  const std::vector<BankEntry> entries = without_known(connection, {entry});
  BankImport result{.entries = 1, .known = entries.empty() ? 1 : 0};
  if (!entries.empty()) {
    MatchFacts facts;
    const Match match = match_return(connection, entry, facts);
    book(connection, rules, source, entries, {match}, facts, result);
  }
  transaction.commit();
  return result;
}

std::vector<StoredBankEntry> list_bank_entries(store::Connection& connection,
                                               const std::optional<std::string>& state,
                                               std::optional<std::int64_t> below,
                                               std::int64_t limit) {
  std::vector<StoredBankEntry> entries;
  for (const store::Row& row : connection.query(kList, {state, below, limit})) {
    entries.push_back(entry_of(row));
  }
  return entries;
}

std::optional<StoredBankEntry> find_bank_entry(store::Connection& connection, std::int64_t number) {
  const auto row = connection.query(kFind, {number}).at_most_one();
  if (!row) return std::nullopt;
  return entry_of(*row);
}

StoredBankEntry settle_bank_entry(store::Connection& connection, const ChangeRules& rules,
                                  std::int64_t number, const Settlement& settlement,
                                  std::string_view who) {
  store::Transaction transaction(connection, store::TransactionKind::kEnclosing);
  const StoredBankEntry stored = lock(connection, number);
  if (stored.state == "booked") {
    throw Error(fmt::format("bank entry {} is booked already, as a payment of '{}'", number,
                            stored.customer));
  }
  if (settlement.as_instructed && !stored.entry.instructed) {
    throw Error(fmt::format("bank entry {} was ordered in its own currency", number));
  }
  const auto customer = connection.query(kCustomer, {settlement.customer}).at_most_one();
  if (!customer) throw Error(fmt::format("there is no customer '{}'", settlement.customer));
  const std::int64_t payer = customer->int64("customer_id");
  if (!settlement.document.empty() &&
      connection.query(kOwnDocument, {settlement.document, payer}).empty()) {
    throw Error(fmt::format("customer '{}' has no document '{}'", settlement.customer,
                            settlement.document));
  }
  const Money amount = settlement.as_instructed ? *stored.entry.instructed : stored.entry.amount;
  const std::string reference = reference_of(stored.entry);
  pay(connection, rules, settlement.customer,
      {.reference = reference,
       .amount = amount.amount(),
       .currency = amount.currency(),
       .received_on = stored.entry.booked_on,
       .document = settlement.document,
       .note = stored.entry.remittance});
  connection.execute(kSettle, {number, payer, settlement.document, reference, who, rules.now});
  const StoredBankEntry settled = find_bank_entry(connection, number).value();
  transaction.commit();
  return settled;
}

StoredBankEntry set_bank_entry_aside(store::Connection& connection, std::int64_t number,
                                     std::string_view why, std::string_view who,
                                     time::Instant now) {
  if (why.empty()) throw Error("a bank entry is set aside for a reason");
  store::Transaction transaction(connection, store::TransactionKind::kEnclosing);
  const StoredBankEntry stored = lock(connection, number);
  if (stored.state != "open") {
    throw Error(fmt::format("bank entry {} is {}, not open", number, stored.state));
  }
  connection.execute(kSetAside, {number, why, who, now});
  const StoredBankEntry aside = find_bank_entry(connection, number).value();
  transaction.commit();
  return aside;
}

}  // namespace reckoner::accounts
