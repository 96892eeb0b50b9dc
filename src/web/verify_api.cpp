#include "engine/replay_json.hpp"
#include "store/transaction.hpp"
#include "web/console_api.hpp"
#include "web/idempotency.hpp"
#include "web/metering_session.hpp"
#include "web/request_object.hpp"

namespace reckoner::web {

namespace {

constexpr std::int64_t kSampleMax = 1'000'000'000;

Response show_verification(const ConsoleApi& api) {
  const auto lease = take_connection(api.pool());
  text::JsonWriter json;
  Verifications::write_last(json, *lease, api.now());
  return json_response(json);
}

Response start_verification(const ConsoleApi& api, const Request& request) {
  const RequestObject body(request, {"recompute", "sample"});
  const VerifyRequest wanted{.recompute = body.optional_boolean("recompute").value_or(false),
                             .sample = body.optional_integer("sample", 1, kSampleMax)};
  const time::Instant now = api.now();
  return once(api.pool(), request, now, [&](store::Connection& connection) {
    if (!api.verifications.start(connection, wanted, request.principal.author())) {
      throw Problem(409, "a verification goes on");
    }
    text::JsonWriter json;
    Verifications::write_last(json, connection, now);
    record(connection, request,
           {.action = "verify.start",
            .subject = wanted.recompute ? "everything, computed again" : "everything"},
           now);
    return json_response(json, 202);
  });
}

Response replay(const ConsoleApi& api, const Request& request) {
  const std::string& number = request.path_values.find("number")->second;
  const auto lease = take_connection(api.pool());
  store::Transaction snapshot(*lease, store::TransactionKind::kSnapshotReadOnly);
  text::JsonWriter json;
  engine::write_json(
      json, refused_as(404, [&] { return engine::Replay(*lease, api.versions()).one(number); }));
  return json_response(json);
}

}  // namespace

std::vector<Route> verify_routes(const ConsoleApi& api) {
  return {
      staff_route("GET", "/api/v1/verify", Right::kConsole,
                  [api](const Request&) { return show_verification(api); }),
      staff_route("POST", "/api/v1/verify", Right::kOperate,
                  [api](const Request& request) { return start_verification(api, request); }),
      staff_route("GET", "/api/v1/replay/{number}", Right::kConsole,
                  [api](const Request& request) { return replay(api, request); }),
  };
}

}  // namespace reckoner::web
