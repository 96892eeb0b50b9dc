#include <fmt/format.h>

#include "delivery/composer.hpp"
#include "documents/mail_reading.hpp"
#include "engine/printed_document.hpp"
#include "web/console_api.hpp"
#include "web/idempotency.hpp"
#include "web/metering_session.hpp"
#include "web/pages.hpp"
#include "web/request_object.hpp"

namespace reckoner::web {

namespace {

using delivery::OutboxMail;

struct MailId {
  CustomerId customer;
  std::string key;
};

std::string text_of(const OutboxMail& mail) {
  return fmt::format("{}.{}", mail.customer.value, mail.key);
}

MailId id_of(const Request& request) {
  const std::string& text = request.path_values.at("id");
  const std::size_t dot = text.find('.');
  const auto customer =
      dot == 0 || dot == text.npos ? std::nullopt : whole_number(text.substr(0, dot));
  if (!customer) throw Problem(404, "there is no such mail");
  return {{*customer}, text.substr(dot + 1)};
}

OutboxMail find(store::Connection& connection, const MailId& id) {
  auto found = delivery::find_mail(connection, id.customer, id.key);
  if (!found) throw Problem(404, "there is no such mail");
  return *std::move(found);
}

void write_mail(text::JsonWriter& json, const OutboxMail& mail) {
  json.begin_object().key("id").string(text_of(mail)).key("name").string(mail.name);
  json.key("kind").string(mail.kind);
  write_text_or_null(json, "customer", mail.customer_key);
  json.key("recipient").string(mail.recipient).key("state").string(mail.state);
  json.key("attempts").number(mail.attempts);
  json.key("created_at").string(time::to_string(mail.created_at));
  write_instant(json, "next_try_at", mail.next_try_at);
  write_instant(json, "sent_at", mail.sent_at);
  json.key("message_id").string(mail.message_id);
  write_text_or_null(json, "last_error", mail.last_error);
  json.end_object();
}

std::string to_json(const OutboxMail& mail) {
  text::JsonWriter json;
  write_mail(json, mail);
  return json.finish();
}

delivery::MailPlace place_of(const std::vector<std::string>& parts) {
  const auto customer = whole_number(parts.at(1));
  try {
    if (!customer) throw Error("no number");
    return {time::parse_instant(parts.at(0)), {*customer}, parts.at(2)};
  } catch (const Error&) {
    throw Problem(400, "cursor is none that this list gave");
  }
}

Response list_mails(const ConsoleApi& api, const Request& request) {
  const PageRequest page = page_request(request, 3);
  const auto limit = static_cast<std::int64_t>(page.limit);
  const delivery::OutboxFilter filter{
      .state = word_parameter(request, "state", {"pending", "sent", "dead"}),
      .customer = request.parameter("customer").value_or("")};
  const auto behind = page.behind ? std::optional(place_of(*page.behind)) : std::nullopt;
  const auto lease = take_connection(api.pool());
  auto mails = delivery::list_outbox(*lease, filter, limit + 1, behind);
  const bool more = static_cast<std::int64_t>(mails.size()) > limit;
  if (more) mails.pop_back();
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const OutboxMail& mail : mails) write_mail(json, mail);
  json.end_array();
  std::optional<std::string> next;
  if (more) {
    const OutboxMail& last = mails.back();
    next = cursor_of(
        {time::to_string(last.created_at), std::to_string(last.customer.value), last.key});
  }
  write_next(json, next);
  json.end_object();
  return json_response(json);
}

/// What was sent, or what would be sent now.
std::string bytes_of(const ConsoleApi& api, store::Connection& connection,
                     const delivery::ClaimedMail& mail) {
  if (mail.rendered) return *mail.rendered;
  delivery::Composer composer;
  const auto from = documents::parse_mailbox(api.settings().text("mail.from"));
  delivery::DocumentFile file;
  if (api.settings().text("mail.pdf") == "true") file = engine::document_file(api.versions());
  return composer.compose(connection, mail, from, api.now(), file);
}

void write_headers(text::JsonWriter& json, const documents::ReadMail& read) {
  json.key("headers").begin_array();
  for (const auto& [name, value] : read.headers) {
    json.begin_object().key("name").string(name).key("value").string(value).end_object();
  }
  json.end_array();
}

Response show_mail(const ConsoleApi& api, const Request& request) {
  const MailId id = id_of(request);
  const auto lease = take_connection(api.pool());
  const OutboxMail mail = find(*lease, id);
  const auto stored = delivery::read_mail(*lease, id.customer, id.key);
  RK_CHECK(stored.has_value());
  documents::ReadMail read;
  std::string problem;
  try {
    read = documents::read_mime(bytes_of(api, *lease, *stored));
  } catch (const store::DatabaseError&) {
    throw;
  } catch (const Error& error) {
    problem = error.what();
  }
  text::JsonWriter json;
  json.begin_object().key("mail");
  write_mail(json, mail);
  json.key("as_sent").boolean(stored->rendered.has_value());
  write_headers(json, read);
  write_text_or_null(json, "text", read.text);
  write_text_or_null(json, "html", read.html);
  json.key("attachments").begin_array();
  for (const documents::ReadAttachment& attachment : read.attachments) {
    json.begin_object().key("name").string(attachment.name).key("type").string(attachment.type);
    json.key("bytes").number(static_cast<std::int64_t>(attachment.bytes.size())).end_object();
  }
  json.end_array();
  write_text_or_null(json, "problem", problem);
  json.end_object();
  return json_response(json);
}

Response resend_mail(const ConsoleApi& api, const Request& request) {
  const MailId id = id_of(request);
  const time::Instant now = api.now();
  return once(api.pool(), request, now, [&](store::Connection& connection) {
    const OutboxMail before = find(connection, id);
    if (!delivery::resend(connection, id.customer, id.key, now)) {
      throw Problem(409, "the mail is new: it is about to be sent");
    }
    const std::string after = to_json(find(connection, id));
    record(connection, request,
           {.action = "mail.resend",
            .subject = fmt::format("mail {} to {}", before.name, before.recipient),
            .customer = id.customer.value == 0 ? std::nullopt : std::optional(id.customer),
            .before = to_json(before),
            .after = after},
           now);
    return Response{200, "application/json", after};
  });
}

}  // namespace

std::vector<Route> mail_routes(const ConsoleApi& api) {
  return {
      staff_route("GET", "/api/v1/mails", Right::kConsole,
                  [api](const Request& request) { return list_mails(api, request); }),
      staff_route("GET", "/api/v1/mails/{id}", Right::kConsole,
                  [api](const Request& request) { return show_mail(api, request); }),
      staff_route("POST", "/api/v1/mails/{id}/resend", Right::kOperate,
                  [api](const Request& request) { return resend_mail(api, request); }),
  };
}

}  // namespace reckoner::web
