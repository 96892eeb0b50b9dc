#include "web/customer_quote.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "accounts/customers.hpp"
#include "documents/document_json.hpp"
#include "engine/quote.hpp"
#include "web/customer_plans.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

namespace {

using Kind = text::Json::Kind;

constexpr std::size_t kUsageMax = 1000;
constexpr std::size_t kQuantitiesMax = 100;

void allow(const text::Json& object, const std::string& at,
           std::initializer_list<std::string_view> names) {
  for (const auto& [name, value] : object.as_object()) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      throw Problem(400, fmt::format("{}{}: there is no such member", at, name));
    }
  }
}

const domain::Plan& plan_of(const config::Configuration& configuration, const std::string& name,
                            const std::optional<money::Currency>& currency) {
  for (const domain::Plan& plan : configuration.plans) {
    if (plan.name == name && (!currency || plan.currency == *currency)) return plan;
  }
  throw Problem(404, fmt::format("there is no plan '{}'{}", name,
                                 currency ? fmt::format(" in {}", currency->code()) : ""));
}

/// The body, once it is known which plan it is about.
class QuoteReader {
 public:
  QuoteReader(CustomerSession& session, const text::Json& body) : session_(session), body_(body) {
    allow(body, "",
          {"plan", "currency", "month", "subscribe_on", "until", "environment", "quantities",
           "usage"});
  }

  engine::QuoteRequest read() {
    request_.plan = text_member(body_, "plan").value_or("");
    if (const auto code = text_member(body_, "currency")) {
      request_.currency = at("currency", [&] { return money::Currency::of(*code); });
    }
    check_plan();
    request_.zone = session_.zone();
    request_.month = session_.today();
    if (const auto month = text_member(body_, "month")) {
      request_.month = at("month", [&] { return time::parse_date(*month + "-01"); });
    }
    request_.subscribe_on = day("subscribe_on");
    request_.until = day("until");
    request_.environment = text_member(body_, "environment").value_or("");
    const auto summary =
        accounts::read_customer(session_.connection(), session_.key(), session_.now());
    RK_CHECK(summary.has_value());
    request_.country = summary->customer.country;
    request_.tax_id = summary->customer.tax_id;
    read_quantities();
    read_usage();
    return std::move(request_);
  }

 private:
  /// Staff may ask for every plan, a customer's people for those it is on.
  void check_plan() {
    const auto subscribed = subscribed_plans(session_);
    const auto own =
        std::find_if(subscribed.begin(), subscribed.end(), [&](const SubscribedPlan& plan) {
          return plan.subscription.plan == request_.plan &&
                 (!request_.currency || plan.subscription.currency == *request_.currency);
        });
    if (own != subscribed.end()) {
      request_.currency = own->subscription.currency;
    } else if (!session_.is_staff()) {
      throw Problem(404, fmt::format("there is no plan '{}'", request_.plan));
    }
    plan_ = &plan_of(session_.active().configuration(), request_.plan, request_.currency);
  }

  std::optional<time::Date> day(const std::string& name) {
    const auto text = text_member(body_, name);
    if (!text) return std::nullopt;
    return at(name, [&] { return time::parse_date(*text); });
  }

  void read_quantities() {
    const text::Json* quantities = member(body_, "quantities");
    if (quantities == nullptr) return;
    at("quantities", [&] {
      for (const auto& [name, value] : quantities->as_object()) {
        const auto quantity = money::Decimal::parse(value.as_string());
        if (quantity.sign() < 0) throw Error(fmt::format("{} is below zero", name));
        request_.quantities.emplace(name, quantity);
      }
      if (request_.quantities.size() > kQuantitiesMax) throw Error("there are too many");
      return 0;
    });
  }

  void read_usage() {
    const text::Json* usage = member(body_, "usage");
    if (usage == nullptr) return;
    if (usage->kind() != Kind::kArray || usage->as_array().size() > kUsageMax) {
      throw Problem(400, fmt::format("usage is no array of at most {} members", kUsageMax));
    }
    for (std::size_t i = 0; i < usage->as_array().size(); ++i) {
      const std::string name = fmt::format("usage[{}]", i);
      request_.usage.push_back(at(name, [&] { return usage_of(usage->as_array()[i]); }));
    }
  }

  engine::QuotedUsage usage_of(const text::Json& json) {
    if (json.kind() != Kind::kObject) throw Error("is no object");
    allow(json, "", {"charge", "meter", "dimensions", "at", "quantity"});
    engine::QuotedUsage usage;
    const text::Json* quantity = member(json, "quantity");
    if (quantity == nullptr) throw Error("quantity is missing");
    usage.quantity = money::Decimal::parse(quantity->as_string());
    if (usage.quantity.sign() < 0) throw Error("quantity is below zero");
    const auto meter = text_member(json, "meter");
    const auto charge = text_member(json, "charge");
    if (meter.has_value() == charge.has_value()) throw Error("needs either charge or meter");
    if (meter) {
      usage.meter = *meter;
    } else {
      const domain::OfMeters& metering = metering_of(*charge);
      usage.meter = metering.meters.front();
      usage.quantity = usage.quantity * metering.unit_size;
    }
    if (const auto instant = text_member(json, "at")) usage.at = time::parse_instant(*instant);
    usage.dimensions = dimensions_of(json);
    return usage;
  }

  const domain::OfMeters& metering_of(const std::string& name) {
    for (const domain::Charge& charge : plan_->charges) {
      const domain::OfMeters* metering = domain::metering_of(charge);
      if (charge.name == name && metering != nullptr) return *metering;
    }
    throw Error(fmt::format("plan '{}' has no charge '{}' on usage", plan_->name, name));
  }

  /// "class=hot;region=eu", sorted.
  static std::string dimensions_of(const text::Json& json) {
    const text::Json* dimensions = member(json, "dimensions");
    if (dimensions == nullptr) return "";
    std::vector<std::string> parts;
    for (const auto& [name, value] : dimensions->as_object()) {
      const std::string& text = value.as_string();
      if (text.find_first_of(";=") != std::string::npos) {
        throw Error(fmt::format("dimension {}: '{}' has a ';' or '='", name, text));
      }
      parts.push_back(name + "=" + text);
    }
    std::sort(parts.begin(), parts.end());
    return fmt::format("{}", fmt::join(parts, ";"));
  }

  CustomerSession& session_;
  const text::Json& body_;
  engine::QuoteRequest request_;
  const domain::Plan* plan_ = nullptr;
};

}  // namespace

Response quote(CustomerSession& session, const Request& request) {
  const text::Json body = json_body(request);
  const engine::QuoteRequest asked = QuoteReader(session, body).read();
  domain::Document document = engine::quote(session.active(), asked);
  text::JsonWriter json;
  json.begin_object().key("document");
  documents::write_json(json, document);
  json.end_object();
  return json_response(json);
}

}  // namespace reckoner::web
