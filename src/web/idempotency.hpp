#pragma once

#include <functional>

#include "store/pool.hpp"
#include "time/time.hpp"
#include "web/http.hpp"

namespace reckoner::web {

/// What is kept of an answer.
enum class KeptAnswer {
  kWhole,
  /// It tells a secret that is shown once: a repeated request is told so (409).
  kNotItsBody,
};

/// What a request does, in one transaction on this connection, and what it answers. Transactions
/// that it begins on the connection are parts of that one (store::TransactionKind::kEnclosing), so
/// that whatever takes a connection may be called. It may be called again after a conflict with
/// another transaction; what it throws leaves nothing behind.
using Effect = std::function<Response(store::Connection&)>;

/// Does what a request asks for once, however often it comes: for every POST that makes something.
/// Effect, Idempotency-Key and answer are kept by one COMMIT, so that no crash leaves one of them
/// without the others, and a COMMIT whose answer was lost is looked up (store::in_repeats).
///
/// Keys are kept for ever, a customer's and those of staff apart. The same key with the same
/// method, path, query and body is answered as the first time, with the header
/// Idempotency-Replayed: true; with anything else it is Problem 422, and 409 while the first is
/// still at work. Whatever is refused is not kept: it had no effect. Without the header the effect
/// happens at each request. Effects that need connections of their own are not for this.
Response once(store::Pool& pool, const Request& request, time::Instant now, const Effect& effect,
              KeptAnswer kept = KeptAnswer::kWhole);

}  // namespace reckoner::web
