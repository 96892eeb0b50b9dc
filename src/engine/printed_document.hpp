#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "documents/mail.hpp"
#include "documents/printed.hpp"
#include "engine/interim.hpp"
#include "engine/versions.hpp"
#include "store/document_rows.hpp"

namespace reckoner::engine {

/// An issued document with everything that its pages show. Issuer, logo and names of plans are
/// those of the configuration version that it was issued under, figures of other periods those of
/// the documents up to it: what is issued later changes none of its pages. Steps of an amount are
/// there where that version's prices give the line's amount. The recipient is as the customer was
/// when it was issued. Reads only. Throws Error when there is no such document or its version does
/// not load here.
documents::Printed printed_document(store::Connection& connection, Versions& versions,
                                    store::DocumentId id);

/// The same of an interim invoice, by the version that it was computed with.
documents::Printed printed_interim(store::Connection& connection, Versions& versions,
                                   const InterimInvoice& invoice);

/// Whom the document is for, as the customer was when it was issued; of one that is not issued
/// (ordinal 0), or was before that was kept, as the customer is now.
documents::Recipient recipient_of(store::Connection& connection, store::DocumentId id);

/// A function that makes the PDF of an issued document as a file for a mail, named by the
/// document's number. `versions` outlives it.
std::function<documents::Attachment(store::Connection&, CustomerId, std::int64_t)> document_file(
    Versions& versions);

/// Name of a document's file without its ending: signs other than letters, digits, '.', '_' and '-'
/// become '-'.
std::string file_stem(std::string_view number);

}  // namespace reckoner::engine
