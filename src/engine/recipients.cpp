#include "engine/recipients.hpp"

#include "store/billing_details.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kRecipients{"recipients of documents", R"(
  select c.customer_id, c.street, c.city, c.postal_code, c.subdivision, c.address_country,
         c.buyer_reference, c.purchase_order, c.country, c.tax_id,
         coalesce(s.language, '') as language
    from customer c left join customer_setting s on s.customer_id = c.customer_id
   where c.customer_id = any($1::bigint[]))"};

}  // namespace

std::map<CustomerId, documents::Recipient> recipients_now(
    store::Connection& connection, const std::vector<CustomerId>& customers) {
  std::map<CustomerId, documents::Recipient> recipients;
  for (const store::Row& row : connection.query(kRecipients, {customers})) {
    recipients.emplace(CustomerId{row.int64("customer_id")},
                       documents::Recipient{.billing = store::billing_details_of(row),
                                            .country = row.text("country"),
                                            .tax_id = row.text("tax_id"),
                                            .language = row.text("language")});
  }
  return recipients;
}

}  // namespace reckoner::engine
