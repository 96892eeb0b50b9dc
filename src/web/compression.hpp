#pragma once

#include "web/http.hpp"

namespace reckoner::web {

/// Compresses the body by gzip where it is text of more than a kilobyte, the caller takes gzip, and
/// that tells nobody anything: what a page of another site makes a browser ask for with its cookie
/// is left as it is, because the length of a compressed answer, seen on the wire, would tell
/// whether a guess put into the request stands in it too (BREACH). Sets Content-Encoding, Vary and
/// an ETag of its own.
void compress(const Request& request, Response& response);

/// Whether an Accept-Encoding names the coding, or "*", and not with q=0.
bool accepts_coding(const Request& request, std::string_view coding);

}  // namespace reckoner::web
