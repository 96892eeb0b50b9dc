#include <fmt/format.h>

#include <charconv>

#include "engine/configuration_change.hpp"
#include "engine/version_lock.hpp"
#include "store/transaction.hpp"
#include "text/utf8.hpp"
#include "web/audit_record.hpp"
#include "web/configuration_draft.hpp"
#include "web/etag.hpp"
#include "web/idempotency.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

namespace {

constexpr std::size_t kCommentMax = 1000;
constexpr std::size_t kDroppedMax = 1000;

std::string comment_of(const text::Json& body) {
  std::string comment = text_member(body, "comment").value_or("");
  if (comment.find_first_not_of(" \t\r\n") == std::string::npos) {
    throw Problem(400, "comment is missing: say why, for the history");
  }
  if (text::width(comment) > kCommentMax) {
    throw Problem(400, fmt::format("comment is longer than {} characters", kCommentMax));
  }
  return comment;
}

std::vector<std::string> dropped_meters_of(const text::Json& body) {
  std::vector<std::string> names;
  const text::Json* list = member(body, "drop_meters");
  if (list == nullptr) return names;
  if (list->kind() != text::Json::Kind::kArray || list->as_array().size() > kDroppedMax) {
    throw Problem(400, fmt::format("drop_meters is no list of up to {} names", kDroppedMax));
  }
  for (const text::Json& name : list->as_array()) {
    if (name.kind() != text::Json::Kind::kString) {
      throw Problem(400, "drop_meters: a name is no text");
    }
    names.push_back(name.as_string());
  }
  return names;
}

/// What the database does not allow becomes 409; it is what somebody else's data say.
template <class Work>
auto or_conflict(const Work& work) {
  try {
    return work();
  } catch (const store::DatabaseError&) {
    throw;
  } catch (const Problem&) {
    throw;
  } catch (const Error& error) {
    Problem problem(409, error.what());
    const std::vector<std::string> messages = messages_of(error);
    for (std::size_t i = 0; messages.size() > 1 && i < messages.size(); ++i) {
      problem.item("", messages[i]);
    }
    throw problem;
  }
}

/// The number of the version that was active and of the one that is now, for the audit log.
std::string version_json(VersionId version, std::string_view comment = "",
                         const std::optional<engine::RepriceRange>& reprice = std::nullopt) {
  text::JsonWriter json;
  json.begin_object().key("version").number(version.value);
  if (!comment.empty()) json.key("comment").string(comment);
  if (reprice) {
    json.key("reprice").begin_object().key("from").string(time::to_string(reprice->from)).key("to");
    reprice->to ? json.string(time::to_string(*reprice->to)) : json.null();
    json.end_object();
  }
  json.end_object();
  return json.finish();
}

Response applied_response(VersionId version, bool changed, std::int64_t repriced) {
  text::JsonWriter json;
  json.begin_object().key("version").number(version.value).key("changed").boolean(changed);
  json.key("repriced").number(repriced).end_object();
  Response response = json_response(json);
  response.headers.emplace_back("ETag", etag_of_version(version));
  return response;
}

struct ApplyRequest {
  config::Edits edits;
  std::string comment;
  std::vector<std::string> dropped_meters;
  std::optional<engine::RepriceRange> reprice;
};

ApplyRequest apply_request_of(const Request& request) {
  const text::Json body = json_body(request);
  allow_members(body, {"files", "comment", "drop_meters", "reprice"});
  ApplyRequest apply{edits_of(body), comment_of(body), dropped_meters_of(body), std::nullopt};
  if (const text::Json* range = member(body, "reprice")) {
    if (range->kind() != text::Json::Kind::kObject) throw Problem(400, "reprice is no object");
    allow_members(*range, {"from", "to"});
    apply.reprice = range_of(*range);
  }
  return apply;
}

Response apply(const ConfigurationApi& api, const Request& request) {
  const ApplyRequest wanted = apply_request_of(request);
  const time::Instant now = api.clock();
  return once(api.pool, request, now, [&](store::Connection& connection) {
    store::Transaction transaction(connection);
    engine::lock_versions(connection);
    const ActiveConfiguration active = active_configuration(connection, api.versions);
    require_match(request, etag_of_version(active.number));
    const auto draft = compiled_draft(api, *active.compiled, wanted.edits);
    const auto changed = or_conflict([&] {
      return engine::apply_change(connection, api.versions,
                                  {.files = draft->files(),
                                   .author = request.principal.author(),
                                   .comment = wanted.comment,
                                   .dropped_meters = wanted.dropped_meters,
                                   .reprice = wanted.reprice},
                                  now);
    });
    if (changed.changed || wanted.reprice) {
      record(connection, request,
             {.action = wanted.reprice ? "configuration.reprice" : "configuration.apply",
              .subject = fmt::format("configuration version {}", changed.version.value),
              .before = version_json(active.number),
              .after = version_json(changed.version, wanted.comment, wanted.reprice)},
             now);
    }
    transaction.commit();
    return applied_response(changed.version, changed.changed, changed.repriced);
  });
}

VersionId version_in_path(const Request& request) {
  const std::string& text = request.path_values.at("version");
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) {
    throw Problem(404, fmt::format("there is no configuration version '{}'", text));
  }
  return {number};
}

Response activate(const ConfigurationApi& api, const Request& request) {
  const text::Json body = json_body(request);
  allow_members(body, {"comment"});
  const std::string comment = comment_of(body);
  const VersionId version = version_in_path(request);
  const time::Instant now = api.clock();
  return once(api.pool, request, now, [&](store::Connection& connection) {
    store::Transaction transaction(connection);
    engine::lock_versions(connection);
    if (!api.versions.find_stored(connection, version)) {
      throw Problem(404, fmt::format("there is no configuration version '{}'", version.value));
    }
    const auto active = api.versions.active(connection);
    if (!active) throw Problem(503, "there is no configuration yet");
    require_match(request, etag_of_version(*active));
    const auto made = or_conflict([&] {
      return api.versions.activate(connection, version, request.principal.author(), comment, now);
    });
    if (made.changed) {
      record(connection, request,
             {.action = "configuration.activate",
              .subject = fmt::format("configuration version {}", made.version.value),
              .before = version_json(*active),
              .after = version_json(made.version, comment)},
             now);
    }
    transaction.commit();
    return applied_response(made.version, made.changed, 0);
  });
}

}  // namespace

std::vector<Route> configuration_change_routes(const ConfigurationApi& api) {
  return {
      {"POST", "/api/v1/configuration/apply", Right::kBill,
       [api](const Request& request) { return apply(api, request); }},
      {"POST", "/api/v1/configuration/versions/{version}/activate", Right::kBill,
       [api](const Request& request) { return activate(api, request); }},
  };
}

}  // namespace reckoner::web
