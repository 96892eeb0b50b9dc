#pragma once

#include <string>

#include "documents/printed.hpp"

namespace reckoner::documents {

/// The document as a PDF of A4 pages (docs/documents.md). The same input gives the same bytes, with
/// the same fonts and libraries: its dates are the document's. Any thread. Throws Error where the
/// fonts are not installed or the logo cannot be drawn.
std::string to_pdf(const Printed& printed);

}  // namespace reckoner::documents
