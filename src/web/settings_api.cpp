#include <fmt/format.h>

#include <algorithm>

#include "accounts/budgets.hpp"
#include "documents/mail.hpp"
#include "text/json.hpp"
#include "text/lines.hpp"
#include "web/audit_record.hpp"
#include "web/customer_settings.hpp"
#include "web/customers_api.hpp"
#include "web/etag.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

namespace {

using Kind = text::Json::Kind;

constexpr std::size_t kAddressesMax = 10;
constexpr std::size_t kLanguageMax = 35;
constexpr std::string_view kWrong = "the settings are not as they must be";

constexpr store::Statement kRead{"api.customer_settings", R"(
  select language, time_zone, mails, array_to_string(also_to, chr(10)) as also_to, budgets
    from customer_setting where customer_id = $1)"};
constexpr store::Statement kWrite{"api.write_customer_settings", R"(
  insert into customer_setting (customer_id, language, time_zone, mails, also_to, budgets, changed_at,
                                changed_by)
  values ($1, $2, $3, $4, $5::text[], $6, $7, $8)
  on conflict (customer_id) do update
     set language = excluded.language, time_zone = excluded.time_zone, mails = excluded.mails,
         also_to = excluded.also_to, budgets = excluded.budgets, changed_at = excluded.changed_at,
         changed_by = excluded.changed_by)"};
std::string to_json(const CustomerSettings& settings) {
  text::JsonWriter json;
  const auto text_or_null = [&](const std::string& text) {
    text.empty() ? json.null() : json.string(text);
  };
  json.begin_object().key("language");
  text_or_null(settings.language);
  json.key("zone");
  text_or_null(settings.zone);
  json.key("invoice_mail").begin_object().key("enabled").boolean(settings.mails);
  json.key("also_to").begin_array();
  for (const std::string& address : settings.also_to) json.string(address);
  json.end_array().end_object().key("budgets").begin_array();
  for (const insight::Budget& budget : settings.budgets) insight::write_budget(json, budget);
  json.end_array().end_object();
  return json.finish();
}

/// Reads a body and gathers everything that is wrong with it.
class SettingsReader {
 public:
  CustomerSettings read(const text::Json& body) {
    allow(body, "", {"language", "zone", "invoice_mail", "budgets"});
    CustomerSettings settings;
    settings.language = language(text_or_nothing(body, "language"));
    settings.zone = zone(text_or_nothing(body, "zone"));
    if (const text::Json* mail = object(body, "invoice_mail")) read_mail(*mail, settings);
    if (const text::Json* budgets = array(body, "budgets", insight::kBudgetsMax)) {
      for (std::size_t i = 0; i < budgets->as_array().size(); ++i) {
        read_budget(budgets->as_array()[i], fmt::format("budgets[{}]", i), settings);
      }
    }
    if (!problem_.items().empty()) throw problem_;
    return settings;
  }

 private:
  void wrong(std::string at, std::string detail) {
    problem_.item(std::move(at), std::move(detail));
  }

  void allow(const text::Json& object, const std::string& at,
             std::initializer_list<std::string_view> names) {
    for (const auto& [name, value] : object.as_object()) {
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        wrong(at + name, "there is no such setting");
      }
    }
  }

  std::string text_or_nothing(const text::Json& body, std::string_view name) {
    const text::Json* found = body.find(name);
    if (found == nullptr) {
      wrong(std::string(name), "is missing");
      return "";
    }
    if (found->is_null()) return "";
    if (found->kind() == Kind::kString) return found->as_string();
    wrong(std::string(name), "is neither a string nor null");
    return "";
  }

  const text::Json* object(const text::Json& body, std::string_view name) {
    const text::Json* found = member(body, name);
    if (found != nullptr && found->kind() == Kind::kObject) return found;
    wrong(std::string(name), "is no object");
    return nullptr;
  }

  const text::Json* array(const text::Json& body, std::string_view name, std::size_t max) {
    const text::Json* found = member(body, name);
    if (found == nullptr || found->kind() != Kind::kArray) {
      wrong(std::string(name), "is no array");
      return nullptr;
    }
    if (found->as_array().size() <= max) return found;
    wrong(std::string(name), fmt::format("has more than {} members", max));
    return nullptr;
  }

  std::string language(const std::string& text) {
    const auto sign = [](char c) {
      return c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    const std::size_t primary = std::min(text.find('-'), text.size());
    const bool fine =
        text.empty() ||
        (text.size() <= kLanguageMax && primary >= 2 && primary <= 3 && text.back() != '-' &&
         text.find("--") == std::string::npos && std::all_of(text.begin(), text.end(), sign));
    if (!fine) wrong("language", fmt::format("'{}' is no language such as \"de-CH\"", text));
    return text;
  }

  std::string zone(const std::string& text) {
    if (text.empty()) return text;
    try {
      time::Zone::named(text);
    } catch (const Error& error) {
      wrong("zone", error.what());
    }
    return text;
  }

  void read_mail(const text::Json& mail, CustomerSettings& settings) {
    allow(mail, "invoice_mail.", {"enabled", "also_to"});
    const text::Json* enabled = member(mail, "enabled");
    if (enabled == nullptr || enabled->kind() != Kind::kBoolean) {
      wrong("invoice_mail.enabled", "is neither true nor false");
    } else {
      settings.mails = enabled->as_boolean();
    }
    const text::Json* addresses = array(mail, "also_to", kAddressesMax);
    if (addresses == nullptr) return;
    for (std::size_t i = 0; i < addresses->as_array().size(); ++i) {
      const std::string at = fmt::format("invoice_mail.also_to[{}]", i);
      try {
        std::string address = addresses->as_array()[i].as_string();
        documents::check_address(address);
        if (std::count(settings.also_to.begin(), settings.also_to.end(), address) == 0) {
          settings.also_to.push_back(std::move(address));
        }
      } catch (const Error& error) {
        wrong(at, error.what());
      }
    }
  }

  void read_budget(const text::Json& budget, const std::string& at, CustomerSettings& settings) {
    try {
      insight::Budget read = insight::read_budget(budget);
      insight::check_alone(settings.budgets, read);
      settings.budgets.push_back(std::move(read));
    } catch (const Error& error) {
      wrong(at, error.what());
    }
  }

  Problem problem_{400, std::string(kWrong)};
};

Response shown(const Request& request, const CustomerSettings& settings) {
  const std::string json = to_json(settings);
  return with_etag(request, {200, "application/json", json}, etag_of(json));
}

Response show_settings(CustomerSession& session, const Request& request) {
  return shown(request, read_settings(session));
}

void check_charges(CustomerSession& session, const CustomerSettings& before,
                   const CustomerSettings& settings) {
  Problem problem(400, std::string(kWrong));
  for (const accounts::BudgetFault& fault :
       accounts::faults_of(session.connection(), session.active().configuration(),
                           session.customer(), before.budgets, settings.budgets)) {
    problem.item(fmt::format("budgets[{}]", fault.place), fault.reason);
  }
  if (!problem.items().empty()) throw problem;
}

Response put_settings(CustomerSession& session, const Request& request) {
  const CustomerSettings settings = SettingsReader().read(json_body(request));
  accounts::lock_customer_settings(session.connection(), session.customer());
  const CustomerSettings before = read_settings(session);
  require_match(request, etag_of(to_json(before)));
  check_charges(session, before, settings);
  session.connection().execute(
      kWrite,
      {session.customer(), settings.language, settings.zone, settings.mails, settings.also_to,
       insight::to_json(settings.budgets), session.now(), request.principal.author()});
  record(session.connection(), request,
         {.action = "customer.settings",
          .subject = session.key(),
          .customer = session.customer(),
          .before = to_json(before),
          .after = to_json(settings)},
         session.now());
  session.commit();
  return shown(request, settings);
}

}  // namespace

CustomerSettings read_settings(CustomerSession& session) {
  CustomerSettings settings;
  const auto row = session.connection().query(kRead, {session.customer()}).at_most_one();
  if (!row) return settings;
  settings.language = row->text("language");
  settings.zone = row->text("time_zone");
  settings.mails = row->boolean("mails");
  settings.also_to = text::split_lines(row->text("also_to"));
  settings.budgets = insight::parse_budgets(row->text("budgets"));
  return settings;
}

std::vector<Route> setting_routes(const CustomerApi& api) {
  return {
      customer_route(api, "GET", "/settings", Right::kSee, show_settings),
      customer_route(api, "PUT", "/settings", Right::kManage, put_settings,
                     CustomerSession::Kind::kWrite),
  };
}

}  // namespace reckoner::web
