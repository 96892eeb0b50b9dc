#pragma once

#include <string>
#include <string_view>

#include "web/http.hpp"

namespace reckoner::web {

/// The ETag of a state, quotes included: the same for the same content alone. The content may be
/// the body of an answer, or whatever else changes with the state, such as an id with its version.
std::string etag_of(std::string_view content);

/// For an edit, before anything is changed: throws Problem 428 where the request has no If-Match,
/// and 412 where that does not name the state as it is now. What If-Match names may have come with
/// a compressed answer.
void require_match(const Request& request, std::string_view etag);

/// The answer with its ETag; 304 without a body where the request's If-None-Match names it.
Response with_etag(const Request& request, Response response, std::string etag);

/// The ETag of a compressed form of what has this one: `coding` is "gzip", for one.
std::string etag_of_coded(std::string_view etag, std::string_view coding);

}  // namespace reckoner::web
