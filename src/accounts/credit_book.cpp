#include "accounts/credit_book.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "accounts/charge_book.hpp"
#include "accounts/values.hpp"
#include "base/error.hpp"
#include "base/suggest.hpp"

namespace reckoner::accounts {

namespace {

// `granted`: the amount of the first grant, the one that made it.
constexpr store::Statement kRead{"accounts.read_credits", R"(
  select c.customer_id, c.credit, c.external_key, c.title, c.kind, c.currency, c.percent,
         c.documents, c.priority, c.starts_on, c.expires_on,
         array_to_string(c.charges, ';') as charges, m.granted, coalesce(m.last_movement, 0) as last
    from credit c
    left join (select customer_id, credit, max(movement) as last_movement,
                      min(amount) filter (where movement = 1) as granted
                 from credit_movement where customer_id = any($1::bigint[])
                group by customer_id, credit) m
           on m.customer_id = c.customer_id and m.credit = c.credit
   where c.customer_id = any($1::bigint[])
   order by c.customer_id, c.credit)"};

constexpr store::Statement kInsert{"accounts.insert_credits", R"(
  insert into credit (customer_id, credit, external_key, title, kind, currency, percent, documents,
                      priority, starts_on, expires_on, charges, created_at)
  select customer_id, credit, external_key, title, kind, currency, percent, documents, priority,
         starts_on, expires_on, string_to_array(charges, ';'), $13
    from unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[],
                $7::numeric[], $8::int[], $9::int[], $10::date[], $11::date[], $12::text[])
           as c(customer_id, credit, external_key, title, kind, currency, percent, documents,
                priority, starts_on, expires_on, charges))"};

bool same(const CreditGrant& a, const CreditGrant& b) {
  return a.title == b.title && a.kind == b.kind && a.currency == b.currency &&
         a.amount == b.amount && a.percent == b.percent && a.documents == b.documents &&
         a.priority == b.priority && a.starts_on == b.starts_on && a.expires_on == b.expires_on &&
         a.charges == b.charges;
}

std::string worth_of(const CreditGrant& grant) {
  return grant.percent ? grant.percent->to_string() + " %"
                       : fmt::format("{} {}", grant.amount->to_string(), grant.currency->code());
}

void check_amount(const money::Decimal& amount, money::Currency currency) {
  if (money::Money(amount, currency).sign() <= 0) {
    throw Error(fmt::format("amount {} is not above 0", amount.to_string()));
  }
}

void check_grant(const CreditGrant& grant, const config::Configuration& active) {
  if (grant.amount.has_value() == grant.percent.has_value()) {
    throw Error("a credit has either an amount or a percent");
  }
  if (grant.kind == domain::CreditKind::kPrepaid) {
    if (!grant.amount) throw Error("prepaid credit has an amount, not a percent");
    if (grant.documents) throw Error("prepaid credit lasts until it is used, not for documents");
    if (!grant.charges.empty()) {
      throw Error("prepaid credit pays what is due and is not for single charges");
    }
  }
  if (grant.amount) check_amount(*grant.amount, *grant.currency);
  if (grant.documents && *grant.documents < 1) {
    throw Error(fmt::format("documents {} is not at least 1", *grant.documents));
  }
  constexpr std::int64_t kPriorityMax = std::numeric_limits<int>::max();
  if (grant.priority > kPriorityMax || grant.priority < -kPriorityMax) {
    throw Error(fmt::format("priority {} is too large", grant.priority));
  }
  if (grant.starts_on && grant.expires_on && *grant.expires_on <= *grant.starts_on) {
    throw Error(fmt::format("expires-on {} does not lie behind starts-on {}",
                            time::to_string(*grant.expires_on), time::to_string(*grant.starts_on)));
  }
  check_charges(active, grant.charges);
}

}  // namespace

void check_charges(const config::Configuration& active, const std::vector<std::string>& charges) {
  if (charges.empty()) return;
  std::vector<std::string> names;
  for (const domain::Plan& plan : active.plans) {
    for (const domain::Charge& charge : plan.charges) names.push_back(charge.name);
  }
  for (const std::string& charge : charges) {
    if (std::find(names.begin(), names.end(), charge) != names.end()) continue;
    throw Error(fmt::format("no plan has a charge '{}'{}", charge, suggestion(charge, names)));
  }
}

CreditBook::CreditBook(ChangeScope& scope) : scope_(scope) {
  for (const store::Row& row : scope_.connection.query(kRead, {scope_.customers.ids()})) {
    const CustomerId customer{row.int64("customer_id")};
    const std::string charges = row.text("charges");
    Entry entry{.number = row.int64("credit"),
                .grant = {.key = row.text("external_key"),
                          .title = row.text("title"),
                          .kind = parse_credit_kind(row.text("kind")),
                          .currency = money::Currency::of(row.text("currency")),
                          .amount = row.optional_decimal("granted"),
                          .percent = row.optional_decimal("percent"),
                          .documents = row.optional_int64("documents"),
                          .priority = row.int64("priority"),
                          .starts_on = row.optional_date("starts_on"),
                          .expires_on = row.optional_date("expires_on"),
                          .charges = {}},
                .last_movement = row.int64("last")};
    if (!charges.empty()) entry.grant.charges = parse_list(charges, "charge", "charges");
    // Of a percentage every movement is a draw.
    if (entry.grant.percent) entry.grant.amount.reset();
    last_numbers_[customer] = entry.number;
    const Key key{customer, entry.grant.key};
    entries_.emplace(key, std::move(entry));
  }
}

bool CreditBook::grant(const domain::Customer& customer, CreditGrant grant) {
  if (grant.title.empty()) grant.title = grant.key;
  const Key key{customer.id, grant.key};
  const auto stored = entries_.find(key);
  if (!grant.currency && stored != entries_.end()) grant.currency = stored->second.grant.currency;
  grant.currency = choose_currency(scope_, customer, grant.currency)
                       .value_or(scope_.rules.active.settings.currency("billing.currency"));
  check_grant(grant, scope_.rules.active);
  if (stored != entries_.end()) {
    const CreditGrant& other = stored->second.grant;
    if (same(grant, other)) return false;
    throw Error(
        fmt::format("credit '{}' of customer '{}' is stored as {} of {} and otherwise than "
                    "here: a grant is a fact and does not change",
                    grant.key, customer.key, to_string(other.kind), worth_of(other)));
  }
  Entry& entry = entries_
                     .emplace(key, Entry{.number = ++last_numbers_[customer.id],
                                         .grant = std::move(grant),
                                         .is_new = true})
                     .first->second;
  if (entry.grant.amount) move(customer, entry, *entry.grant.amount);
  return true;
}

const CreditBook::Entry& CreditBook::entry_of(const domain::Customer& customer,
                                              const std::string& key) const {
  const auto found = entries_.find({customer.id, key});
  if (found != entries_.end()) return found->second;
  std::vector<std::string> keys;
  for (auto entry = entries_.lower_bound({customer.id, ""});
       entry != entries_.end() && entry->first.first == customer.id; ++entry) {
    keys.push_back(entry->first.second);
  }
  throw Error(
      fmt::format("customer '{}' has no credit '{}'{}", customer.key, key, suggestion(key, keys)));
}

money::Currency CreditBook::currency_of(const domain::Customer& customer,
                                        const std::string& key) const {
  return entry_of(customer, key).grant.currency.value();
}

void CreditBook::top_up(const domain::Customer& customer, const std::string& key,
                        const money::Decimal& amount) {
  const Entry& entry = entry_of(customer, key);
  if (entry.grant.kind != domain::CreditKind::kPrepaid) {
    throw Error(fmt::format("credit '{}' is a coupon: only prepaid credit is topped up", key));
  }
  check_amount(amount, entry.grant.currency.value());
  move(customer, entries_.at({customer.id, key}), amount);
}

void CreditBook::move(const domain::Customer& customer, Entry& entry,
                      const money::Decimal& amount) {
  const time::Date today =
      scope_.rules.active.legal_entity(customer.legal_entity).zone.date_of(scope_.rules.now);
  movements_.push_back(
      {.customer = customer.id,
       .legal_entity = customer.legal_entity,
       .credit = entry.number,
       .movement = ++entry.last_movement,
       .kind = entry.grant.kind,
       .amount = money::Money(amount, entry.grant.currency.value()),
       .booked_on = scope_.customers.books().booking_day(customer.legal_entity, today)});
}

void CreditBook::write() {
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> numbers;
  std::vector<std::string> keys;
  std::vector<std::string> titles;
  std::vector<std::string> kinds;
  std::vector<std::string> currencies;
  std::vector<std::optional<money::Decimal>> percents;
  std::vector<std::optional<std::int64_t>> documents;
  std::vector<std::int64_t> priorities;
  std::vector<std::optional<time::Date>> starts_on;
  std::vector<std::optional<time::Date>> expires_on;
  std::vector<std::string> charges;
  for (const auto& [key, entry] : entries_) {
    if (!entry.is_new) continue;
    const CreditGrant& grant = entry.grant;
    customers.push_back(key.first);
    numbers.push_back(entry.number);
    keys.push_back(grant.key);
    titles.push_back(grant.title);
    kinds.emplace_back(to_string(grant.kind));
    currencies.emplace_back(grant.currency->code());
    percents.push_back(grant.percent);
    documents.push_back(grant.documents);
    priorities.push_back(grant.priority);
    starts_on.push_back(grant.starts_on);
    expires_on.push_back(grant.expires_on);
    charges.push_back(fmt::format("{}", fmt::join(grant.charges, ";")));
  }
  scope_.connection.execute(
      kInsert, {customers, numbers, keys, titles, kinds, currencies, percents, documents,
                priorities, starts_on, expires_on, charges, scope_.rules.now});

  write_credit_movements(scope_.connection, MovementKind::kGrant, movements_,
                         scope_.rules.active.chart);
}

}  // namespace reckoner::accounts
