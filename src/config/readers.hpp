#pragma once

#include <vector>

#include "config/configuration.hpp"
#include "config/xml.hpp"

namespace reckoner::config {

// One function for each kind of file: checked in itself, not yet against the other files.

struct BillingConfig {
  Settings settings;
  std::vector<EngineConfig> engines;
};

/// billing-config.xml
BillingConfig read_billing_config(const Element& root);

/// meters.xml
std::vector<domain::Meter> read_meters(const Element& root);

/// pricing/*.xml; `currency` is that of a file that names none.
std::vector<domain::Plan> read_pricing(const Element& root, money::Currency currency);

}  // namespace reckoner::config
