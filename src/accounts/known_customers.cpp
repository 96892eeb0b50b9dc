#include "accounts/known_customers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace reckoner::accounts {

namespace {

constexpr store::Statement kFind{"accounts.find_customers", R"(
  select customer_id from customer_key where key = any($1::text[]) order by customer_id)"};

// An UPDATE, not SELECT FOR UPDATE, which sharded tables do not offer over several shards.
constexpr store::Statement kLock{"accounts.lock_customers", R"(
  update customer_state set ordinal = ordinal where customer_id = any($1::bigint[]))"};

constexpr store::Statement kRead{"accounts.read_customers", R"(
  select customer_id, key, name, email, time_zone, anchor_day, country, tax_id, tax_exempt,
         legal_entity
    from customer where customer_id = any($1::bigint[]))"};

constexpr store::Statement kFormerZones{"accounts.read_former_zones", R"(
  select distinct customer_id, time_zone from billing_period
   where customer_id = any($1::bigint[]))"};

}  // namespace

void lock_customers_by_id(store::Connection& connection, const std::vector<CustomerId>& customers) {
  connection.execute(kLock, {customers});
}

KnownCustomers KnownCustomers::lock(store::Connection& connection,
                                    const std::vector<std::string>& keys) {
  KnownCustomers customers;
  customers.books_ = store::OpenBooks::hold(connection);
  for (const store::Row& row : connection.query(kFind, {keys})) {
    customers.ids_.push_back({row.int64("customer_id")});
  }
  lock_customers_by_id(connection, customers.ids_);
  for (const store::Row& row : connection.query(kRead, {customers.ids_})) {
    domain::Customer customer{.id = {row.int64("customer_id")},
                              .key = row.text("key"),
                              .name = row.text("name"),
                              .email = row.text("email"),
                              .zone = time::Zone::named(row.text("time_zone")),
                              .anchor_day = static_cast<int>(row.int64("anchor_day")),
                              .country = row.text("country"),
                              .tax_id = row.text("tax_id"),
                              .tax_exempt = row.boolean("tax_exempt"),
                              .legal_entity = row.text("legal_entity")};
    std::string key = customer.key;
    customers.by_key_.emplace(std::move(key), std::move(customer));
  }
  for (const store::Row& row : connection.query(kFormerZones, {customers.ids_})) {
    customers.former_zones_.emplace(CustomerId{row.int64("customer_id")},
                                    time::Zone::named(row.text("time_zone")));
  }
  return customers;
}

const domain::Customer* KnownCustomers::find(std::string_view key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : &found->second;
}

const domain::Customer& KnownCustomers::get(std::string_view key) const {
  const domain::Customer* customer = find(key);
  if (customer == nullptr) throw Error(fmt::format("there is no customer '{}'", key));
  return *customer;
}

const domain::Customer& KnownCustomers::of(CustomerId id) const {
  const auto found = std::find_if(by_key_.begin(), by_key_.end(),
                                  [&](const auto& entry) { return entry.second.id == id; });
  RK_CHECK(found != by_key_.end());
  return found->second;
}

bool KnownCustomers::begins(time::Instant instant, const domain::Customer& customer,
                            time::Date day) const {
  if (customer.zone.start_of(day) == instant) return true;
  const auto [begin, end] = former_zones_.equal_range(customer.id);
  return std::any_of(begin, end,
                     [&](const auto& entry) { return entry.second.start_of(day) == instant; });
}

}  // namespace reckoner::accounts
