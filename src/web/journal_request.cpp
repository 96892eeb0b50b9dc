#include "web/journal_request.hpp"

#include "accounts/book_names.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

namespace {

std::optional<time::Date> day_parameter(const Request& request, std::string_view name) {
  const auto text = request.parameter(name);
  if (!text) return std::nullopt;
  return at(name, [&] { return time::parse_date(*text); });
}

}  // namespace

AskedDays asked_days(const Request& request) {
  const AskedDays days{day_parameter(request, "from"), day_parameter(request, "to")};
  if (days.from && days.to && *days.to < *days.from) {
    throw Problem(400, "to: the last day lies before the first");
  }
  return days;
}

std::optional<std::string> entity_parameter(const Request& request,
                                            const config::Configuration& active) {
  const auto name = request.parameter("legal_entity");
  if (!name) return std::nullopt;
  return at("legal_entity", [&] { return accounts::entity_named(active, *name); });
}

}  // namespace reckoner::web
