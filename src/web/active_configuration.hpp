#pragma once

#include <memory>

#include "engine/versions.hpp"

namespace reckoner::web {

struct ActiveConfiguration {
  VersionId number;
  std::shared_ptr<const engine::CompiledVersion> compiled;
};

/// The configuration in force. Throws Problem 503 while there is none, and, with an error in the
/// log, where this daemon cannot load it (a plug-in is missing here): whoever asks is not at fault.
ActiveConfiguration active_configuration(store::Connection& connection, engine::Versions& versions);

}  // namespace reckoner::web
