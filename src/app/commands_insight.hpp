#pragma once

#include <string>

#include "app/console.hpp"
#include "app/system.hpp"

namespace reckoner::app {

// As in commands.hpp: each gives its exit code.

/// `customer`: a key, or "" for all.
int alerts_command(System& system, const Console& console, const std::string& customer, int limit);

/// `days`: how far back; `meter`: a name, or "" for all.
int anomalies_command(System& system, const Console& console, const std::string& customer,
                      const std::string& meter, int days);
/// The document beside the one before it.
int compare_command(System& system, const Console& console, const std::string& number);

}  // namespace reckoner::app
