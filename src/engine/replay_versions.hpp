#pragma once

// Inside of replay: configuration versions as far as pricing needs them.

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "engine/versions.hpp"
#include "meters/meter_reader.hpp"

namespace reckoner::engine {

/// A version whose plug-ins need not load here.
struct PricingVersion {
  config::Configuration configuration;
  std::unique_ptr<const meters::MeterReader> reader;
  std::string problem;  ///< why its chains do not load here; empty: they do

  /// nullptr where it has none.
  const domain::Charge* charge(const std::string& plan, const std::string& charge,
                               money::Currency currency) const;
};

/// Versions by number, each read once.
class PricingVersions {
 public:
  PricingVersions(store::Connection& connection, Versions& versions)
      : connection_(connection), versions_(versions) {}
  /// Throws Error when there is none of that number.
  const PricingVersion& at(VersionId version);

 private:
  store::Connection& connection_;
  Versions& versions_;
  std::map<VersionId, PricingVersion> read_;
};

}  // namespace reckoner::engine
