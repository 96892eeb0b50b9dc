#pragma once

#include <span>
#include <string>

#include "config/settings.hpp"
#include "documents/issuer.hpp"
#include "store/document_rows.hpp"
#include "text/json.hpp"

namespace reckoner::app {

/// The legal entity as the settings name it.
documents::Issuer issuer_of(const config::Settings& settings);

std::string document_table(std::span<const store::DocumentSummary> documents);
void write_summary(text::JsonWriter& json, const store::DocumentSummary& document);

}  // namespace reckoner::app
