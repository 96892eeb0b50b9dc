#include "web/customer_documents.hpp"

#include <fmt/format.h>

#include <charconv>

#include "documents/invoice_pdf.hpp"
#include "documents/issuer.hpp"
#include "documents/ubl.hpp"
#include "engine/explanation_json.hpp"
#include "web/csv_file.hpp"
#include "web/download.hpp"
#include "web/metering_session.hpp"
#include "web/pages.hpp"

namespace reckoner::web {

namespace {

constexpr std::int64_t kEventsMax = 500;
constexpr std::int64_t kEvents = 50;
constexpr std::size_t kCursorParts = 3;
constexpr std::size_t kDayLength = 10;

engine::EventsWanted events_wanted(const Request& request) {
  engine::EventsWanted wanted;
  wanted.limit = number_parameter(request, "events", 0, kEventsMax, kEvents);
  if (const auto behind = page_request(request, kCursorParts).behind) {
    wanted.after =
        engine::EventPosition{parse_time("cursor", behind->at(0)), behind->at(1), behind->at(2)};
  }
  return wanted;
}

std::int64_t line_of(const Request& request) {
  const std::string& text = request.path_values.at("line");
  std::int64_t line = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), line);
  if (problem != std::errc() || end != text.data() + text.size()) {
    throw Problem(404, fmt::format("there is no line '{}'", text));
  }
  return line;
}

documents::Issuer issuer_of(CustomerSession& session, const domain::Document& document) {
  const config::Configuration& configuration = session.active().configuration();
  const std::string email = configuration.settings.text("mail.from");
  for (const domain::LegalEntity& entity : configuration.legal_entities) {
    if (entity.id == document.legal_entity) return documents::issuer_of(entity, email);
  }
  return {.name = document.legal_entity, .address = {}, .tax_id = {}, .email = email};
}

void write_line(text::CsvWriter& csv, const domain::Document& document, std::size_t index) {
  const domain::DocumentLine& billed = document.lines[index];
  const domain::StatementLine& line = billed.line;
  csv.text(document.number).number(std::to_string(index + 1)).text(billed.period_label);
  csv.text(billed.true_up ? "true" : "false").text(line.charge).text(line.description);
  csv.text(time::to_string(line.starts_on)).text(time::to_string(line.ends_on));
  csv.number(line.quantity.to_string()).text(line.unit).number(line.amount.to_string());
  csv.text(document.currency.code());
  csv.text(line.tax);
  billed.tax_percent ? csv.number(billed.tax_percent->to_string()) : csv.text("");
  csv.end_row();
}

}  // namespace

bool wants(const Request& request, std::string_view type) {
  const std::string accept = request.header("accept");
  const std::size_t wanted = accept.find(type);
  return wanted != std::string::npos && wanted < accept.find("application/json");
}

bool wants_csv(const Request& request) {
  return wants(request, "text/csv");
}

std::optional<time::Instant> day_or_instant(const Request& request, std::string_view name,
                                            const time::Zone& zone) {
  const auto text = request.parameter(name);
  if (!text || text->size() != kDayLength) return time_parameter(request, name);
  try {
    return zone.start_of(time::parse_date(*text));
  } catch (const Error& error) {
    throw Problem(400, fmt::format("{}: {}", name, error.what()));
  }
}

void write_issuer(text::JsonWriter& json, CustomerSession& session,
                  const domain::Document& document) {
  const documents::Issuer issuer = issuer_of(session, document);
  json.begin_object().key("name").string(issuer.name).key("address").begin_array();
  for (const std::string& line : issuer.address) json.string(line);
  json.end_array().key("tax_id").string(issuer.tax_id);
  json.key("email").string(issuer.email).end_object();
}

Response lines_as_csv(const std::vector<const domain::Document*>& documents,
                      std::string_view name) {
  return csv_file(name, [&](text::CsvWriter& csv) {
    for (const char* column :
         {"document", "line", "period", "true_up", "charge", "description", "starts_on", "ends_on",
          "quantity", "unit", "amount", "currency", "tax_category", "tax_percent"}) {
      csv.text(column);
    }
    csv.end_row();
    for (const domain::Document* document : documents) {
      for (std::size_t i = 0; i < document->lines.size(); ++i) write_line(csv, *document, i);
    }
  });
}

Response pages(const documents::Printed& printed, std::string_view name) {
  return download(fmt::format("{}.pdf", name), "application/pdf", documents::to_pdf(printed));
}

Response electronic_invoice(const documents::Printed& printed) {
  try {
    return download(fmt::format("{}.xml", printed.document.number), "application/xml",
                    documents::to_ubl(printed));
  } catch (const Error& error) {
    throw Problem(409, error.what());
  }
}

Response explained(const Request& request, const Explain& explain) {
  try {
    engine::EventsWanted wanted = events_wanted(request);
    engine::Explanation explanation = explain(line_of(request), wanted);
    if (wanted.after) explanation.usage.clear();
    std::optional<std::string> next;
    if (explanation.more_events && !explanation.events.empty()) {
      const engine::EventPosition& last = explanation.events.back().position;
      next = cursor_of({time::to_string(last.occurred_at), last.source, last.id});
    }
    text::JsonWriter json;
    engine::write_json(json, explanation, next);
    return json_response(json);
  } catch (const engine::NoSuchLine& error) {
    throw Problem(404, error.what());
  }
}

}  // namespace reckoner::web
