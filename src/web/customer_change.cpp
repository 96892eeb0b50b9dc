#include "web/customer_change.hpp"

#include <fmt/format.h>

#include <array>
#include <limits>

#include "accounts/billing_modes.hpp"
#include "accounts/hierarchy.hpp"
#include "accounts/values.hpp"
#include "engine/corrections.hpp"
#include "store/document_rows.hpp"
#include "web/billing_columns.hpp"
#include "web/metering_session.hpp"
#include "web/request_object.hpp"

namespace reckoner::web {

namespace {

using accounts::Changed;
using Make = std::function<Changed(const ChangeScene&)>;

constexpr std::int64_t kCountMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kPriorityMax = 1'000'000;

accounts::When parse_when(const std::string& text) {
  if (text == "today") return accounts::Today{};
  if (text == "period-end") return accounts::AtPeriodEnd{};
  return accounts::parse_day(text);
}

std::map<std::string, money::Decimal> quantities_of(const RequestObject& body) {
  std::map<std::string, money::Decimal> quantities;
  const text::Json* member = body.member("quantities");
  if (member == nullptr) return quantities;
  try {
    for (const text::Json::Member& quantity : member->as_object()) {
      const auto value = money::Decimal::parse(quantity.value.as_string());
      if (value < money::Decimal(0)) throw Error(fmt::format("{} is below 0", quantity.name));
      quantities.emplace(accounts::parse_key(quantity.name), value);
    }
  } catch (const Error& error) {
    throw Problem(400, fmt::format("quantities: {}", error.what()));
  }
  return quantities;
}

std::string key_of(const RequestObject& body, std::string_view name) {
  return body.parsed(name, accounts::parse_key);
}

Make subscribe(text::Json json) {
  const RequestObject body(std::move(json),
                           {"kind", "plan", "from", "until", "key", "currency", "environment",
                            "quantities", "trial_until", "no_trial"});
  const accounts::SubscribeRequest request{
      .customer = {},
      .plan = key_of(body, "plan"),
      .from = body.parsed("from", accounts::parse_day),
      .until = body.optional_parsed("until", accounts::parse_day),
      .key = body.optional_parsed("key", accounts::parse_key).value_or(""),
      .currency = body.optional_parsed("currency", money::Currency::of),
      .environment = body.optional_text("environment").value_or(""),
      .quantities = quantities_of(body),
      .trial_until = body.optional_parsed("trial_until", accounts::parse_day),
      .no_trial = body.optional_boolean("no_trial").value_or(false)};
  return [request](const ChangeScene& scene) {
    accounts::SubscribeRequest asked = request;
    asked.customer = scene.key;
    return accounts::subscribe(scene.connection, scene.rules, asked);
  };
}

Make change_plan(text::Json json) {
  const RequestObject body(std::move(json), {"kind", "subscription", "plan", "when", "new_key",
                                             "currency", "environment", "quantities"});
  const accounts::ChangePlanRequest request{
      .customer = {},
      .key = key_of(body, "subscription"),
      .plan = key_of(body, "plan"),
      .when = body.parsed("when", parse_when),
      .new_key = body.optional_parsed("new_key", accounts::parse_key).value_or(""),
      .currency = body.optional_parsed("currency", money::Currency::of),
      .environment = body.optional_text("environment"),
      .quantities = quantities_of(body)};
  return [request](const ChangeScene& scene) {
    accounts::ChangePlanRequest asked = request;
    asked.customer = scene.key;
    return accounts::change_plan(scene.connection, scene.rules, asked);
  };
}

Make change_quantities(text::Json json) {
  const RequestObject body(std::move(json), {"kind", "subscription", "quantities", "when"});
  const accounts::ChangeQuantitiesRequest request{.customer = {},
                                                  .key = key_of(body, "subscription"),
                                                  .quantities = quantities_of(body),
                                                  .when = body.parsed("when", parse_when)};
  if (request.quantities.empty()) throw Problem(400, "quantities is missing or empty");
  return [request](const ChangeScene& scene) {
    accounts::ChangeQuantitiesRequest asked = request;
    asked.customer = scene.key;
    return accounts::change_quantities(scene.connection, scene.rules, asked);
  };
}

accounts::SubscriptionRequest subscription_of(const RequestObject& body) {
  return {
      .customer = {}, .key = key_of(body, "subscription"), .when = body.parsed("when", parse_when)};
}

accounts::SubscriptionRequest of_scene(accounts::SubscriptionRequest request,
                                       const ChangeScene& scene) {
  request.customer = scene.key;
  return request;
}

Make cancel(text::Json json) {
  const auto request =
      subscription_of(RequestObject(std::move(json), {"kind", "subscription", "when"}));
  return [request](const ChangeScene& scene) {
    return accounts::cancel(scene.connection, scene.rules, of_scene(request, scene));
  };
}

Make pause(text::Json json) {
  const RequestObject body(std::move(json), {"kind", "subscription", "when", "until"});
  const auto request = subscription_of(body);
  const auto until = body.optional_parsed("until", accounts::parse_day);
  return [request, until](const ChangeScene& scene) {
    return accounts::pause(scene.connection, scene.rules, of_scene(request, scene), until);
  };
}

Make resume(text::Json json) {
  const auto request =
      subscription_of(RequestObject(std::move(json), {"kind", "subscription", "when"}));
  return [request](const ChangeScene& scene) {
    return accounts::resume(scene.connection, scene.rules, of_scene(request, scene));
  };
}

Make agree(text::Json json) {
  const RequestObject body(std::move(json),
                           {"kind", "plan", "charge", "figure", "value", "from", "until"});
  const domain::AgreedFigure agreed{.plan = key_of(body, "plan"),
                                    .charge = key_of(body, "charge"),
                                    .figure = key_of(body, "figure"),
                                    .value = body.parsed("value", accounts::parse_agreed_value),
                                    .starts_on = body.parsed("from", accounts::parse_day),
                                    .ends_on = body.optional_parsed("until", accounts::parse_day)};
  return [agreed](const ChangeScene& scene) {
    return accounts::agree(scene.connection, scene.rules, scene.key, agreed);
  };
}

Make end_agreement(text::Json json) {
  const RequestObject body(std::move(json), {"kind", "plan", "charge", "figure", "on"});
  return [plan = key_of(body, "plan"), charge = key_of(body, "charge"),
          figure = key_of(body, "figure"),
          on = body.parsed("on", accounts::parse_day)](const ChangeScene& scene) {
    return accounts::end_agreement(scene.connection, scene.rules, scene.key, plan, charge, figure,
                                   on);
  };
}

Make charge(text::Json json) {
  const RequestObject body(std::move(json), {"kind", "key", "title", "quantity", "unit", "price",
                                             "on", "tax", "currency"});
  const accounts::KeyedCharge charge{
      .key = key_of(body, "key"),
      .currency = body.optional_parsed("currency", money::Currency::of),
      .charge = {.number = 0,
                 .cycle = 0,
                 .on = body.parsed("on", accounts::parse_day),
                 .title = body.parsed("title", accounts::parse_text),
                 .quantity = body.optional_parsed("quantity", money::Decimal::parse).value_or(1),
                 .unit = body.optional_parsed("unit", accounts::parse_text).value_or(""),
                 .price = body.parsed("price", money::Decimal::parse),
                 .tax = body.optional_parsed("tax", accounts::parse_key)
                            .value_or(std::string(accounts::kStandardTax))}};
  return [charge](const ChangeScene& scene) {
    return accounts::charge(scene.connection, scene.rules, scene.key, charge);
  };
}

Make discount(text::Json json) {
  const RequestObject body(std::move(json), {"kind", "key", "percentage", "from", "until"});
  const accounts::DiscountByHand discount{
      .key = key_of(body, "key"),
      .percentage = body.parsed("percentage", accounts::parse_percentage),
      .from = body.parsed("from", accounts::parse_day),
      .until = body.optional_parsed("until", accounts::parse_day)};
  return [discount](const ChangeScene& scene) {
    return accounts::discount(scene.connection, scene.rules, scene.key, discount);
  };
}

accounts::CreditGrant grant_of(const RequestObject& body, domain::CreditKind kind) {
  accounts::CreditGrant grant;
  grant.key = key_of(body, "key");
  grant.title = body.optional_parsed("title", accounts::parse_text).value_or("");
  grant.kind = kind;
  grant.currency = body.optional_parsed("currency", money::Currency::of);
  grant.amount = body.optional_parsed("amount", money::Decimal::parse);
  grant.priority = body.optional_integer("priority", 0, kPriorityMax).value_or(0);
  grant.starts_on = body.optional_parsed("from", accounts::parse_day);
  grant.expires_on = body.optional_parsed("expires", accounts::parse_day);
  return grant;
}

Make granting(accounts::CreditGrant grant) {
  return [grant = std::move(grant)](const ChangeScene& scene) {
    return accounts::grant(scene.connection, scene.rules, scene.key, grant);
  };
}

Make grant_coupon(text::Json json) {
  const RequestObject body(std::move(json),
                           {"kind", "key", "title", "amount", "percent", "currency", "documents",
                            "priority", "from", "expires", "charges"});
  accounts::CreditGrant grant = grant_of(body, domain::CreditKind::kCoupon);
  grant.percent = body.optional_parsed("percent", accounts::parse_percentage);
  if (grant.amount.has_value() == grant.percent.has_value()) {
    throw Problem(400, "a coupon has an amount or a percent");
  }
  grant.documents = body.optional_integer("documents", 1, kCountMax);
  if (body.member("charges") != nullptr) grant.charges = body.texts("charges");
  return granting(std::move(grant));
}

Make grant_prepaid(text::Json json) {
  const RequestObject body(std::move(json), {"kind", "key", "title", "amount", "currency",
                                             "priority", "from", "expires"});
  accounts::CreditGrant grant = grant_of(body, domain::CreditKind::kPrepaid);
  if (!grant.amount) throw Problem(400, "amount is missing");
  return granting(std::move(grant));
}

Make top_up(text::Json json) {
  const RequestObject body(std::move(json), {"kind", "key", "amount"});
  return [key = key_of(body, "key"),
          amount = body.parsed("amount", money::Decimal::parse)](const ChangeScene& scene) {
    return accounts::top_up(scene.connection, scene.rules, scene.key, key, amount);
  };
}

Make pay(text::Json json) {
  const RequestObject body(std::move(json),
                           {"kind", "reference", "amount", "currency", "on", "document", "note"});
  const accounts::PaymentByHand payment{
      .reference = key_of(body, "reference"),
      .amount = body.parsed("amount", money::Decimal::parse),
      .currency = body.optional_parsed("currency", money::Currency::of),
      .received_on = body.parsed("on", accounts::parse_day),
      .document = body.optional_parsed("document", accounts::parse_key).value_or(""),
      .note = body.optional_parsed("note", accounts::parse_text).value_or("")};
  return [payment](const ChangeScene& scene) {
    return accounts::pay(scene.connection, scene.rules, scene.key, payment);
  };
}

/// A document of another customer is answered as one that there is not.
void require_own(const ChangeScene& scene, const std::string& number) {
  const auto found = store::find_document(scene.connection, number);
  if (found && found->customer == scene.customer) return;
  throw Error(fmt::format("there is no document '{}'", number));
}

Changed issued(const domain::Document& document, std::string summary) {
  return {.changed = true,
          .summary = std::move(summary),
          .reopened = {},
          .documents = {document.number}};
}

Make void_document(text::Json json) {
  const RequestObject body(std::move(json), {"kind", "document", "mode", "reason"});
  engine::VoidRequest request{.number = body.text("document"),
                              .mode = engine::VoidMode::kRebill,
                              .reason = body.parsed("reason", accounts::parse_text)};
  const std::string mode = body.text("mode");
  if (mode == "waive") request.mode = engine::VoidMode::kWaive;
  if (mode != "waive" && mode != "rebill") throw Problem(400, "mode: rebill or waive");
  return [request, mode](const ChangeScene& scene) {
    require_own(scene, request.number);
    const domain::Document document =
        engine::void_document(scene.connection, scene.versions, request, scene.rules.now);
    Changed outcome = issued(document, fmt::format("{} is void ({})", request.number, mode));
    if (request.mode == engine::VoidMode::kRebill) {
      for (const domain::DocumentLine& line : document.lines) {
        if (outcome.reopened.empty() || outcome.reopened.back() != line.period_label) {
          outcome.reopened.push_back(line.period_label);
        }
      }
    }
    return outcome;
  };
}

Make credit_note(text::Json json) {
  const RequestObject body(std::move(json), {"kind", "document", "lines", "nature", "reason"});
  engine::CreditNoteRequest request{.number = body.text("document"),
                                    .lines = {},
                                    .nature = body.parsed("nature", invoicing::parse_credit_nature),
                                    .reason = body.parsed("reason", accounts::parse_text)};
  const text::Json* lines = body.member("lines");
  if (lines == nullptr || lines->kind() != text::Json::Kind::kArray || lines->as_array().empty()) {
    throw Problem(400, "lines: an array of {line, amount}");
  }
  for (const text::Json& item : lines->as_array()) {
    const RequestObject line(item, {"line", "amount"});
    const auto number = line.optional_integer("line", 1, kCountMax);
    if (!number) throw Problem(400, "lines: line is missing");
    request.lines.push_back({*number, line.optional_parsed("amount", money::Decimal::parse)});
  }
  return [request](const ChangeScene& scene) {
    require_own(scene, request.number);
    const domain::Document document =
        engine::credit_note(scene.connection, scene.versions, request, scene.rules.now);
    return issued(document, fmt::format("{} is credited by {}", request.number, document.number));
  };
}

/// What is null is taken away.
std::optional<std::string> text_or_none(const RequestObject& body, std::string_view name,
                                        std::string_view none) {
  if (!body.has(name)) return std::nullopt;
  return body.optional_parsed(name, accounts::parse_text).value_or(std::string(none));
}

Make edit(text::Json json) {
  const RequestObject body(
      std::move(json),
      {"kind", "name", "email", "time_zone", "anchor_day", "subjects", "country", "tax_id",
       "tax_exempt", "legal_entity", "address", "buyer_reference", "purchase_order"});
  accounts::CustomerTerms terms = customer_terms(body);
  terms.email = text_or_none(body, "email", "");
  terms.tax_id = text_or_none(body, "tax_id", "-");
  return [terms](const ChangeScene& scene) {
    return accounts::edit_customer(scene.connection, scene.rules, scene.key, terms);
  };
}

Make billing_mode(text::Json json) {
  const RequestObject body(std::move(json), {"kind", "mode", "from"});
  const domain::BillingModeFrom change{.from = body.parsed("from", accounts::parse_day),
                                       .mode = body.parsed("mode", domain::parse_billing_mode)};
  return [change](const ChangeScene& scene) {
    return accounts::set_billing_mode(scene.connection, scene.rules, scene.key, change);
  };
}

Make parent(text::Json json) {
  const RequestObject body(std::move(json), {"kind", "parent", "gets_mails"});
  const accounts::ParentChange change{
      .parent = body.optional_parsed("parent", accounts::parse_key).value_or(""),
      .gets_mails = body.optional_boolean("gets_mails").value_or(false)};
  return [change](const ChangeScene& scene) {
    return accounts::set_parent(scene.connection, scene.rules, scene.key, change);
  };
}

struct Kind {
  std::string_view name;
  Make (*read)(text::Json);
};
constexpr std::array kKinds = {Kind{"subscribe", subscribe},
                               Kind{"change-plan", change_plan},
                               Kind{"change-quantities", change_quantities},
                               Kind{"cancel", cancel},
                               Kind{"pause", pause},
                               Kind{"resume", resume},
                               Kind{"agree", agree},
                               Kind{"end-agreement", end_agreement},
                               Kind{"charge", charge},
                               Kind{"discount", discount},
                               Kind{"grant-coupon", grant_coupon},
                               Kind{"grant-prepaid", grant_prepaid},
                               Kind{"top-up", top_up},
                               Kind{"pay", pay},
                               Kind{"void", void_document},
                               Kind{"credit-note", credit_note},
                               Kind{"billing-mode", billing_mode},
                               Kind{"parent", parent},
                               Kind{"edit", edit}};

}  // namespace

accounts::CustomerTerms customer_terms(const RequestObject& body) {
  accounts::CustomerTerms terms;
  terms.name = body.optional_parsed("name", accounts::parse_text);
  terms.email = body.optional_parsed("email", accounts::parse_text);
  terms.zone = body.optional_text("time_zone");
  terms.anchor_day = body.optional_integer("anchor_day", 1, 31);
  if (body.member("subjects") != nullptr) terms.subjects = body.texts("subjects");
  terms.country = body.optional_text("country");
  terms.tax_id = body.optional_parsed("tax_id", accounts::parse_text);
  terms.tax_exempt = body.optional_boolean("tax_exempt");
  terms.legal_entity = body.optional_text("legal_entity");
  terms.billing_details = billing_columns(body);
  return terms;
}

CustomerChange read_change(const Request& request) {
  text::Json body = json_body(request);
  const auto kind = text_member(body, "kind");
  if (!kind) throw Problem(400, "kind is missing");
  for (const Kind& known : kKinds) {
    if (known.name == *kind) return {*kind, known.read(std::move(body))};
  }
  std::vector<std::string_view> names;
  for (const Kind& known : kKinds) names.push_back(known.name);
  throw Problem(400, fmt::format("kind: '{}' is none of {}", *kind, fmt::join(names, ", ")));
}

}  // namespace reckoner::web
