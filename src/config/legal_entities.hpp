#pragma once

#include <vector>

#include "config/settings.hpp"
#include "config/xml.hpp"
#include "domain/legal_entity.hpp"

namespace reckoner::config {

/// The legal entities of billing-config.xml: first the default one, of the settings
/// billing.legalEntity.*, then those of its element legal-entities, which take from the settings
/// what they leave out. Throws Error("file:line: reason"), also for two whose numbers could be the
/// same.
std::vector<domain::LegalEntity> read_legal_entities(const Element& root, const Settings& settings);

}  // namespace reckoner::config
