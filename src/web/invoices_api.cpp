#include <fmt/format.h>

#include "documents/payment_link.hpp"
#include "engine/printed_document.hpp"
#include "store/document_rows.hpp"
#include "web/csv_file.hpp"
#include "web/customer_balances.hpp"
#include "web/customer_costs.hpp"
#include "web/customer_documents.hpp"
#include "web/customers_api.hpp"
#include "web/metering_session.hpp"
#include "web/number_cursor.hpp"

namespace reckoner::web {

namespace {

constexpr store::Statement kList{"api.invoices", R"(
  select d.ordinal, d.currency, d.carried_forward, d.line_count,
         (select string_agg(distinct l.period_label, ' ' order by l.period_label)
            from document_line l
           where l.customer_id = d.customer_id and l.ordinal = d.ordinal) as periods
    from document d
   where d.customer_id = $1 and ($2::bigint is null or d.ordinal < $2)
   order by d.ordinal desc limit $3)"};
constexpr store::Statement kFind{"api.invoice_of_customer", R"(
  select ordinal from issued where customer_id = $1 and number = $2)"};
constexpr store::Statement kVoid{"api.void_of_invoice", R"(
  select mode, reason, by_ordinal, voided_at from document_void
   where customer_id = $1 and ordinal = $2)"};
constexpr store::Statement kCorrections{"api.corrections_of_invoice", R"(
  select ordinal from document where customer_id = $1 and corrects = $2 order by ordinal)"};

struct ListedInvoice {
  store::DemandRow receivable;
  std::vector<std::string> periods;
  money::Money carried_forward;
  std::int64_t line_count = 0;
};

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

std::map<std::int64_t, store::DemandRow> by_ordinal(CustomerSession& session) {
  std::map<std::int64_t, store::DemandRow> receivables;
  for (auto& [code, of_currency] : read_receivables(session)) {
    for (store::DemandRow& document : of_currency.documents) {
      receivables.emplace(document.ordinal, std::move(document));
    }
  }
  return receivables;
}

std::vector<ListedInvoice> read_invoices(CustomerSession& session, const NumberPage& page) {
  const auto receivables = by_ordinal(session);
  std::vector<ListedInvoice> invoices;
  for (const store::Row& row :
       session.connection().query(kList, {session.customer(), page.below, page.rows_to_read()})) {
    invoices.push_back(
        {receivables.at(row.int64("ordinal")), words_of(row.optional_text("periods").value_or("")),
         money::Money(row.decimal("carried_forward"), money::Currency::of(row.text("currency"))),
         row.int64("line_count")});
  }
  return invoices;
}

Response invoices_as_csv(const CustomerSession& session,
                         const std::vector<ListedInvoice>& invoices) {
  return csv_file(fmt::format("invoices-{}", session.key()), [&](text::CsvWriter& csv) {
    csv.text("number").text("kind").text("state").text("issued_on").text("due_on");
    csv.text("periods").text("currency").text("total").text("open_amount");
    csv.text("carried_forward").text("line_count").end_row();
    for (const ListedInvoice& invoice : invoices) {
      const store::DemandRow& document = invoice.receivable;
      csv.text(document.number).text(domain::to_string(document.kind));
      csv.text(state_of(document, session.today()));
      csv.text(time::to_string(document.issued_on)).text(time::to_string(document.due_on));
      csv.text(fmt::format("{}", fmt::join(invoice.periods, " ")));
      csv.text(document.total.currency().code()).number(document.total.to_string());
      csv.number(document.open.to_string()).number(invoice.carried_forward.to_string());
      csv.number(std::to_string(invoice.line_count)).end_row();
    }
  });
}

void write_summary(text::JsonWriter& json, const ListedInvoice& invoice, time::Date today) {
  const store::DemandRow& document = invoice.receivable;
  json.begin_object().key("number").string(document.number);
  json.key("kind").string(domain::to_string(document.kind));
  json.key("state").string(state_of(document, today));
  json.key("issued_on").string(time::to_string(document.issued_on));
  json.key("due_on").string(time::to_string(document.due_on)).key("periods").begin_array();
  for (const std::string& label : invoice.periods) json.string(label);
  json.end_array().key("currency").string(document.total.currency().code());
  json.key("total").string(document.total.to_string());
  json.key("open_amount").string(document.open.to_string());
  json.key("carried_forward").string(invoice.carried_forward.to_string());
  json.key("line_count").number(invoice.line_count).end_object();
}

Response list_invoices(CustomerSession& session, const Request& request) {
  const bool csv = wants_csv(request);
  const NumberPage page = csv ? NumberPage::all() : NumberPage::of(request);
  std::vector<ListedInvoice> invoices = read_invoices(session, page);
  const auto next =
      page.cut(invoices, [](const ListedInvoice& invoice) { return invoice.receivable.ordinal; });
  if (csv) return invoices_as_csv(session, invoices);
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const ListedInvoice& invoice : invoices) write_summary(json, invoice, session.today());
  json.end_array();
  write_next(json, next);
  json.end_object();
  return json_response(json);
}

/// Another customer's number is as unknown as one that was never given.
store::DocumentId document_of(CustomerSession& session, const Request& request) {
  const std::string& number = request.path_values.at("number");
  const auto row = session.connection().query(kFind, {session.customer(), number}).at_most_one();
  if (!row) throw Problem(404, fmt::format("there is no document '{}'", number));
  return {session.customer(), row->int64("ordinal")};
}

void write_void(text::JsonWriter& json, CustomerSession& session, std::int64_t ordinal) {
  const auto row = session.connection().query(kVoid, {session.customer(), ordinal}).at_most_one();
  if (!row) {
    json.null();
    return;
  }
  const std::int64_t by = row->int64("by_ordinal");
  json.begin_object().key("mode").string(row->text("mode"));
  json.key("reason").string(row->text("reason"));
  json.key("by").string(document_numbers(session, {by}).at(by));
  json.key("voided_at").string(time::to_string(row->instant("voided_at"))).end_object();
}

void write_corrections(text::JsonWriter& json, CustomerSession& session, std::int64_t ordinal) {
  std::vector<std::int64_t> ordinals;
  for (const store::Row& row :
       session.connection().query(kCorrections, {session.customer(), ordinal})) {
    ordinals.push_back(row.int64("ordinal"));
  }
  json.begin_array();
  for (const auto& [corrects, number] : document_numbers(session, ordinals)) json.string(number);
  json.end_array();
}

Response show_invoice(CustomerSession& session, const Request& request) {
  const store::DocumentId id = document_of(session, request);
  if (wants(request, "application/pdf")) {
    return pages(engine::printed_document(session.connection(), session.versions(), id),
                 request.path_values.at("number"));
  }
  if (wants(request, "application/xml")) {
    return electronic_invoice(
        engine::printed_document(session.connection(), session.versions(), id));
  }
  const domain::Document document = store::load_document(session.connection(), id);
  if (wants_csv(request)) return lines_as_csv({&document}, document.number);
  const store::DemandRow receivable = by_ordinal(session).at(id.ordinal);
  text::JsonWriter json;
  json.begin_object().key("document");
  documents::write_json(json, document, engine::recipient_of(session.connection(), id));
  json.key("issuer");
  write_issuer(json, session, document);
  json.key("state").string(state_of(receivable, session.today()));
  json.key("open_amount").string(receivable.open.to_string()).key("payment_link");
  const std::string link =
      documents::payment_link(session.active().configuration().settings.text("payments.link"),
                              receivable.number, receivable.open - receivable.disputed);
  link.empty() ? json.null() : json.string(link);
  json.key("void");
  write_void(json, session, id.ordinal);
  json.key("corrected_by");
  write_corrections(json, session, id.ordinal);
  json.end_object();
  return json_response(json);
}

Response explain_invoice(CustomerSession& session, const Request& request) {
  document_of(session, request);
  return explained(request, [&](std::int64_t line, const engine::EventsWanted& events) {
    return engine::explain(session.connection(), session.versions(),
                           request.path_values.at("number"), line, events);
  });
}

}  // namespace

std::vector<Route> invoice_routes(const CustomerApi& api) {
  return {
      customer_route(api, "GET", "/invoices", Right::kSee, list_invoices),
      customer_route(api, "GET", "/invoices/{number}", Right::kSee, show_invoice),
      customer_route(api, "GET", "/invoices/{number}/lines/{line}", Right::kSee, explain_invoice),
  };
}

}  // namespace reckoner::web
