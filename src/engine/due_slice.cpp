#include "engine/due_slice.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "engine/bounds.hpp"
#include "engine/issue_days.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kKey{"key of customer",
                                "select key from customer where customer_id = $1"};

}  // namespace

std::string key_of_customer(store::Connection& connection, std::int64_t customer) {
  return connection.query(kKey, {customer}).only().text("key");
}

std::vector<std::pair<std::string, std::string>> would_be_held(store::Connection& connection,
                                                               const CompiledVersion& version,
                                                               time::Instant now,
                                                               const Computation& computation) {
  const IssueDays days(version.configuration(), now);
  std::vector<DocumentWork> documents = computation.documents;
  std::map<CustomerId, std::int64_t> ordinals;
  for (DocumentWork& work : documents) {
    const CustomerId customer = work.document.customer;
    work.document.ordinal = ordinals.try_emplace(customer, work.customer->ordinal).first->second +=
        1;
    work.document.issued_on = days.of(work.document.legal_entity);
  }
  const auto beyond =
      beyond_bounds(connection, bounds_of(version.configuration().settings), documents);
  std::vector<std::pair<std::string, std::string>> held;
  for (const CustomerWork& customer : computation.customers) {
    const auto found = beyond.find(customer.customer.id);
    if (found == beyond.end()) continue;
    held.emplace_back(customer.customer.key, fmt::format("{}", fmt::join(found->second, "; ")));
  }
  return held;
}

}  // namespace reckoner::engine
