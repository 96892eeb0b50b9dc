#pragma once

#include <string>
#include <vector>

#include "domain/credit.hpp"
#include "store/rows.hpp"

namespace reckoner::engine {

/// The charges that a credit or discount is for: the row's column `charges`, one a line.
std::vector<std::string> charges_of(const store::Row& row);

/// A credit as it was granted, without what is left of it: columns of `credit`.
domain::Credit granted_credit(const store::Row& row);

}  // namespace reckoner::engine
