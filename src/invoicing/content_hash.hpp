#pragma once

#include "base/hash.hpp"
#include "domain/document.hpp"

namespace reckoner::invoicing {

/// SHA-256 over everything a document says, in a fixed order, each field with its length; without
/// the number, which is given last. Persistent: a change of this form needs a new version of it.
Sha256 content_hash(const domain::Document& document);

/// The link of a document in its series: SHA-256 over the link before it, the content hash and the
/// number. The link before the first is 32 zero bytes.
Sha256 chain_hash(const Sha256& previous, const Sha256& content, std::string_view number);

}  // namespace reckoner::invoicing
