#pragma once

#include <span>
#include <string>

#include "app/system.hpp"
#include "documents/issuer.hpp"
#include "store/document_rows.hpp"
#include "text/json.hpp"

namespace reckoner::app {

/// Who issued or would issue the document, as the active version has it; by its id alone where that
/// does not have it any more.
documents::Issuer issuer_of(System& system, const domain::Document& document);

std::string document_table(std::span<const store::DocumentSummary> documents);
void write_summary(text::JsonWriter& json, const store::DocumentSummary& document);

}  // namespace reckoner::app
