#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/placed_mistake.hpp"
#include "engine/versions.hpp"

namespace reckoner::engine {

/// Builds a draft that came over the network, with the hashes of the libraries it names. Throws
/// Mistakes for everything that CompiledVersion refuses and for what a draft may not say of the
/// machine (config::check_machine_settings). Touches no database.
std::shared_ptr<const CompiledVersion> compile_draft(const Versions& versions, config::Files draft,
                                                     const config::Files& active);

struct DraftCheck {
  std::vector<config::PlacedMistake> errors;    ///< for which it would not be applied
  std::vector<config::PlacedMistake> warnings;  ///< what may not be meant
};

/// What is wrong with a draft, by itself and with what is in the database (check_in_use). Warns of
/// meters it leaves out, and of decisions that no handler names: nobody takes them, and their
/// expressions are not checked.
DraftCheck check_draft(store::Connection& connection, Versions& versions,
                       const config::Files& draft, const CompiledVersion& active,
                       time::Instant now);

}  // namespace reckoner::engine
