#include "web/idempotency.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/hash.hpp"
#include "store/repeat.hpp"
#include "store/transaction.hpp"
#include "text/json.hpp"

namespace reckoner::web {

namespace {

constexpr std::chrono::milliseconds kConnectionWait{1'500};
constexpr std::size_t kKeyMax = 200;
constexpr int kRunningRetrySeconds = 1;

constexpr store::Statement kLock{"web.lock_request", R"(
  select pg_try_advisory_xact_lock(hashtextextended($1::text || ' ' || $2::text, 11)) as free)"};
constexpr store::Statement kFind{"web.find_request", R"(
  select digest, status, content_type, headers, body, whole
    from answered_request where scope = $1 and idempotency_key = $2)"};
constexpr store::Statement kKeep{"web.keep_request", R"(
  insert into answered_request (scope, idempotency_key, digest, status, content_type, headers, body,
                                whole, answered_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9))"};
// An effect may have taken on the role of a customer for the rest of the transaction.
constexpr store::Statement kRole{"web.role", "select current_setting('role') as role"};
constexpr store::Statement kRoleAgain{"web.role_again", "select set_config('role', $1, true)"};

std::string key_of(const Request& request) {
  const auto [first, last] = request.headers.equal_range("idempotency-key");
  if (first == last) return "";
  const bool one = std::next(first) == last;
  const std::string& key = first->second;
  const bool plain = std::ranges::all_of(key, [](char c) { return c >= ' ' && c <= '~'; });
  if (!one || key.empty() || key.size() > kKeyMax || !plain) {
    throw Problem(400,
                  fmt::format("Idempotency-Key must be one ASCII text of 1 to {} bytes", kKeyMax));
  }
  return key;
}

std::string scope_of(const Principal& principal) {
  return principal.customer ? fmt::format("customer {}", principal.customer->value) : "staff";
}

std::string digest_of(const Request& request) {
  Sha256Stream stream;
  stream.field(request.method).field(request.path);
  for (const auto& [name, value] : request.query) stream.field(name).field(value);
  return to_hex(stream.field(request.body).finish());
}

std::string headers_as_json(const Response& response) {
  text::JsonWriter json;
  json.begin_array();
  for (const auto& [name, value] : response.headers) {
    json.begin_array().string(name).string(value).end_array();
  }
  json.end_array();
  return json.finish();
}

/// The first answer again.
Response kept_answer(const store::Row& row, const std::string& digest) {
  if (row.text("digest") != digest) {
    throw Problem(422, "the Idempotency-Key was used for another request");
  }
  if (!row.boolean("whole")) {
    throw Problem(409,
                  "this was done when the request came first; its answer told a secret, which is "
                  "shown once");
  }
  Response response;
  response.status = static_cast<int>(row.int64("status"));
  response.content_type = row.text("content_type");
  response.body = row.text("body");
  const text::Json headers = text::parse_json(row.text("headers"));
  for (const text::Json& header : headers.as_array()) {
    response.headers.emplace_back(header.as_array().at(0).as_string(),
                                  header.as_array().at(1).as_string());
  }
  response.headers.emplace_back("Idempotency-Replayed", "true");
  return response;
}

}  // namespace

Response once(store::Pool& pool, const Request& request, time::Instant now, const Effect& effect,
              KeptAnswer kept) {
  const std::string key = key_of(request);
  const std::string scope = scope_of(request.principal);
  const std::string digest = digest_of(request);
  const auto twice = key.empty() ? store::Twice::kWouldDoubleIt : store::Twice::kIsOnce;
  return store::in_repeats(pool, kConnectionWait, twice, [&](store::Connection& connection) {
    store::Transaction transaction(connection, store::TransactionKind::kEnclosing);
    if (key.empty()) {
      Response response = effect(connection);
      transaction.commit();
      return response;
    }
    if (!connection.query(kLock, {scope, key}).only().boolean("free")) {
      throw Problem(409, "the first request with this Idempotency-Key is still at work")
          .retry_after(kRunningRetrySeconds);
    }
    if (const store::Rows rows = connection.query(kFind, {scope, key}); !rows.empty()) {
      return kept_answer(rows[0], digest);
    }
    const std::string role = connection.query(kRole).only().text("role");
    Response response = effect(connection);
    RK_CHECK(response.stream == nullptr);
    connection.query(kRoleAgain, {role});
    const bool whole = kept == KeptAnswer::kWhole;
    connection.execute(
        kKeep, {scope, key, digest, std::int64_t{response.status}, response.content_type,
                headers_as_json(response), whole ? response.body : std::string(), whole, now});
    transaction.commit();
    return response;
  });
}

}  // namespace reckoner::web
