#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "domain/charge.hpp"
#include "engine/facts.hpp"
#include "pricing/charge.hpp"
#include "time/time.hpp"

namespace reckoner::handlers {

/// Whether the model prices usage by its dimensions or by when it was: usage in detail.
bool needs_details(const domain::ChargeModel& model);

/// Folded usage by the place it has in such a model. Throws Error where it has none: a row of a
/// matrix is missing.
std::vector<pricing::Group> groups_of_folds(const domain::ChargeModel& model,
                                            const domain::Meter& meter, const time::Zone& zone,
                                            const std::vector<engine::UsageDetail>& details);

/// What to ask of a meter that folds do not serve: by the dimensions of a matrix, the windows of
/// time, or the stretches within one band of a calendar.
engine::QuantityQuery query_for(const domain::ChargeModel& model, const domain::Meter& meter,
                                CustomerId customer, const time::Period& period,
                                const time::Zone& zone);

/// The answer to such a query by the place it has in the model. Throws Error as above.
std::vector<pricing::Group> groups_of_quantities(const domain::ChargeModel& model,
                                                 const engine::QuantityQuery& query,
                                                 const time::Zone& zone,
                                                 const engine::Quantities& quantities);

}  // namespace reckoner::handlers
