#pragma once

#include <functional>
#include <string>
#include <vector>

#include "documents/document_json.hpp"
#include "documents/printed.hpp"
#include "engine/explain.hpp"
#include "web/customer_session.hpp"

namespace reckoner::web {

// What endpoints for documents, issued ones and interim ones, have in common.

/// Whether the caller takes a media type rather than JSON, which it gets where it takes both alike.
bool wants(const Request& request, std::string_view type);
/// The same of text/csv.
bool wants_csv(const Request& request);

/// An instant, or a local day's beginning; none where the parameter is not there. Throws Problem
/// 400 for anything else.
std::optional<time::Instant> day_or_instant(const Request& request, std::string_view name,
                                            const time::Zone& zone);

/// What the customer owes as of an instant. Throws Problem 409 where it cannot be billed, 503 while
/// there is no configuration.
std::vector<engine::InterimInvoice> interim_of(CustomerSession& session, time::Instant as_of);

/// Who issued or would issue the document: the schema Issuer.
void write_issuer(text::JsonWriter& json, CustomerSession& session,
                  const domain::Document& document);

/// The documents' lines as a file.
Response lines_as_csv(const std::vector<const domain::Document*>& documents, std::string_view name);

/// The document's pages as a PDF to download; `name` without its ending.
Response pages(const documents::Printed& printed, std::string_view name);

/// The document as an electronic invoice to download. Throws Problem 409 for one that cannot be
/// any.
Response electronic_invoice(const documents::Printed& printed);

/// The line of the request's path as `explain` explains it: the schema Explanation. Throws Problem
/// 404 for a line there is not.
using Explain = std::function<engine::Explanation(std::int64_t, const engine::EventsWanted&)>;
Response explained(const Request& request, const Explain& explain);

}  // namespace reckoner::web
