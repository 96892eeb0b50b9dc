#include "accounts/billing_modes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "accounts/known_customers.hpp"
#include "base/error.hpp"
#include "store/transaction.hpp"

namespace reckoner::accounts {

namespace {

using domain::BillingMode;
using domain::BillingModeFrom;

constexpr store::Statement kRead{"accounts.billing_modes", R"(
  select starts_on, mode from billing_mode where customer_id = $1 order by starts_on)"};

constexpr store::Statement kSet{"accounts.set_billing_mode", R"(
  insert into billing_mode (customer_id, starts_on, mode, set_at) values ($1, $2, $3, $4)
  on conflict (customer_id, starts_on) do update set mode = excluded.mode, set_at = excluded.set_at)"};

constexpr store::Statement kIssued{"accounts.issued_periods", R"(
  select label, starts_on, ends_on, showback from billing_period
   where customer_id = $1 and billed_cut is not null
   order by starts_at desc)"};

std::vector<BillingModeFrom> with(std::vector<BillingModeFrom> modes,
                                  const BillingModeFrom& change) {
  const auto behind = std::ranges::lower_bound(modes, change.from, {}, &BillingModeFrom::from);
  if (behind != modes.end() && behind->from == change.from) {
    behind->mode = change.mode;
  } else {
    modes.insert(behind, change);
  }
  return modes;
}

/// The last period that was issued and would turn says what is the first day for it.
void refuse_turned(store::Connection& connection, const domain::Customer& customer,
                   const std::vector<BillingModeFrom>& before,
                   const std::vector<BillingModeFrom>& after) {
  for (const store::Row& row : connection.query(kIssued, {customer.id})) {
    const time::Date day = row.date("starts_on");
    if (domain::billing_mode_on(before, day) == domain::billing_mode_on(after, day)) continue;
    throw Error(fmt::format(
        "customer '{}': period {} ({} to {}) was {} already; another mode can begin on {} at the "
        "earliest",
        customer.key, row.text("label"), time::to_string(day),
        time::to_string(time::add_days(row.date("ends_on"), -1)),
        row.boolean("showback") ? "shown" : "billed", time::to_string(row.date("ends_on"))));
  }
}

}  // namespace

std::vector<BillingModeFrom> read_billing_modes(store::Connection& connection,
                                                CustomerId customer) {
  std::vector<BillingModeFrom> modes;
  for (const store::Row& row : connection.query(kRead, {customer})) {
    modes.push_back({row.date("starts_on"), domain::parse_billing_mode(row.text("mode"))});
  }
  return modes;
}

Changed set_billing_mode(store::Connection& connection, const ChangeRules& rules,
                         const std::string& customer, const BillingModeFrom& change) {
  store::Transaction transaction(connection);
  const KnownCustomers customers = KnownCustomers::lock(connection, {customer});
  const domain::Customer& known = customers.get(customer);
  const std::vector<BillingModeFrom> before = read_billing_modes(connection, known.id);
  const bool same = domain::billing_mode_on(before, change.from) == change.mode;
  if (!same) {
    refuse_turned(connection, known, before, with(before, change));
    connection.execute(kSet, {known.id, change.from, domain::to_string(change.mode), rules.now});
  }
  transaction.commit();
  return {
      .changed = !same,
      .summary = fmt::format("what customer '{}' costs is {} for periods that begin on {} or "
                             "later{}",
                             known.key, change.mode == BillingMode::kShowback ? "shown" : "billed",
                             time::to_string(change.from), same ? " already" : ""),
      .reopened = {}};
}

}  // namespace reckoner::accounts
