#include "accounts/dunning_fees.hpp"

#include "accounts/charge_book.hpp"

namespace reckoner::accounts {

std::vector<std::string> book_dunning_fees(store::Connection& connection,
                                           const config::Configuration& configuration,
                                           std::span<const invoicing::DunningFee> fees,
                                           time::Instant now) {
  std::vector<std::string> keys;
  for (const invoicing::DunningFee& fee : fees) keys.push_back(fee.customer_key);
  const ChangeRules rules{configuration, now, {}};
  ChangeScope scope(connection, rules, KnownCustomers::lock(connection, keys));
  ChargeBook book(scope);
  std::vector<std::string> problems;
  for (const invoicing::DunningFee& fee : fees) {
    const domain::Customer& customer = scope.customers.get(fee.customer_key);
    std::string& problem = problems.emplace_back();
    try {
      book.add(customer, {.key = fee.key,
                          .currency = fee.amount.currency(),
                          .charge = {.on = customer.zone.date_of(now),
                                     .title = fee.title,
                                     .quantity = money::Decimal(1),
                                     .unit = "fee",
                                     .price = fee.amount.amount(),
                                     .tax = fee.tax}});
    } catch (const store::DatabaseError&) {
      throw;
    } catch (const Error& error) {
      problem = error.what();
    }
  }
  scope.write();
  book.write();
  return problems;
}

}  // namespace reckoner::accounts
