#include "engine/replay_versions.hpp"

namespace reckoner::engine {

const domain::Charge* PricingVersion::charge(const std::string& plan, const std::string& charge,
                                             money::Currency currency) const {
  for (const domain::Plan& each : configuration.plans) {
    if (each.name != plan || each.currency != currency) continue;
    for (const domain::Charge& one : each.charges) {
      if (one.name == charge) return &one;
    }
  }
  return nullptr;
}

const PricingVersion& PricingVersions::at(VersionId version) {
  const auto known = read_.find(version);
  if (known != read_.end()) return known->second;
  PricingVersion read;
  read.configuration = config::parse(versions_.files(connection_, version));
  read.reader = std::make_unique<const meters::MeterReader>(read.configuration.meters);
  try {
    versions_.load(connection_, version);
  } catch (const store::DatabaseError&) {
    throw;
  } catch (const Error& error) {
    read.problem = error.what();
  }
  return read_.emplace(version, std::move(read)).first->second;
}

}  // namespace reckoner::engine
