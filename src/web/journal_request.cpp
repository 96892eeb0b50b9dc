#include "web/journal_request.hpp"

#include <fmt/format.h>

#include "domain/legal_entity.hpp"
#include "web/console_api.hpp"

namespace reckoner::web {

std::optional<time::Date> day_parameter(const Request& request, std::string_view name) {
  const auto text = request.parameter(name);
  if (!text) return std::nullopt;
  try {
    return time::parse_date(*text);
  } catch (const Error& error) {
    throw Problem(400, fmt::format("{}: {}", name, error.what()));
  }
}

std::string entity_of(const config::Configuration& active, const std::string& name) {
  if (name == domain::kDefaultEntity) return "";
  return refused_as(400, [&] { return active.legal_entity(name).id; });
}

std::optional<std::string> entity_parameter(const Request& request,
                                            const config::Configuration& active) {
  const auto name = request.parameter("legal_entity");
  if (!name) return std::nullopt;
  return entity_of(active, *name);
}

}  // namespace reckoner::web
