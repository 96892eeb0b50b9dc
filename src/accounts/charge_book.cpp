#include "accounts/charge_book.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace reckoner::accounts {

namespace {

constexpr store::Statement kRead{"accounts.read_manual_charges", R"(
  select customer_id, manual_charge, external_key, cycle, charged_on, title, quantity, unit, price,
         tax
    from manual_charge where customer_id = any($1::bigint[]))"};

constexpr store::Statement kInsert{"accounts.insert_manual_charges", R"(
  insert into manual_charge (customer_id, manual_charge, external_key, cycle, charged_on, title,
                             quantity, unit, price, tax, created_at)
  select *, $11 from unnest($1::bigint[], $2::int[], $3::text[], $4::int[], $5::date[], $6::text[],
                            $7::numeric[], $8::text[], $9::numeric[], $10::text[]))"};

bool same(const domain::ManualCharge& a, const domain::ManualCharge& b) {
  return a.cycle == b.cycle && a.on == b.on && a.title == b.title && a.quantity == b.quantity &&
         a.unit == b.unit && a.price == b.price && a.tax == b.tax;
}

}  // namespace

std::optional<money::Currency> choose_currency(const ChangeScope& scope,
                                               const domain::Customer& customer,
                                               std::optional<money::Currency> named) {
  if (named) return named;
  const std::vector<money::Currency> currencies = scope.cycles.currencies_of(customer.id);
  if (currencies.size() == 1) return currencies.front();
  if (currencies.empty()) return std::nullopt;
  std::vector<std::string_view> codes;
  for (const money::Currency& currency : currencies) codes.push_back(currency.code());
  throw Error(fmt::format("customer '{}' is billed in {}: say which currency", customer.key,
                          fmt::join(codes, " and ")));
}

ChargeBook::ChargeBook(ChangeScope& scope) : scope_(scope) {
  for (const store::Row& row : scope_.connection.query(kRead, {scope_.customers.ids()})) {
    const CustomerId customer{row.int64("customer_id")};
    domain::ManualCharge charge{.number = row.int64("manual_charge"),
                                .cycle = row.int64("cycle"),
                                .on = row.date("charged_on"),
                                .title = row.text("title"),
                                .quantity = row.decimal("quantity"),
                                .unit = row.text("unit"),
                                .price = row.decimal("price"),
                                .tax = row.text("tax")};
    std::int64_t& last = last_numbers_[customer];
    last = std::max(last, charge.number);
    stored_.emplace(std::pair(customer, row.text("external_key")), std::move(charge));
  }
}

const domain::Cycle& ChargeBook::cycle_for(const domain::Customer& customer,
                                           std::optional<money::Currency> currency) const {
  const std::optional<money::Currency> chosen = choose_currency(scope_, customer, currency);
  for (const domain::Cycle* cycle : scope_.cycles.all_of(customer.id)) {
    if (cycle->currency == *chosen) return *cycle;
  }
  throw Error(fmt::format("customer '{}' is not billed{}: subscribe it to a plan first",
                          customer.key,
                          chosen ? fmt::format(" in {}", chosen->code()) : std::string()));
}

bool ChargeBook::add(const domain::Customer& customer, const KeyedCharge& added) {
  const domain::Cycle& cycle = cycle_for(customer, added.currency);
  domain::ManualCharge charge = added.charge;
  charge.cycle = cycle.number;
  const auto stored = stored_.find({customer.id, added.key});
  if (stored != stored_.end()) {
    const domain::ManualCharge& other = stored->second;
    if (same(charge, other)) return false;
    throw Error(
        fmt::format("charge '{}' of customer '{}' is stored as {} {} of '{}' at {} on {}: "
                    "a charge is a fact and does not change",
                    added.key, customer.key, other.quantity.to_string(), other.unit, other.title,
                    other.price.to_string(), time::to_string(other.on)));
  }
  charge.number = ++last_numbers_[customer.id];
  const time::Instant starts_at = customer.zone.start_of(charge.on);
  scope_.cycles.reach(customer.id, cycle.number, starts_at);
  scope_.reopenings.push_back(
      {.customer = customer.id,
       .cycle = cycle.number,
       .from_at = starts_at,
       .until_at = customer.zone.start_of(time::add_days(charge.on, 1)),
       .cause = fmt::format("charge '{}' on {}", added.key, time::to_string(charge.on)),
       .at_once = false});
  stored_.emplace(std::pair(customer.id, added.key), charge);
  created_.push_back({customer.id, added.key, std::move(charge)});
  return true;
}

void ChargeBook::write() {
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> numbers;
  std::vector<std::string> keys;
  std::vector<std::int64_t> cycles;
  std::vector<time::Date> days;
  std::vector<std::string> titles;
  std::vector<money::Decimal> quantities;
  std::vector<std::string> units;
  std::vector<money::Decimal> prices;
  std::vector<std::string> taxes;
  for (const Entry& entry : created_) {
    customers.push_back(entry.customer);
    numbers.push_back(entry.charge.number);
    keys.push_back(entry.key);
    cycles.push_back(entry.charge.cycle);
    days.push_back(entry.charge.on);
    titles.push_back(entry.charge.title);
    quantities.push_back(entry.charge.quantity);
    units.push_back(entry.charge.unit);
    prices.push_back(entry.charge.price);
    taxes.push_back(entry.charge.tax);
  }
  scope_.connection.execute(kInsert, {customers, numbers, keys, cycles, days, titles, quantities,
                                      units, prices, taxes, scope_.rules.now});
}

}  // namespace reckoner::accounts
