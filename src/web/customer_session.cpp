#include "web/customer_session.hpp"

#include <fmt/format.h>

#include "store/isolation.hpp"
#include "web/active_configuration.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

namespace {

constexpr store::Statement kByKey{"api.customer_by_key", R"(
  select customer_id from customer_key where key = $1)"};
constexpr store::Statement kById{"api.customer_by_id", R"(
  select key, time_zone from customer where customer_id = $1)"};

store::TransactionKind kind_of(CustomerSession::Kind kind) {
  return kind == CustomerSession::Kind::kRead ? store::TransactionKind::kSnapshotReadOnly
                                              : store::TransactionKind::kReadCommitted;
}

}  // namespace

CustomerSession::CustomerSession(const CustomerApi& api, const Request& request, Kind kind)
    : versions_(api.versions),
      now_(api.clock()),
      is_staff_(!request.principal.customer),
      lease_(take_connection(is_staff_ ? api.pool : api.tenants)),
      transaction_(*lease_, kind_of(kind)) {
  const std::string& asked = request.path_values.at("customer");
  std::optional<CustomerId> customer = request.principal.customer;
  if (customer) {
    store::read_for(*lease_, *customer);
    if (asked != request.principal.customer_key) {
      if (const auto below = accounts::find_below(*lease_, *customer, asked)) {
        if (kind == Kind::kWrite) {
          throw Problem(403,
                        fmt::format("customer '{}' is below yours: it can be looked at, and not "
                                    "changed",
                                    asked));
        }
        customer = *below;
        store::read_for(*lease_, *customer);
      }
    }
  } else if (const auto row = lease_->query(kByKey, {asked}).at_most_one()) {
    customer = CustomerId{row->int64("customer_id")};
  }
  const auto found = customer ? lease_->query(kById, {*customer}).at_most_one() : std::nullopt;
  if (!found || found->text("key") != asked) {
    throw Problem(404, fmt::format("there is no customer '{}'", asked));
  }
  customer_ = *customer;
  key_ = found->text("key");
  zone_ = time::Zone::named(found->text("time_zone"));
}

std::vector<accounts::Below> CustomerSession::subtree() {
  return accounts::read_subtree(connection(), customer_, key_);
}

void CustomerSession::look_at(const accounts::Below& customer) {
  if (!is_staff_) store::read_for(connection(), customer.customer);
}

const engine::CompiledVersion& CustomerSession::active() {
  if (!active_) {
    active_ = active_configuration(connection(), versions_).compiled;
  }
  return *active_;
}

Route customer_route(const CustomerApi& api, std::string method, std::string_view rest, Right right,
                     CustomerEndpoint endpoint, CustomerSession::Kind kind) {
  return {std::move(method), fmt::format("/api/v1/customers/{{customer}}{}", rest), right,
          [api, endpoint = std::move(endpoint), kind](const Request& request) {
            CustomerSession session(api, request, kind);
            return endpoint(session, request);
          }};
}

}  // namespace reckoner::web
