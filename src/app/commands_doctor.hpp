#pragma once

#include "app/console.hpp"
#include "app/system.hpp"

namespace reckoner::app {

/// Says what carries each guarantee in the present set-up, and what to do where something does not
/// (docs/operations.md). Starts the private cluster where there is no --database, and changes
/// nothing; needs neither a schema that is up to date nor a database that is safe. Exit 1 when
/// something is wrong.
int doctor_command(const CommonOptions& options, const Console& console);

}  // namespace reckoner::app
