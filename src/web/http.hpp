#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/id.hpp"

namespace reckoner::web {

/// What a caller may do.
enum class Scope { kIngest, kQuery, kAdmin };

/// Who calls: the owner of an API key.
struct Principal {
  std::int64_t key_id = 0;
  std::string name;  ///< of the key, for histories
  std::set<Scope> scopes;
  std::string namespace_name = "default";             ///< of the events it sends
  std::optional<CustomerId> customer = std::nullopt;  ///< sees and sends only this customer's
};

/// A request whose body has been read whole.
struct Request {
  std::string method;                                      ///< "GET"
  std::string path;                                        ///< percent-decoded, without the query
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in order; names repeat
  std::multimap<std::string, std::string, std::less<>> headers;  ///< names in lower case
  std::string body;
  std::string id;                                               ///< in the answer and the log
  Principal principal;                                          ///< nobody for a public route
  std::map<std::string, std::string, std::less<>> path_values;  ///< "{meter}" → the part's text

  /// The first of that name; none when there is none.
  std::optional<std::string> parameter(std::string_view name) const;
  /// All of that name, in order.
  std::vector<std::string> parameters(std::string_view name) const;
  std::string header(std::string_view name) const;  ///< empty when missing
};

struct Response {
  int status = 200;
  std::string content_type;  ///< empty with an empty body
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// What a request cannot have, as RFC 9457 says it. Becomes application/problem+json (without
/// parameters: published clients compare the text) {type, title, status, detail, instance}.
class Problem : public Error {
 public:
  Problem(int status, std::string detail) : Error(std::move(detail)), status_(status) {}

  /// One of several things that are wrong with the request; `at` names where ("events[3]").
  struct Item {
    std::string at;
    std::string detail;
  };
  Problem& item(std::string at, std::string detail) {
    items_.push_back({std::move(at), std::move(detail)});
    return *this;
  }
  /// Seconds, for Retry-After.
  Problem& retry_after(int seconds) {
    retry_after_ = seconds;
    return *this;
  }
  /// A header of the answer, such as Allow.
  Problem& header(std::string name, std::string value) {
    headers_.emplace_back(std::move(name), std::move(value));
    return *this;
  }

  int status() const { return status_; }
  const std::vector<Item>& items() const { return items_; }
  std::optional<int> retry_after() const { return retry_after_; }
  const std::vector<std::pair<std::string, std::string>>& headers() const { return headers_; }

 private:
  int status_;
  std::vector<Item> items_;
  std::optional<int> retry_after_;
  std::vector<std::pair<std::string, std::string>> headers_;
};

/// Whose key a secret is: nobody's when it is unknown or revoked. Throws store::DatabaseError when
/// that cannot be found out. Called by many threads at once, for every request that is not public.
using Authenticator = std::function<std::optional<Principal>(std::string_view secret)>;

/// One thing that can be asked for. `pattern` has parts such as "{meter}" that match one part of a
/// path. Endpoints are called by many threads at once; what they throw becomes a problem: Problem
/// as it says, UsageError and other Errors of input 400, a lost or full database 503, the rest 500
/// without detail.
struct Route {
  std::string method;
  std::string pattern;
  std::optional<Scope> scope;  ///< none: public
  std::function<Response(const Request&)> endpoint;
};

}  // namespace reckoner::web
