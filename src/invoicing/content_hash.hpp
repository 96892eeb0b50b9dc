#pragma once

#include "base/hash.hpp"
#include "domain/document.hpp"

namespace reckoner::invoicing {

/// SHA-256 over everything a document says, in a fixed order, each field with its length; without
/// the number, which is given last. Persistent: a change of this form needs a new version of it.
///
/// What a document need not have comes behind all the rest, each part led by its name, and leaves
/// no trace where it is not there: a tax category other than "standard", a tax rate or
/// `counts = false` of a line; a subtotal other than the total; coupons; taxes; credits and their
/// total; what is corrected and why; a legal entity other than the default one. So a document
/// without them has the hash it had before they were known. Draws count by credit: their order, and
/// whether one credit is drawn in one piece or in several, is not part of the form.
Sha256 content_hash(const domain::Document& document);

/// The link of a document in its series: SHA-256 over the link before it, the content hash and the
/// number. The link before the first is 32 zero bytes.
Sha256 chain_hash(const Sha256& previous, const Sha256& content, std::string_view number);

}  // namespace reckoner::invoicing
