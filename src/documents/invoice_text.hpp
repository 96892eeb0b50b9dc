#pragma once

#include <string>

#include "documents/issuer.hpp"
#include "domain/document.hpp"

namespace reckoner::documents {

/// The document as plain text for a terminal or a mail: UTF-8, at most 76 columns (a longer single
/// word or amount excepted), lines end with LF. Control characters in names are shown as U+FFFD.
/// The same document gives the same bytes.
std::string to_text(const domain::Document& document, const Issuer& issuer);

}  // namespace reckoner::documents
