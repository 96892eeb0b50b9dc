#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "accounts/hierarchy.hpp"
#include "engine/versions.hpp"
#include "store/pool.hpp"
#include "store/transaction.hpp"
#include "time/clock.hpp"
#include "web/http.hpp"

namespace reckoner::web {

/// What is below /api/v1/customers/{customer}; all of it outlives the endpoints.
struct CustomerApi {
  store::Pool& pool;     ///< for staff
  store::Pool& tenants;  ///< in the role of the reader; the same where there is none
  engine::Versions& versions;
  time::Clock clock;
};

/// What an endpoint below /api/v1/customers/{customer} reads with: one snapshot of the database,
/// for one customer. Whoever belongs to a customer reads in the reader's role, to which row-level
/// security shows that customer's rows alone (store/isolation.hpp); its customer comes from the
/// principal, never from the request. One below it may be looked at too, and nothing of it changed:
/// that it is below is read from the principal's own rows before its rows are shown. Staff read
/// with the same statements, without policies.
class CustomerSession {
 public:
  enum class Kind {
    kRead,   ///< one snapshot; nothing can be written
    kWrite,  ///< commit() keeps what was written
  };

  /// Throws Problem 404 for a customer that does not exist or is not the caller's: the same answer;
  /// 403 to write for one below the caller's.
  CustomerSession(const CustomerApi& api, const Request& request, Kind kind = Kind::kRead);
  CustomerSession(const CustomerSession&) = delete;
  CustomerSession& operator=(const CustomerSession&) = delete;

  store::Connection& connection() { return *lease_; }
  engine::Versions& versions() { return versions_; }
  /// The configuration in force. Throws Problem 503 while there is none.
  const engine::CompiledVersion& active();

  CustomerId customer() const { return customer_; }
  const std::string& key() const { return key_; }
  const time::Zone& zone() const { return zone_; }
  /// When the request came.
  time::Instant now() const { return now_; }
  time::Date today() const { return zone_.date_of(now_); }
  /// Whether the caller is of the house.
  bool is_staff() const { return is_staff_; }

  /// The session's customer and all below it (accounts/hierarchy.hpp).
  std::vector<accounts::Below> subtree();
  /// From now on the rows of one of them are read, and no others where policies say so.
  void look_at(const accounts::Below& customer);

  /// Once, of a session that writes.
  void commit() { transaction_.commit(); }

 private:
  engine::Versions& versions_;
  const time::Instant now_;
  const bool is_staff_;
  store::Pool::Lease lease_;
  store::Transaction transaction_;
  CustomerId customer_;
  std::string key_;
  time::Zone zone_ = time::Zone::utc();
  std::shared_ptr<const engine::CompiledVersion> active_;
};

/// An endpoint that reads for a customer: it is given its session and reaches no other connection.
using CustomerEndpoint = std::function<Response(CustomerSession&, const Request&)>;

/// The route of "/api/v1/customers/{customer}" and `rest` ("/overview"; "" for the customer
/// itself).
Route customer_route(const CustomerApi& api, std::string method, std::string_view rest, Right right,
                     CustomerEndpoint endpoint,
                     CustomerSession::Kind kind = CustomerSession::Kind::kRead);

}  // namespace reckoner::web
