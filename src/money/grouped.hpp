#pragma once

#include <string>
#include <string_view>

namespace reckoner::money {

/// A figure as `Decimal` and `Money` write it, with the digits before its point in threes, as
/// English documents have them: "-1234567.50" is "-1,234,567.50". For sentences, not for what a
/// program reads.
std::string grouped(std::string_view figure);

}  // namespace reckoner::money
