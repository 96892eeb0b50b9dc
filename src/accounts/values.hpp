#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/credit.hpp"
#include "domain/customer.hpp"
#include "money/decimal.hpp"
#include "time/time.hpp"

namespace reckoner::accounts {

/// The tax category of what is charged by hand, unless said otherwise.
inline constexpr std::string_view kStandardTax = "standard";

/// What people write in files and on the command line about customers. Everything throws Error for
/// what cannot be used.

/// A name by which something is found again: one line of up to 200 bytes, without blanks at its
/// ends.
std::string parse_key(std::string_view value);
/// One line of up to 1,000 bytes.
std::string parse_text(std::string_view value);
/// A day from 1970 to 2999.
time::Date parse_day(std::string_view value);
/// "true" or "false".
bool parse_boolean(std::string_view value);
/// Above 0, at most 100.
money::Decimal parse_percentage(std::string_view value);
/// Keys separated by semicolons, none of them twice: "acme-web;acme-api". `one` and
/// `many` say what they are for messages.
std::vector<std::string> parse_list(std::string_view value, std::string_view one,
                                    std::string_view many);
/// Quantities of a subscription by name, each at least 0: "seats=5;dashboards=2".
std::map<std::string, money::Decimal> parse_quantities(std::string_view value);
/// A figure's value; none is "unlimited".
std::optional<money::Decimal> parse_agreed_value(std::string_view value);
/// Two letters, in upper case as ISO 3166-1 writes them.
std::string parse_country(std::string_view value);

/// "cancelled", "changed".
std::string_view to_string(domain::Ending ending);
domain::Ending parse_ending(std::string_view text);
/// "coupon", "prepaid".
std::string_view to_string(domain::CreditKind kind);
domain::CreditKind parse_credit_kind(std::string_view text);

}  // namespace reckoner::accounts
