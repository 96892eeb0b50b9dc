#pragma once

#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/run.hpp"
#include "web/audit_record.hpp"
#include "web/customer_session.hpp"
#include "web/json_members.hpp"
#include "web/verifications.hpp"

namespace reckoner::web {

/// What the endpoints of the admin console work on; all of it outlives them.
struct ConsoleApi {
  CustomerApi customers;
  engine::Runner& runner;
  Verifications& verifications;
  /// Where the private cluster lies; none where there is another database.
  std::optional<std::filesystem::path> cluster_directory;
  /// The active settings under this process's environment.
  std::function<config::Settings()> settings;

  store::Pool& pool() const { return customers.pool; }
  engine::Versions& versions() const { return customers.versions; }
  time::Instant now() const { return customers.clock(); }
};

/// Everything below, of the sections "changes", "engines", "operation" and "allocation" of the
/// contract.
std::vector<Route> console_routes(const ConsoleApi& api);

std::vector<Route> engine_routes(const ConsoleApi& api);
std::vector<Route> run_routes(const ConsoleApi& api);
std::vector<Route> unbilled_routes(const ConsoleApi& api);
std::vector<Route> customer_list_routes(const ConsoleApi& api);
std::vector<Route> change_routes(const ConsoleApi& api);
std::vector<Route> metering_state_routes(const ConsoleApi& api);
std::vector<Route> quarantine_routes(const ConsoleApi& api);
std::vector<Route> mail_routes(const ConsoleApi& api);
std::vector<Route> audit_routes(const ConsoleApi& api);
std::vector<Route> health_state_routes(const ConsoleApi& api);
std::vector<Route> verify_routes(const ConsoleApi& api);
std::vector<Route> journal_routes(const ConsoleApi& api);
std::vector<Route> all_alert_routes(const ConsoleApi& api);
std::vector<Route> allocation_routes(const ConsoleApi& api);
std::vector<Route> cost_centre_routes(const ConsoleApi& api);
std::vector<Route> margin_routes(const ConsoleApi& api);
std::vector<Route> bank_routes(const ConsoleApi& api);
std::vector<Route> all_dunning_routes(const ConsoleApi& api);
std::vector<Route> settled_dispute_routes(const ConsoleApi& api);
/// Public: who sends an event is known by its signature.
std::vector<Route> payment_provider_routes(const ConsoleApi& api);

/// A route of the house: 403 for who belongs to a customer, whatever rights that one has.
Route staff_route(std::string method, std::string pattern, Right right,
                  std::function<Response(const Request&)> endpoint);

/// Does what may be impossible as things are: an Error of input becomes Problem `status`.
template <class Work>
auto refused_as(int status, Work work) {
  try {
    return work();
  } catch (const Problem&) {
    throw;
  } catch (const store::DatabaseError&) {
    throw;
  } catch (const Error& error) {
    throw Problem(status, error.what());
  }
}

/// The text of a path as a number from 1; throws Problem 404 for anything else.
std::int64_t number_in_path(const Request& request, std::string_view name);
/// A parameter that is one of some words; none where it is missing. Throws Problem 400.
std::optional<std::string> word_parameter(const Request& request, std::string_view name,
                                          std::initializer_list<std::string_view> words);

}  // namespace reckoner::web
