#include <fmt/format.h>

#include <set>

#include "store/transaction.hpp"
#include "web/audit_record.hpp"
#include "web/metering_session.hpp"
#include "web/resource_id.hpp"

namespace reckoner::web {

namespace {

using Kind = text::Json::Kind;

constexpr std::size_t kSubjectsMax = 1000;
constexpr std::size_t kKeyBytesMax = 1024;

// $1: of this customer alone; null: all.
constexpr store::Statement kList{"api.list_subjects", R"(
  select key, id, display_name, metadata, created_at, updated_at
    from subject_profile p
   where deleted_at is null
     and ($1::bigint is null
          or exists (select from subject s where s.subject = p.key and s.customer_id = $1))
   order by key collate "C")"};
constexpr store::Statement kFind{"api.find_subject", R"(
  select key, id, display_name, metadata, created_at, updated_at
    from subject_profile p
   where (key = $2 or id = $2) and deleted_at is null
     and ($1::bigint is null
          or exists (select from subject s where s.subject = p.key and s.customer_id = $1)))"};
constexpr store::Statement kOwned{"api.owned_subjects", R"(
  select distinct subject from subject where subject = any($2::text[]) and customer_id = $1)"};
// What is null stays as it was; a subject that was deleted begins anew.
constexpr store::Statement kWrite{"api.write_subject", R"(
  insert into subject_profile as p (key, id, display_name, metadata, created_at, updated_at)
  values ($1, $2, coalesce($3, ''), coalesce($4, '{}'), $5, $5)
  on conflict (key) do update
     set display_name = coalesce($3, case when p.deleted_at is null then p.display_name else '' end),
         metadata = coalesce($4, case when p.deleted_at is null then p.metadata else '{}' end),
         created_at = case when p.deleted_at is null then p.created_at else $5 end,
         updated_at = $5, deleted_at = null
  returning key, id, display_name, metadata, created_at, updated_at)"};
constexpr store::Statement kDelete{"api.delete_subject", R"(
  update subject_profile p set deleted_at = $3, updated_at = $3
   where (key = $2 or id = $2) and deleted_at is null
     and ($1::bigint is null
          or exists (select from subject s where s.subject = p.key and s.customer_id = $1)))"};

void write_subject(text::JsonWriter& json, const store::Row& row) {
  json.begin_object().key("id").string(row.text("id")).key("key").string(row.text("key"));
  if (const std::string name = row.text("display_name"); !name.empty()) {
    json.key("displayName").string(name);
  }
  json.key("metadata").json(text::parse_json(row.text("metadata")));
  json.key("createdAt").string(time::to_string(row.instant("created_at")));
  json.key("updatedAt").string(time::to_string(row.instant("updated_at"))).end_object();
}

struct Profile {
  std::string key;
  std::optional<std::string> display_name;  ///< none: as it was
  std::optional<std::string> metadata;      ///< canonical JSON
};

Profile read_profile(const text::Json& json) {
  if (json.kind() != Kind::kObject) {
    throw Problem(400, fmt::format("expected an object, found {}", text::to_string(json.kind())));
  }
  Profile profile;
  profile.key = text_member(json, "key").value_or("");
  if (profile.key.empty()) throw Problem(400, "key is missing");
  if (profile.key.size() > kKeyBytesMax || profile.key.find('\0') != std::string::npos) {
    throw Problem(400, fmt::format("key is longer than {} bytes or has a zero byte", kKeyBytesMax));
  }
  if (json.find("displayName") != nullptr) {
    profile.display_name = text_member(json, "displayName").value_or("");
  }
  if (const text::Json* metadata = json.find("metadata")) {
    if (!metadata->is_null() && metadata->kind() != Kind::kObject) {
      throw Problem(400, fmt::format("metadata: expected an object, found {}",
                                     text::to_string(metadata->kind())));
    }
    profile.metadata = metadata->is_null() ? "{}" : text::canonical(*metadata);
  }
  return profile;
}

std::vector<Profile> read_profiles(const Request& request) {
  text::Json json;
  try {
    json = text::parse_json(request.body);
  } catch (const Error& error) {
    throw Problem(400, fmt::format("the body: {}", error.what()));
  }
  if (json.kind() != Kind::kArray) return {read_profile(json)};
  if (json.as_array().size() > kSubjectsMax) {
    throw Problem(400, fmt::format("{} subjects at most at once", kSubjectsMax));
  }
  std::vector<Profile> profiles;
  Problem problem(400, "subjects are not as they must be");
  for (std::size_t i = 0; i < json.as_array().size(); ++i) {
    try {
      profiles.push_back(read_profile(json.as_array()[i]));
    } catch (const Problem& wrong) {
      problem.item(fmt::format("[{}]", i), wrong.what());
    }
  }
  if (!problem.items().empty()) throw problem;
  return profiles;
}

void refuse_foreign(store::Connection& connection, const std::vector<Profile>& profiles,
                    const Principal& principal) {
  if (!principal.customer) return;
  std::vector<std::string> keys;
  for (const Profile& profile : profiles) keys.push_back(profile.key);
  std::set<std::string> owned;
  for (const store::Row& row : connection.query(kOwned, {*principal.customer, keys})) {
    owned.insert(row.text("subject"));
  }
  for (const std::string& key : keys) {
    if (owned.contains(key)) continue;
    throw Problem(403, fmt::format("the subject '{}' is not this key's customer's", key));
  }
}

void note(store::Connection& connection, const Request& request, std::string_view action,
          const std::string& subject, time::Instant now) {
  record(connection, request,
         {.action = std::string(action),
          .subject = fmt::format("subject {}", subject),
          .customer = request.principal.customer},
         now);
}

Response upsert_subjects(const MeteringApi& api, const Request& request) {
  const std::vector<Profile> profiles = read_profiles(request);
  const time::Instant now = api.clock();
  auto lease = take_connection(api.pool);
  store::Transaction transaction(*lease);
  refuse_foreign(*lease, profiles, request.principal);
  text::JsonWriter json;
  json.begin_array();
  for (const Profile& profile : profiles) {
    write_subject(json, lease
                            ->query(kWrite, {profile.key, resource_id("subject", profile.key),
                                             profile.display_name, profile.metadata, now})
                            .only());
  }
  json.end_array();
  for (const Profile& profile : profiles)
    note(*lease, request, "subject.describe", profile.key, now);
  transaction.commit();
  return json_response(json);
}

Response list_subjects(const MeteringApi& api, const Request& request) {
  auto lease = take_connection(api.pool);
  text::JsonWriter json;
  json.begin_array();
  for (const store::Row& row : lease->query(kList, {request.principal.customer})) {
    write_subject(json, row);
  }
  json.end_array();
  return json_response(json);
}

[[noreturn]] void fail_unknown(const std::string& key) {
  throw Problem(404, fmt::format("there is no subject '{}'", key));
}

Response show_subject(const MeteringApi& api, const Request& request) {
  const std::string& key = request.path_values.at("subject");
  auto lease = take_connection(api.pool);
  const store::Rows rows = lease->query(kFind, {request.principal.customer, key});
  if (rows.empty()) fail_unknown(key);
  text::JsonWriter json;
  write_subject(json, rows[0]);
  return json_response(json);
}

Response delete_subject(const MeteringApi& api, const Request& request) {
  const std::string& key = request.path_values.at("subject");
  auto lease = take_connection(api.pool);
  store::Transaction transaction(*lease);
  if (lease->execute(kDelete, {request.principal.customer, key, api.clock()}) == 0) {
    fail_unknown(key);
  }
  note(*lease, request, "subject.forget", key, api.clock());
  transaction.commit();
  return {204, "", ""};
}

}  // namespace

std::vector<Route> subject_routes(const MeteringApi& api) {
  return {
      {"GET", "/api/v1/subjects", Right::kQuery,
       [api](const Request& request) { return list_subjects(api, request); }},
      {"POST", "/api/v1/subjects", Right::kIngest,
       [api](const Request& request) { return upsert_subjects(api, request); }},
      {"GET", "/api/v1/subjects/{subject}", Right::kQuery,
       [api](const Request& request) { return show_subject(api, request); }},
      {"DELETE", "/api/v1/subjects/{subject}", Right::kIngest,
       [api](const Request& request) { return delete_subject(api, request); }},
  };
}

}  // namespace reckoner::web
