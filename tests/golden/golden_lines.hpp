#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/document.hpp"
#include "golden/golden.hpp"

/// Lines of a statement that are nothing but an amount.
namespace reckoner::golden {

/// The line with that key, for the whole of a month.
domain::StatementLine line(const std::string& key, const money::Money& amount);

/// The line that bills `deserved` where `billed` was billed before, or nothing.
money::Money line_after(const std::optional<money::Money>& billed, const money::Money& deserved);

/// The amounts of lines that bill one running total after the other.
std::vector<money::Money> running_lines(std::span<const money::Money> totals);

/// The line's amount: rounded to the currency, unless the case writes more digits than it has.
Figure amount(const Case& item, std::string_view name, const money::Ratio& exact);

/// Rounded as every line is, once, half away from zero.
money::Money rounded(const Case& item, const money::Ratio& exact);

}  // namespace reckoner::golden
