#pragma once

#include <string>
#include <string_view>

#include "money/money.hpp"

namespace reckoner::documents {

/// Where a document is paid: `pattern` with {document}, {amount} (a decimal) and {currency} filled
/// in, each percent-encoded (RFC 3986, unreserved characters stay). Empty for an empty pattern, and
/// where nothing is open. What a browser makes of it is not believed: what was paid says the
/// provider's signed event alone.
std::string payment_link(std::string_view pattern, std::string_view document,
                         const money::Money& open);

}  // namespace reckoner::documents
