#pragma once

#include "accounts/rules.hpp"
#include "engine/versions.hpp"
#include "store/connection.hpp"

namespace reckoner::web {

/// What changes of customers' facts are checked against: the plans of `configuration`, and those of
/// earlier versions as they are loaded through `connection`. All three must outlive it.
accounts::ChangeRules change_rules(engine::Versions& versions, store::Connection& connection,
                                   const config::Configuration& configuration, time::Instant now);

}  // namespace reckoner::web
