#include "accounts/audit_log.hpp"

#include "base/error.hpp"
#include "text/json.hpp"

namespace reckoner::accounts {

namespace {

constexpr store::Statement kRecord{"accounts.record_audit", R"(
  insert into audit_log (at, who, action, subject, customer_id, before, after, request)
  values ($1, $2, $3, $4, $5, $6, $7, $8))"};

constexpr store::Statement kList{"accounts.list_audit_log", R"(
  select l.entry, l.at, l.who, l.action, l.subject, l.customer_id, coalesce(k.key, '') as customer,
         coalesce(l.before, '') as before, coalesce(l.after, '') as after, l.request
    from audit_log l left join customer_key k on k.customer_id = l.customer_id
   where ($1 = '' or l.who = $1)
     and ($2 = '' or l.action = $2 or starts_with(l.action, $2 || '.'))
     and ($3 = '' or l.customer_id = (select customer_id from customer_key where key = $3))
     and ($4::timestamptz is null or l.at >= $4) and ($5::timestamptz is null or l.at < $5)
     and ($6::bigint is null or l.entry < $6)
   order by l.entry desc limit $7)"};

std::optional<std::string> canonical_json(const std::string& json) {
  if (json.empty()) return std::nullopt;
  return text::canonical(text::parse_json(json));
}

}  // namespace

void record(store::Connection& connection, const AuditEntry& entry, time::Instant now) {
  RK_CHECK(!entry.who.empty() && !entry.action.empty());
  connection.execute(kRecord,
                     {now, entry.who, entry.action, entry.subject, entry.customer,
                      canonical_json(entry.before), canonical_json(entry.after), entry.request});
}

std::vector<AuditRow> list_audit_log(store::Connection& connection, const AuditFilter& filter,
                                     std::optional<std::int64_t> below, std::int64_t limit) {
  std::vector<AuditRow> rows;
  for (const store::Row& row : connection.query(kList, {filter.who, filter.action, filter.customer,
                                                        filter.from, filter.to, below, limit})) {
    AuditRow listed;
    listed.number = row.int64("entry");
    listed.at = row.instant("at");
    listed.customer_key = row.text("customer");
    listed.entry = {.who = row.text("who"),
                    .action = row.text("action"),
                    .subject = row.text("subject"),
                    .before = row.text("before"),
                    .after = row.text("after"),
                    .request = row.text("request")};
    if (const auto customer = row.optional_int64("customer_id")) {
      listed.entry.customer = CustomerId{*customer};
    }
    rows.push_back(std::move(listed));
  }
  return rows;
}

}  // namespace reckoner::accounts
