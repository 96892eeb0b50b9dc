#include "store/billing_details.hpp"

#include <fmt/format.h>

#include "text/lines.hpp"

namespace reckoner::store {

namespace {

constexpr Statement kRead{"billing details of customers", R"(
  select customer_id, street, city, postal_code, subdivision, address_country, buyer_reference,
         purchase_order
    from customer where customer_id = any($1::bigint[]))"};

constexpr Statement kWrite{"set billing details of customers", R"(
  update customer c
     set street = u.street, city = u.city, postal_code = u.postal_code, subdivision = u.subdivision,
         address_country = u.address_country, buyer_reference = u.buyer_reference,
         purchase_order = u.purchase_order
    from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                $8::text[])
           as u(customer_id, street, city, postal_code, subdivision, address_country,
                buyer_reference, purchase_order)
   where c.customer_id = u.customer_id)"};

}  // namespace

domain::BillingDetails billing_details_of(const Row& row) {
  return {.address = {.street = text::split_lines(row.text("street")),
                      .city = row.text("city"),
                      .postal_code = row.text("postal_code"),
                      .subdivision = row.text("subdivision"),
                      .country = row.text("address_country")},
          .buyer_reference = row.text("buyer_reference"),
          .purchase_order = row.text("purchase_order")};
}

std::map<CustomerId, domain::BillingDetails> read_billing_details(
    Connection& connection, const std::vector<CustomerId>& customers) {
  std::map<CustomerId, domain::BillingDetails> details;
  for (const Row& row : connection.query(kRead, {customers})) {
    details.emplace(CustomerId{row.int64("customer_id")}, billing_details_of(row));
  }
  return details;
}

void write_billing_details(Connection& connection,
                           const std::map<CustomerId, domain::BillingDetails>& details) {
  if (details.empty()) return;
  std::vector<CustomerId> customers;
  std::vector<std::string> streets, cities, codes, subdivisions, countries, references, orders;
  for (const auto& [customer, billing] : details) {
    const domain::PostalAddress& address = billing.address;
    customers.push_back(customer);
    streets.push_back(fmt::format("{}", fmt::join(address.street, "\n")));
    cities.push_back(address.city);
    codes.push_back(address.postal_code);
    subdivisions.push_back(address.subdivision);
    countries.push_back(address.country);
    references.push_back(billing.buyer_reference);
    orders.push_back(billing.purchase_order);
  }
  connection.execute(
      kWrite, {customers, streets, cities, codes, subdivisions, countries, references, orders});
}

}  // namespace reckoner::store
