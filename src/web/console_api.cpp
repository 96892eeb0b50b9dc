#include "web/console_api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "web/billing_details_api.hpp"
#include "web/request_object.hpp"

namespace reckoner::web {

std::vector<Route> console_routes(const ConsoleApi& api) {
  std::vector<Route> routes;
  for (auto* area : {engine_routes,
                     run_routes,
                     unbilled_routes,
                     customer_list_routes,
                     change_routes,
                     metering_state_routes,
                     quarantine_routes,
                     mail_routes,
                     audit_routes,
                     health_state_routes,
                     verify_routes,
                     journal_routes,
                     all_alert_routes,
                     allocation_routes,
                     bank_routes,
                     cost_centre_routes,
                     margin_routes,
                     all_dunning_routes,
                     settled_dispute_routes,
                     changed_billing_details_routes,
                     payment_provider_routes}) {
    std::vector<Route> more = area(api);
    std::move(more.begin(), more.end(), std::back_inserter(routes));
  }
  return routes;
}

Route staff_route(std::string method, std::string pattern, Right right,
                  std::function<Response(const Request&)> endpoint) {
  return {std::move(method), std::move(pattern), right,
          [endpoint = std::move(endpoint)](const Request& request) {
            if (request.principal.customer) {
              throw Problem(403, fmt::format("'{}' belongs to a customer: this is for staff",
                                             request.principal.name));
            }
            return endpoint(request);
          }};
}

std::int64_t number_in_path(const Request& request, std::string_view name) {
  const std::string& text = request.path_values.find(name)->second;
  const auto number = text.empty() ? std::nullopt : whole_number(text);
  if (!number || *number < 1) throw Problem(404, fmt::format("there is no {} '{}'", name, text));
  return *number;
}

std::optional<std::string> word_parameter(const Request& request, std::string_view name,
                                          std::initializer_list<std::string_view> words) {
  auto found = request.parameter(name);
  if (!found) return std::nullopt;
  if (std::find(words.begin(), words.end(), *found) != words.end()) return found;
  throw Problem(400, fmt::format("{}: '{}' is none of {}", name, *found, fmt::join(words, ", ")));
}

}  // namespace reckoner::web
