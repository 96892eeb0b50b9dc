#pragma once

#include "store/connection.hpp"

namespace reckoner::engine {

/// Until the caller's transaction ends nobody else makes a configuration version active: for who
/// reads the active files to change them. Versions::apply and activate do it themselves.
void lock_versions(store::Connection& connection);

}  // namespace reckoner::engine
