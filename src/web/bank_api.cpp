#include <fmt/format.h>

#include "accounts/reconciliation.hpp"
#include "web/active_configuration.hpp"
#include "web/audit_record.hpp"
#include "web/change_rules.hpp"
#include "web/console_api.hpp"
#include "web/idempotency.hpp"
#include "web/metering_session.hpp"
#include "web/number_cursor.hpp"
#include "web/request_object.hpp"

namespace reckoner::web {

namespace {

using accounts::StoredBankEntry;

void write_entry(text::JsonWriter& json, const StoredBankEntry& stored) {
  const accounts::BankEntry& entry = stored.entry;
  json.begin_object().key("entry").number(stored.number);
  json.key("account").string(entry.account).key("bank_id").string(entry.bank_id);
  json.key("booked_on").string(time::to_string(entry.booked_on));
  json.key("amount").string(entry.amount.to_string());
  json.key("currency").string(entry.amount.currency().code()).key("instructed");
  if (entry.instructed) {
    write_money(json, *entry.instructed);
  } else {
    json.null();
  }
  json.key("reversal").boolean(entry.reversal);
  write_text_or_null(json, "counterparty", entry.counterparty);
  write_text_or_null(json, "counterparty_account", entry.counterparty_account);
  write_text_or_null(json, "end_to_end", entry.end_to_end);
  json.key("text").string(entry.remittance).key("state").string(stored.state);
  json.key("why").string(stored.why);
  write_text_or_null(json, "customer", stored.customer);
  write_text_or_null(json, "document", stored.document);
  write_text_or_null(json, "reference", stored.reference);
  json.key("file").string(stored.file);
  json.key("read_at").string(time::to_string(stored.read_at));
  write_text_or_null(json, "decided_by", stored.decided_by);
  write_instant(json, "decided_at", stored.decided_at);
  json.end_object();
}

std::string to_json(const StoredBankEntry& stored) {
  text::JsonWriter json;
  write_entry(json, stored);
  return json.finish();
}

Response list_entries(const ConsoleApi& api, const Request& request) {
  const NumberPage page = NumberPage::of(request);
  const auto state = word_parameter(request, "state", {"open", "booked", "aside"});
  const auto lease = take_connection(api.pool());
  auto entries = accounts::list_bank_entries(*lease, state, page.below, page.rows_to_read());
  const auto next = page.cut(entries, [](const StoredBankEntry& stored) { return stored.number; });
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const StoredBankEntry& stored : entries) write_entry(json, stored);
  json.end_array();
  write_next(json, next);
  json.end_object();
  return json_response(json);
}

accounts::ChangeRules rules_of(const ConsoleApi& api, store::Connection& connection,
                               const engine::CompiledVersion& version, time::Instant now) {
  return change_rules(api.versions(), connection, version.configuration(), now);
}

Response import_statement(const ConsoleApi& api, const Request& request) {
  const std::string name = request.parameter("name").value_or("statement");
  const time::Instant now = api.now();
  return once(api.pool(), request, now, [&](store::Connection& connection) {
    const auto version = active_configuration(connection, api.versions()).compiled;
    const accounts::ChangeRules rules = rules_of(api, connection, *version, now);
    const accounts::BankImport result = refused_as(
        422, [&] { return accounts::import_bank_file(connection, rules, name, request.body); });
    text::JsonWriter json;
    json.begin_object().key("entries").number(result.entries).key("known").number(result.known);
    json.key("booked").number(result.booked).key("open").number(result.open);
    json.key("aside").number(result.aside).key("pending").number(result.pending).end_object();
    Response response = json_response(json);
    record(connection, request, {.action = "bank.import", .subject = name, .after = response.body},
           now);
    return response;
  });
}

/// An entry that a path names; throws Problem 404.
StoredBankEntry find(store::Connection& connection, std::int64_t number) {
  auto found = accounts::find_bank_entry(connection, number);
  if (!found) throw Problem(404, fmt::format("there is no bank entry '{}'", number));
  return *std::move(found);
}

/// What a person decided about an entry: `decide` does it.
template <class Decide>
Response decide(const ConsoleApi& api, const Request& request, std::string action, Decide decide) {
  const std::int64_t number = number_in_path(request, "entry");
  const time::Instant now = api.now();
  return once(api.pool(), request, now, [&](store::Connection& connection) {
    const StoredBankEntry before = find(connection, number);
    const StoredBankEntry after = refused_as(
        422, [&] { return decide(connection, number, request.principal.author(), now); });
    const std::string json = to_json(after);
    record(connection, request,
           {.action = action,
            .subject = fmt::format("bank entry {}", number),
            .before = to_json(before),
            .after = json},
           now);
    return Response{200, "application/json", json};
  });
}

Response settle(const ConsoleApi& api, const Request& request) {
  const RequestObject body(request, {"customer", "document", "as_instructed"});
  const accounts::Settlement settlement{
      .customer = body.text("customer"),
      .document = body.optional_text("document").value_or(""),
      .as_instructed = body.optional_boolean("as_instructed").value_or(false)};
  return decide(api, request, "bank.settle",
                [&](store::Connection& connection, std::int64_t number, const std::string& who,
                    time::Instant now) {
                  const auto version = active_configuration(connection, api.versions()).compiled;
                  return accounts::settle_bank_entry(connection,
                                                     rules_of(api, connection, *version, now),
                                                     number, settlement, who);
                });
}

Response set_aside(const ConsoleApi& api, const Request& request) {
  const RequestObject body(request, {"reason"});
  const std::string reason = body.reason();
  return decide(api, request, "bank.set-aside",
                [&](store::Connection& connection, std::int64_t number, const std::string& who,
                    time::Instant now) {
                  return accounts::set_bank_entry_aside(connection, number, reason, who, now);
                });
}

}  // namespace

std::vector<Route> bank_routes(const ConsoleApi& api) {
  const auto to = [&api](Response (*endpoint)(const ConsoleApi&, const Request&)) {
    return [api, endpoint](const Request& request) { return endpoint(api, request); };
  };
  return {
      staff_route("GET", "/api/v1/bank/entries", Right::kConsole, to(list_entries)),
      staff_route("POST", "/api/v1/bank/statements", Right::kBill, to(import_statement)),
      staff_route("POST", "/api/v1/bank/entries/{entry}/settle", Right::kBill, to(settle)),
      staff_route("POST", "/api/v1/bank/entries/{entry}/set-aside", Right::kBill, to(set_aside)),
  };
}

}  // namespace reckoner::web
