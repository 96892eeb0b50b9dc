#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "web/http.hpp"

namespace reckoner::web {

/// "Not Found"; "Unknown" for a status that has no name.
std::string_view title_of(int status);

/// The problem as an answer: application/problem+json {type, title, status, detail, instance}, and
/// items [{at, detail}] where it has some. `request_id` becomes instance "urn:request:<id>".
Response answer_of(const Problem& problem, std::string_view request_id);

/// What an endpoint threw, as Route says. What hides its detail (500) is logged with the request's
/// id.
Response answer_of(std::exception_ptr thrown, std::string_view request_id);

/// Status line and headers, the empty line at their end included, for an answer as it goes over the
/// wire: with what browsers shall not do with it, unless the answer says so itself (RFC 6797, CSP,
/// Fetch). A header with a control character is a Bug.
struct WireHead {
  std::string_view request_id;
  std::string_view date;  ///< RFC 9110
  bool http_1_0 = false;
  bool keep_alive = true;
  bool tls = false;
};
std::string head_of(const Response& response, const WireHead& head);

/// The present time as RFC 9110 writes it: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string_view http_date();

}  // namespace reckoner::web
