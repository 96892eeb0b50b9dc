#pragma once

// Inside of store: rows of documents as values. Each names the columns it reads; amounts that are
// none of their currency throw Error.

#include "store/document_rows.hpp"
#include "store/rows.hpp"

namespace reckoner::store {

/// customer_id, ordinal
DocumentId id_of(const Row& row);
/// The figures and texts of a document, without its parts.
domain::Document document_of(const Row& row);
domain::DocumentLine line_of(const Row& row, money::Currency currency);
domain::TaxTotal tax_of(const Row& row, money::Currency currency);
/// Adds to the document's coupons or credits.
void add_draw(domain::Document& document, const Row& row);
domain::Payment payment_of(const Row& row);

}  // namespace reckoner::store
