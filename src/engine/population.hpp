#pragma once

#include <string>

#include "config/configuration.hpp"
#include "engine/batch.hpp"
#include "engine/facts.hpp"
#include "store/connection.hpp"

namespace reckoner::engine {

/// The month whose figures a period's statement compares with: the last one that has ended, in the
/// engine's zone, when the period has ended everywhere (zones reach 14 hours ahead of UTC).
/// "2026-10".
std::string population_month(const time::CyclePeriod& period, const time::Zone& engine_zone);

/// The zone of the engine's schedule; UTC where it has none.
time::Zone zone_of_engine(const config::Configuration& configuration, std::string_view engine);

/// Computes the population facts of the months whose periods the run may bill and that nobody has
/// computed yet, at the run's cut, over all customers subscribed to plans of the engine in the
/// month; and stores them for good: another customer's late usage never changes them. In the
/// transaction that starts the run, under its lock. Months are those of the engine's time zone.
void store_population_facts(store::Connection& connection,
                            const config::Configuration& configuration, const RunFacts& run,
                            time::Instant now);

/// The population facts that such a run would compute if it was started now, and does not store:
/// for whoever shows what it would bill. By engine and month, as FactReader::assume takes them.
FactSource::PopulationByMonth population_facts_to_come(store::Connection& connection,
                                                       const config::Configuration& configuration,
                                                       const std::string& engine,
                                                       time::Instant fires_at,
                                                       const Knowledge& knowledge,
                                                       time::Instant now);

}  // namespace reckoner::engine
