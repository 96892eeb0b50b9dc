#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metering/meter_life.hpp"
#include "store/transaction.hpp"
#include "text/json.hpp"
#include "web/metering_api.hpp"

namespace reckoner::web {

/// One snapshot of the database with the meters in force in it, for one request.
class MeteringSession {
 public:
  /// Whoever belongs to a customer reads that customer's rows alone (store/isolation.hpp).
  MeteringSession(const MeteringApi& api, const Principal& principal);
  /// For what is no customer's.
  explicit MeteringSession(const MeteringApi& api) : MeteringSession(api, Principal{}) {}

  store::Connection& connection() { return *lease_; }
  const std::vector<domain::Meter>& meters() const;
  metering::MeterLife life_of(const domain::Meter& meter) const;

  /// The meter of that id, or of that name where it has not ended; throws Problem 404.
  const domain::Meter& meter(std::string_view id_or_slug) const;
  const domain::Meter& meter_of(const Request& request) const {
    return meter(request.path_values.at("meter"));
  }

  /// The customers of these keys whom the caller may see; throws Problem 404 for any other.
  std::vector<CustomerId> customers(const std::vector<std::string>& keys,
                                    const Principal& principal);
  std::map<CustomerId, std::string> customer_keys(const std::vector<CustomerId>& customers);

 private:
  store::Pool::Lease lease_;
  store::Transaction snapshot_;
  std::shared_ptr<const engine::CompiledVersion> version_;
  std::map<std::string, metering::MeterLife, std::less<>> lives_;
};

/// A connection for a request; waits a few seconds.
store::Pool::Lease take_connection(store::Pool& pool);

/// To the end of the transaction PostgreSQL looks rows up by their keys, whatever its statistics
/// say.
void look_up_by_key(store::Connection& connection);

/// The meter as the API shows it.
void write_meter(text::JsonWriter& json, const domain::Meter& meter,
                 const metering::MeterLife& life);

// Requests: what is wrong with them throws Problem 400 naming the parameter or member.

/// Runs what reads a part; an Error of it becomes a problem that names the part.
template <class Read>
auto at(std::string_view name, Read read) {
  try {
    return read();
  } catch (const Problem&) {
    throw;
  } catch (const Error& error) {
    throw Problem(400, std::string(name) + ": " + error.what());
  }
}

/// An instant as RFC 3339 has it.
time::Instant parse_time(std::string_view name, const std::string& text);
std::optional<time::Instant> time_parameter(const Request& request, std::string_view name);
/// A whole number from `min` to `max`; `fallback` where there is none.
std::int64_t number_parameter(const Request& request, std::string_view name, std::int64_t min,
                              std::int64_t max, std::int64_t fallback);
/// "true" or "false"; false where there is none.
bool flag_parameter(const Request& request, std::string_view name);

/// The body as a JSON object.
text::Json json_body(const Request& request);
/// A member that is there and not null.
const text::Json* member(const text::Json& object, std::string_view name);
/// The text of a member; none where it is missing or null.
std::optional<std::string> text_member(const text::Json& object, std::string_view name);

Response json_response(text::JsonWriter& json, int status = 200);

}  // namespace reckoner::web
