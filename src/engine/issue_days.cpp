#include "engine/issue_days.hpp"

#include <fmt/format.h>

namespace reckoner::engine {

IssueDays::IssueDays(const config::Configuration& configuration, time::Instant now) {
  for (const domain::LegalEntity& entity : configuration.legal_entities) {
    days_.emplace(entity.id, entity.zone.date_of(now));
  }
}

time::Date IssueDays::of(std::string_view legal_entity) const {
  if (same_) return *same_;
  const auto found = days_.find(legal_entity);
  if (found != days_.end()) return found->second;
  throw Error(fmt::format("the configuration has no legal entity '{}'", legal_entity));
}

void IssueDays::check(const store::OpenBooks& books) const {
  for (const auto& [entity, day] : days_) {
    const auto open_from = books.open_from(entity);
    if (!open_from || day >= *open_from) continue;
    throw IssueRefused(fmt::format(
        "nothing is issued on {}: the books of legal entity '{}' are closed up to {}; is the clock "
        "wrong?",
        time::to_string(day), domain::shown_entity(entity),
        time::to_string(time::add_days(*open_from, -1))));
  }
}

}  // namespace reckoner::engine
