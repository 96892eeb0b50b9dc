#pragma once

#include <string>

#include "documents/recipient.hpp"
#include "domain/document.hpp"
#include "text/json.hpp"

namespace reckoner::documents {

/// Writes the document as one JSON object into a larger one. Members, their order and their meaning
/// are those of docs/document-json.md; amounts and quantities are strings, so that no reader rounds
/// them. Throws Error when a text is not UTF-8 or the facts of a line are not JSON.
void write_json(text::JsonWriter& out, const domain::Document& document);

/// The same with the member "recipient": whom it is for, beside what the document says of itself.
void write_json(text::JsonWriter& out, const domain::Document& document,
                const Recipient& recipient);

/// The first as a text of its own.
std::string to_json(const domain::Document& document,
                    text::JsonLayout layout = text::JsonLayout::kCompact);

}  // namespace reckoner::documents
