#pragma once

#include <string>

#include "documents/printed.hpp"

namespace reckoner::documents {

/// The document as an electronic invoice: UBL 2.1 Invoice-2 or CreditNote-2 by EN 16931-1:2017
/// (CEN/TS 16931-3-2), UTF-8. The same input gives the same bytes. docs/documents.md says which
/// term comes from where. Throws Error for what the standard cannot say: an interim invoice, a
/// currency of more than two digits, a seller or buyer without a country, a tax whose parties have
/// no tax id.
std::string to_ubl(const Printed& printed);

}  // namespace reckoner::documents
