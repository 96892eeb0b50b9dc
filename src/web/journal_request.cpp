#include "web/journal_request.hpp"

#include "accounts/book_names.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

std::optional<time::Date> day_parameter(const Request& request, std::string_view name) {
  const auto text = request.parameter(name);
  if (!text) return std::nullopt;
  return at(name, [&] { return time::parse_date(*text); });
}

std::optional<std::string> entity_parameter(const Request& request,
                                            const config::Configuration& active) {
  const auto name = request.parameter("legal_entity");
  if (!name) return std::nullopt;
  return at("legal_entity", [&] { return accounts::entity_named(active, *name); });
}

}  // namespace reckoner::web
