#pragma once

#include <string>

namespace reckoner::failpoint {

/// The names of all points of this program, a line each, sorted.
std::string list();

/// Ends the program when RECKONER_FAILPOINT is set and cannot be followed.
void check_order();

}  // namespace reckoner::failpoint
