#include "accounts/agreement_book.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "accounts/plan_facts.hpp"
#include "base/error.hpp"
#include "base/suggest.hpp"
#include "pricing/figures.hpp"

namespace reckoner::accounts {

namespace {

constexpr store::Statement kRead{"accounts.read_agreements", R"(
  select customer_id, agreed_figure, plan, charge, figure, value, starts_on, ends_on
    from agreed_figure where customer_id = any($1::bigint[])
   order by customer_id, agreed_figure)"};

constexpr store::Statement kInsert{"accounts.insert_agreements", R"(
  insert into agreed_figure (customer_id, agreed_figure, plan, charge, figure, value, starts_on,
                             ends_on, created_at)
  select *, $9 from unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::text[],
                           $6::numeric[], $7::date[], $8::date[]))"};

constexpr store::Statement kSetEnds{"accounts.end_agreements", R"(
  update agreed_figure a set ends_on = u.ends_on
    from unnest($1::bigint[], $2::int[], $3::date[]) as u(customer_id, agreed_figure, ends_on)
   where a.customer_id = u.customer_id and a.agreed_figure = u.agreed_figure)"};

bool same_figure(const domain::AgreedFigure& a, const domain::AgreedFigure& b) {
  return a.plan == b.plan && a.charge == b.charge && a.figure == b.figure;
}

bool holds_on(const domain::AgreedFigure& agreed, time::Date day) {
  return agreed.starts_on <= day && (!agreed.ends_on || day < *agreed.ends_on);
}

/// "charge 'base' of plan 'SMB', fee".
std::string name_of(const domain::AgreedFigure& agreed) {
  return fmt::format("{} of charge '{}' of plan '{}'", agreed.figure, agreed.charge, agreed.plan);
}

std::string value_of(const domain::AgreedFigure& agreed) {
  return agreed.value ? agreed.value->to_string() : "unlimited";
}

/// Throws Error for a value that no terms of the charge can take.
void check_value(const domain::Charge& charge, const domain::AgreedFigure& agreed) {
  std::optional<Error> refusal;
  for (const domain::Terms& stored : charge.terms) {
    domain::Terms terms = stored;
    try {
      pricing::set_figure(terms, agreed.figure, agreed.value);
      return;
    } catch (const Error& error) {
      if (!refusal) refusal = error;
    }
  }
  if (refusal) throw *refusal;
}

}  // namespace

void check_figure(const config::Configuration& active, const std::string& plan,
                  const std::string& charge, const std::string& figure) {
  const std::vector<std::string> figures =
      pricing::figures_of(charge_of(any_plan(active, plan), charge));
  if (std::find(figures.begin(), figures.end(), figure) != figures.end()) return;
  throw Error(fmt::format("charge '{}' of plan '{}' has no figure '{}'{} (it has {})", charge, plan,
                          figure, suggestion(figure, figures), fmt::join(figures, ", ")));
}

AgreementBook::AgreementBook(ChangeScope& scope) : scope_(scope) {
  for (const store::Row& row : scope_.connection.query(kRead, {scope_.customers.ids()})) {
    entries_[{row.int64("customer_id")}].push_back(
        {.number = row.int64("agreed_figure"),
         .agreed = {.plan = row.text("plan"),
                    .charge = row.text("charge"),
                    .figure = row.text("figure"),
                    .value = row.optional_decimal("value"),
                    .starts_on = row.date("starts_on"),
                    .ends_on = row.optional_date("ends_on")}});
  }
}

AgreementBook::Entry* AgreementBook::entry_of(CustomerId customer,
                                              const domain::AgreedFigure& wanted) {
  for (Entry& entry : entries_[customer]) {
    if (same_figure(entry.agreed, wanted) && entry.agreed.starts_on == wanted.starts_on) {
      return &entry;
    }
  }
  return nullptr;
}

const domain::AgreedFigure* AgreementBook::find(CustomerId customer,
                                                const domain::AgreedFigure& wanted) const {
  const auto entries = entries_.find(customer);
  if (entries == entries_.end()) return nullptr;
  for (const Entry& entry : entries->second) {
    if (same_figure(entry.agreed, wanted) && entry.agreed.starts_on == wanted.starts_on) {
      return &entry.agreed;
    }
  }
  return nullptr;
}

void AgreementBook::agree(const domain::Customer& customer, const domain::AgreedFigure& agreed) {
  check_figure(scope_.rules.active, agreed.plan, agreed.charge, agreed.figure);
  check_value(charge_of(any_plan(scope_.rules.active, agreed.plan), agreed.charge), agreed);
  if (agreed.ends_on && *agreed.ends_on <= agreed.starts_on) {
    throw Error(fmt::format("the agreement would end on {}, not behind its beginning on {}",
                            time::to_string(*agreed.ends_on), time::to_string(agreed.starts_on)));
  }
  std::vector<Entry>& entries = entries_[customer.id];
  for (const Entry& entry : entries) {
    const domain::AgreedFigure& other = entry.agreed;
    if (!same_figure(other, agreed)) continue;
    if (other.ends_on && *other.ends_on <= std::max(agreed.starts_on, other.starts_on)) continue;
    if (agreed.ends_on && *agreed.ends_on <= other.starts_on) continue;
    throw Error(fmt::format("{} is agreed as {} from {}{} already: end that first", name_of(other),
                            value_of(other), time::to_string(other.starts_on),
                            other.ends_on ? " to " + time::to_string(*other.ends_on) : ""));
  }
  const std::int64_t number = entries.empty() ? 1 : entries.back().number + 1;
  entries.push_back({.number = number, .agreed = agreed, .is_new = true});
  reopen(customer, agreed, agreed.starts_on, agreed.ends_on,
         fmt::format("{} agreed as {} from {}", name_of(agreed), value_of(agreed),
                     time::to_string(agreed.starts_on)));
}

bool AgreementBook::end(const domain::Customer& customer, const domain::AgreedFigure& agreed,
                        time::Date on) {
  Entry* entry = entry_of(customer.id, agreed);
  RK_CHECK(entry != nullptr);
  const std::optional<time::Date> before = entry->agreed.ends_on;
  if (before == on) return false;
  if (on < entry->agreed.starts_on) {
    throw Error(fmt::format("{} is agreed from {}, behind {}", name_of(agreed),
                            time::to_string(entry->agreed.starts_on), time::to_string(on)));
  }
  if (before && on > *before) {
    for (const Entry& other : entries_[customer.id]) {
      if (!same_figure(other.agreed, agreed) || other.agreed.starts_on < *before) continue;
      if (other.agreed.starts_on >= on) continue;
      throw Error(fmt::format("{} is agreed as {} from {} already", name_of(other.agreed),
                              value_of(other.agreed), time::to_string(other.agreed.starts_on)));
    }
  }
  entry->agreed.ends_on = on;
  entry->is_ended = !entry->is_new;
  const bool later = before && *before < on;
  reopen(customer, agreed, later ? *before : on, later ? std::optional(on) : before,
         fmt::format("agreement on {} ends on {}", name_of(agreed), time::to_string(on)));
  return true;
}

bool AgreementBook::end_in_force(const domain::Customer& customer, const std::string& plan,
                                 const std::string& charge, const std::string& figure,
                                 time::Date on) {
  const domain::AgreedFigure wanted{.plan = plan,
                                    .charge = charge,
                                    .figure = figure,
                                    .value = std::nullopt,
                                    .starts_on = on,
                                    .ends_on = std::nullopt};
  const time::Date last = time::add_days(on, -1);
  for (const Entry& entry : entries_[customer.id]) {
    if (!same_figure(entry.agreed, wanted)) continue;
    if (!holds_on(entry.agreed, last) && entry.agreed.starts_on != on) continue;
    const domain::AgreedFigure agreed = entry.agreed;
    return end(customer, agreed, on);
  }
  throw Error(fmt::format("nothing is agreed with customer '{}' on {} on {}", customer.key,
                          name_of(wanted), time::to_string(last)));
}

void AgreementBook::reopen(const domain::Customer& customer, const domain::AgreedFigure& agreed,
                           time::Date from, std::optional<time::Date> until,
                           const std::string& cause) {
  const time::Period stretch{customer.zone.start_of(from),
                             until ? customer.zone.start_of(*until) : time::Instant::max()};
  // A fee goes by the first day of its interval, which may be billed when that has ended.
  time::Instant ends_at = stretch.ends_at;
  for (const domain::Plan& plan : scope_.rules.active.plans) {
    if (plan.name != agreed.plan) continue;
    ends_at = std::max(ends_at, reach_of_change(plan, customer.zone, stretch).ends_at);
  }
  std::optional<time::Instant> until_at;
  if (ends_at != time::Instant::max()) until_at = ends_at;
  for (const domain::Cycle* cycle : scope_.cycles.all_of(customer.id)) {
    scope_.reopenings.push_back(
        {customer.id, cycle->number, stretch.starts_at, until_at, cause, /*at_once=*/false});
  }
}

void AgreementBook::write() {
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> numbers;
  std::vector<std::string> plans;
  std::vector<std::string> charges;
  std::vector<std::string> figures;
  std::vector<std::optional<money::Decimal>> values;
  std::vector<time::Date> starts_on;
  std::vector<std::optional<time::Date>> ends_on;
  std::vector<CustomerId> ended_customers;
  std::vector<std::int64_t> ended_numbers;
  std::vector<std::optional<time::Date>> new_ends;
  for (const auto& [customer, entries] : entries_) {
    for (const Entry& entry : entries) {
      if (entry.is_ended) {
        ended_customers.push_back(customer);
        ended_numbers.push_back(entry.number);
        new_ends.push_back(entry.agreed.ends_on);
      }
      if (!entry.is_new) continue;
      customers.push_back(customer);
      numbers.push_back(entry.number);
      plans.push_back(entry.agreed.plan);
      charges.push_back(entry.agreed.charge);
      figures.push_back(entry.agreed.figure);
      values.push_back(entry.agreed.value);
      starts_on.push_back(entry.agreed.starts_on);
      ends_on.push_back(entry.agreed.ends_on);
    }
  }
  scope_.connection.execute(kInsert, {customers, numbers, plans, charges, figures, values,
                                      starts_on, ends_on, scope_.rules.now});
  scope_.connection.execute(kSetEnds, {ended_customers, ended_numbers, new_ends});
}

}  // namespace reckoner::accounts
