#include <fmt/format.h>

#include "accounts/customer_json.hpp"
#include "web/csv_file.hpp"
#include "web/customer_balances.hpp"
#include "web/customer_costs.hpp"
#include "web/customer_documents.hpp"
#include "web/customers_api.hpp"
#include "web/etag.hpp"
#include "web/metering_session.hpp"
#include "web/number_cursor.hpp"

namespace reckoner::web {

namespace {

constexpr store::Statement kPayments{"api.payments", R"(
  select payment, reference, received_on, currency, amount, note, document, claimed_by
    from payment
   where customer_id = $1 and ($2::bigint is null or payment < $2)
   order by payment desc limit $3)"};
constexpr store::Statement kMovements{"api.credit_movements", R"(
  select credit, kind, amount, booked_on, ordinal from credit_movement
   where customer_id = $1 order by credit, movement)"};

struct ListedPayment {
  domain::Payment payment;
  std::string document;
  std::optional<std::int64_t> shown_by;
};

std::vector<ListedPayment> read_payments(CustomerSession& session, const NumberPage& page) {
  std::vector<ListedPayment> payments;
  for (const store::Row& row : session.connection().query(
           kPayments, {session.customer(), page.below, page.rows_to_read()})) {
    payments.push_back(
        {{.number = row.int64("payment"),
          .reference = row.text("reference"),
          .received_on = row.date("received_on"),
          .amount = money::Money(row.decimal("amount"), money::Currency::of(row.text("currency"))),
          .note = row.text("note")},
         row.text("document"),
         row.optional_int64("claimed_by")});
  }
  return payments;
}

std::map<std::int64_t, std::string> numbers_of(CustomerSession& session,
                                               const std::vector<ListedPayment>& payments) {
  std::vector<std::int64_t> ordinals;
  for (const ListedPayment& listed : payments) {
    if (listed.shown_by) ordinals.push_back(*listed.shown_by);
  }
  return document_numbers(session, ordinals);
}

Response payments_as_csv(const CustomerSession& session, const std::vector<ListedPayment>& payments,
                         const std::map<std::int64_t, std::string>& numbers) {
  return csv_file(fmt::format("payments-{}", session.key()), [&](text::CsvWriter& csv) {
    csv.text("payment").text("received_on").text("reference").text("amount").text("currency");
    csv.text("note").text("document").text("shown_on").end_row();
    for (const ListedPayment& listed : payments) {
      const domain::Payment& payment = listed.payment;
      csv.number(std::to_string(payment.number)).text(time::to_string(payment.received_on));
      csv.text(payment.reference).number(payment.amount.to_string());
      csv.text(payment.amount.currency().code()).text(payment.note).text(listed.document);
      csv.text(listed.shown_by ? numbers.at(*listed.shown_by) : "").end_row();
    }
  });
}

void write_payment(text::JsonWriter& json, const ListedPayment& listed,
                   const std::map<std::int64_t, std::string>& numbers) {
  const domain::Payment& payment = listed.payment;
  json.begin_object().key("payment").number(payment.number);
  json.key("reference").string(payment.reference);
  json.key("received_on").string(time::to_string(payment.received_on));
  json.key("currency").string(payment.amount.currency().code());
  json.key("amount").string(payment.amount.to_string());
  json.key("note").string(payment.note).key("document");
  listed.document.empty() ? json.null() : json.string(listed.document);
  json.key("shown_on");
  listed.shown_by ? json.string(numbers.at(*listed.shown_by)) : json.null();
  json.end_object();
}

Response list_payments(CustomerSession& session, const Request& request) {
  const bool csv = wants_csv(request);
  const NumberPage page = csv ? NumberPage::all() : NumberPage::of(request);
  std::vector<ListedPayment> payments = read_payments(session, page);
  const auto next =
      page.cut(payments, [](const ListedPayment& listed) { return listed.payment.number; });
  const auto numbers = numbers_of(session, payments);
  if (csv) return payments_as_csv(session, payments, numbers);
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const ListedPayment& listed : payments) write_payment(json, listed, numbers);
  json.end_array();
  write_next(json, next);
  json.end_object();
  return json_response(json);
}

struct Movement {
  std::string kind;
  money::Decimal amount;
  time::Date booked_on;
  std::optional<std::int64_t> ordinal;
};

/// Whether a document issued on that day could draw from it.
bool is_usable(const domain::Credit& credit, time::Date today) {
  if (credit.amount_left && credit.amount_left->sign() <= 0) return false;
  if (credit.documents_left && *credit.documents_left <= 0) return false;
  return (!credit.starts_on || *credit.starts_on <= today) &&
         (!credit.expires_on || today < *credit.expires_on);
}

void write_movement(text::JsonWriter& json, const Movement& movement, money::Currency currency,
                    const std::map<std::int64_t, std::string>& numbers) {
  json.begin_object().key("kind").string(movement.kind);
  json.key("amount").string(money::Money(movement.amount, currency).to_string());
  json.key("booked_on").string(time::to_string(movement.booked_on)).key("document");
  movement.ordinal ? json.string(numbers.at(*movement.ordinal)) : json.null();
  json.end_object();
}

Response list_credits(CustomerSession& session, const Request&) {
  const auto details =
      accounts::read_customer_details(session.connection(), session.customer(), session.now());
  RK_CHECK(details.has_value());
  std::map<std::int64_t, std::vector<Movement>> movements;
  std::vector<std::int64_t> ordinals;
  for (const store::Row& row : session.connection().query(kMovements, {session.customer()})) {
    movements[row.int64("credit")].push_back({row.text("kind"), row.decimal("amount"),
                                              row.date("booked_on"),
                                              row.optional_int64("ordinal")});
    if (const auto ordinal = row.optional_int64("ordinal")) ordinals.push_back(*ordinal);
  }
  const auto numbers = document_numbers(session, ordinals);
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const domain::Credit& credit : details->credits) {
    json.begin_object().key("credit");
    accounts::write_json(json, credit);
    json.key("usable").boolean(is_usable(credit, session.today()));
    json.key("movements").begin_array();
    for (const Movement& movement : movements[credit.number]) {
      write_movement(json, movement, credit.currency, numbers);
    }
    json.end_array().end_object();
  }
  json.end_array().end_object();
  return json_response(json);
}

Response show_balance(CustomerSession& session, const Request&) {
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const auto& [code, receivables] : read_receivables(session)) {
    write_balance(json, receivables, session.today());
  }
  json.end_array().end_object();
  return json_response(json);
}

Response show_customer(CustomerSession& session, const Request& request) {
  const auto details =
      accounts::read_customer_details(session.connection(), session.customer(), session.now());
  RK_CHECK(details.has_value());
  std::string json = accounts::to_json(*details, session.active().configuration(), session.now());
  std::string etag = etag_of(json);
  return with_etag(request, {200, "application/json", std::move(json)}, std::move(etag));
}

}  // namespace

std::vector<Route> money_routes(const CustomerApi& api) {
  return {
      customer_route(api, "GET", "", Right::kSee, show_customer),
      customer_route(api, "GET", "/payments", Right::kSee, list_payments),
      customer_route(api, "GET", "/credits", Right::kSee, list_credits),
      customer_route(api, "GET", "/balance", Right::kSee, show_balance),
  };
}

}  // namespace reckoner::web
