#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "domain/document.hpp"

namespace reckoner::handlers {

/// An amount that stands on `lines` as a whole, split by what each tax category of them comes to,
/// in the order of their first lines; parts sum to it, and those of 0.00 are left out. Categories
/// that come to less than zero get nothing. Without a line above zero all of it is "standard".
std::vector<std::pair<std::string, money::Money>> split_by_tax(
    std::span<const domain::StatementLine> lines, const money::Money& amount);

}  // namespace reckoner::handlers
