#include <fmt/format.h>

#include <set>

#include "engine/printed_document.hpp"
#include "web/customer_costs.hpp"
#include "web/customer_documents.hpp"
#include "web/customers_api.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

namespace {

constexpr std::chrono::days kAheadMax{366};

time::Instant as_of(const CustomerSession& session, const Request& request) {
  const time::Instant instant =
      day_or_instant(request, "as_of", session.zone()).value_or(session.now());
  if (instant > session.now() + kAheadMax) {
    throw Problem(400, fmt::format("as_of {} is more than a year ahead",
                                   request.parameter("as_of").value_or("")));
  }
  return instant;
}

/// The month that most of the document is about: that of its last period.
std::string month_of(const domain::Document& document) {
  return document.lines.empty() ? "" : document.lines.back().period_label;
}

/// The local months of a label and the one before it, with room for the zones of the world.
time::Period around(const std::string& first, const std::string& last) {
  const time::Zone utc = time::Zone::utc();
  const auto begin = utc.start_of(time::parse_date(first + "-01"));
  const auto end = utc.start_of(time::parse_date(month_after(last, 1) + "-01"));
  return {begin - std::chrono::days(1), end + std::chrono::days(1)};
}

void write_compared(text::JsonWriter& json, const std::string& charge, const std::string& title,
                    const money::Money& amount, const std::optional<money::Money>& last,
                    const std::vector<std::int64_t>& lines) {
  json.begin_object().key("charge").string(charge).key("title").string(title);
  json.key("amount").string(amount.to_string()).key("last_month");
  last ? json.string(last->to_string()) : json.null();
  json.key("difference");
  last ? json.string((amount - *last).to_string()) : json.null();
  json.key("lines").begin_array();
  for (const std::int64_t line : lines) json.number(line);
  json.end_array().end_object();
}

void write_comparison(text::JsonWriter& json, CustomerSession& session, const ChargeTitles& titles,
                      const domain::Document& document) {
  const std::string month = month_of(document);
  const std::string before = month_after(month, -1);
  const BilledCosts billed = read_billed_costs(session, document.currency, around(before, before));
  const BilledCosts::OfMonth* last = billed.find(before);
  const auto money = [&](const money::Decimal& amount) {
    return money::Money(amount, document.currency);
  };
  const std::vector<ChargeLines> charges = charges_of(document, month);
  money::Decimal subtotal;
  for (const ChargeLines& charge : charges) subtotal += charge.amount;
  json.begin_object().key("month").string(month);
  json.key("subtotal").string(money(subtotal).to_string());
  json.key("last_month").string(before).key("last_subtotal");
  last != nullptr ? json.string(money(last->subtotal).to_string()) : json.null();
  json.key("charges").begin_array();
  std::set<std::string> shown;
  for (const ChargeLines& charge : charges) {
    shown.insert(charge.charge);
    std::optional<money::Money> then;
    if (last != nullptr) {
      const auto found = last->charges.find(charge.charge);
      then = money(found == last->charges.end() ? money::Decimal(0) : found->second.amount);
    }
    write_compared(json, charge.charge,
                   titles.of(charge.charge, charge.subscription, charge.description),
                   money(charge.amount), then, charge.lines);
  }
  if (last != nullptr) {
    for (const auto& [charge, cost] : last->charges) {
      if (shown.contains(charge)) continue;
      write_compared(json, charge, titles.of(charge, cost.subscription, cost.description), money(0),
                     money(cost.amount), {});
    }
  }
  json.end_array().end_object();
}

void write_interim(text::JsonWriter& json, CustomerSession& session, const ChargeTitles& titles,
                   const engine::InterimInvoice& invoice) {
  json.begin_object().key("as_of").string(time::to_string(invoice.as_of));
  json.key("cut").number(invoice.cut);
  json.key("configuration_version").number(invoice.version.value);
  json.key("what_if").boolean(invoice.what_if);
  json.key("expected_total").string(invoice.expected_total.to_string());
  json.key("document");
  documents::write_json(json, invoice.document);
  json.key("issuer");
  write_issuer(json, session, invoice.document);
  json.key("comparison");
  write_comparison(json, session, titles, invoice.document);
  json.end_object();
}

const engine::InterimInvoice& invoice_in(const std::vector<engine::InterimInvoice>& invoices,
                                         const Request& request) {
  const auto currency = request.parameter("currency");
  if (!currency && invoices.size() > 1) {
    throw Problem(400, "there are several interim invoices: say the currency");
  }
  for (const engine::InterimInvoice& invoice : invoices) {
    if (!currency || *currency == invoice.document.currency.code()) return invoice;
  }
  throw Problem(404, "there is no such interim invoice");
}

Response show_interim(CustomerSession& session, const Request& request) {
  const time::Instant instant = as_of(session, request);
  const auto invoices = interim_of(session, instant);
  if (wants_csv(request)) {
    std::vector<const domain::Document*> documents;
    for (const auto& invoice : invoices) documents.push_back(&invoice.document);
    return lines_as_csv(documents, fmt::format("interim-{}", session.key()));
  }
  if (wants(request, "application/pdf")) {
    return pages(engine::printed_interim(session.connection(), session.versions(),
                                         invoice_in(invoices, request)),
                 fmt::format("interim-{}", session.key()));
  }
  const ChargeTitles titles(session);
  text::JsonWriter json;
  json.begin_object().key("as_of").string(time::to_string(instant)).key("invoices").begin_array();
  for (const engine::InterimInvoice& invoice : invoices) {
    write_interim(json, session, titles, invoice);
  }
  json.end_array().end_object();
  return json_response(json);
}

Response explain_interim(CustomerSession& session, const Request& request) {
  const auto invoices = interim_of(session, as_of(session, request));
  const engine::InterimInvoice& invoice = invoice_in(invoices, request);
  return explained(request, [&](std::int64_t line, const engine::EventsWanted& events) {
    return engine::explain(session.connection(), session.versions(), invoice, line, events);
  });
}

}  // namespace

std::vector<engine::InterimInvoice> interim_of(CustomerSession& session, time::Instant as_of) {
  session.active();
  try {
    return engine::Interim(session.connection(), session.versions(), session.customer())
        .invoices(as_of);
  } catch (const store::DatabaseError&) {
    throw;
  } catch (const Error& error) {
    throw Problem(409, fmt::format("cannot be billed at present: {}", error.what()));
  }
}

std::vector<Route> interim_routes(const CustomerApi& api) {
  return {
      customer_route(api, "GET", "/interim", Right::kSee, show_interim),
      customer_route(api, "GET", "/interim/lines/{line}", Right::kSee, explain_interim),
  };
}

}  // namespace reckoner::web
