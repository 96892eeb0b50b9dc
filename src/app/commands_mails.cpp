#include <fmt/format.h>

#include "app/commands.hpp"
#include "app/recorded.hpp"
#include "delivery/outbox.hpp"
#include "text/table.hpp"

namespace reckoner::app {

namespace {

void list_as_json(const Console& console, const std::vector<delivery::OutboxMail>& mails) {
  text::JsonWriter json;
  const auto instant = [&json](std::string_view name, const std::optional<time::Instant>& value) {
    json.key(name);
    value ? json.string(time::to_string(*value)) : json.null();
  };
  json.begin_object().key("mails").begin_array();
  for (const delivery::OutboxMail& mail : mails) {
    json.begin_object().key("name").string(mail.name).key("customer").string(mail.customer_key);
    json.key("recipient").string(mail.recipient).key("state").string(mail.state);
    json.key("attempts").number(mail.attempts);
    instant("created_at", mail.created_at);
    instant("next_try_at", mail.next_try_at);
    instant("sent_at", mail.sent_at);
    json.key("message_id").string(mail.message_id).key("last_error").string(mail.last_error);
    json.end_object();
  }
  json.end_array().end_object();
  console.result(json);
}

}  // namespace

int list_mails_command(System& system, const Console& console, const std::string& state,
                       int limit) {
  auto connection = system.connection();
  const auto mails = delivery::list_outbox(
      *connection, state.empty() ? std::nullopt : std::optional<std::string>(state), limit);
  if (console.json()) {
    list_as_json(console, mails);
    return 0;
  }
  text::Table table({{"mail"},
                     {"customer"},
                     {"recipient"},
                     {"state"},
                     {"tries", text::Align::kRight},
                     {"when"},
                     {"last error"}});
  for (const delivery::OutboxMail& mail : mails) {
    const time::Instant when = mail.sent_at.value_or(mail.next_try_at.value_or(mail.created_at));
    table.add({mail.name, mail.customer_key, mail.recipient, mail.state,
               std::to_string(mail.attempts), time::to_string(when), mail.last_error});
  }
  console.result(table.to_string());
  note_limit(console, mails.size(), limit);
  return 0;
}

int retry_mail_command(System& system, const Console& console, const std::string& name) {
  auto connection = system.connection();
  delivery::retry(*connection, name, system.clock()());
  record(system, {.action = "mail.resend", .subject = fmt::format("mail {}", name)});
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("name").string(name).key("state").string("pending").end_object();
    console.result(json);
  } else {
    console.result(fmt::format("{} will be sent again", name));
  }
  return 0;
}

}  // namespace reckoner::app
