#pragma once

#include <string>
#include <string_view>

#include "domain/document.hpp"

namespace reckoner::documents {

/// Where a document is paid: `pattern` with {document}, {amount} (a decimal) and {currency} filled
/// in, each percent-encoded (RFC 3986, unreserved characters stay). Empty for an empty pattern, and
/// where nothing is open. What a browser makes of it is not believed: what was paid says the
/// provider's signed event alone.
std::string payment_link(std::string_view pattern, std::string_view document,
                         const money::Money& open);

/// What is left to pay of an invoice as it is issued: what the customer has paid or been credited
/// is taken off what is older first. Zero for a credit note, an interim invoice and showback.
money::Money open_at_issue(const domain::Document& document);

}  // namespace reckoner::documents
