#include "app/commands_accounts.hpp"

#include <fmt/format.h>

#include "accounts/audited_change.hpp"
#include "accounts/billing_modes.hpp"
#include "accounts/hierarchy.hpp"
#include "accounts/values.hpp"
#include "base/error.hpp"
#include "store/transaction.hpp"
#include "web/change_rules.hpp"

namespace reckoner::app {

namespace {

/// Reads what was typed for an option; throws UsageError naming it.
template <class Parse>
auto typed(std::string_view option, const std::string& text, Parse parse) {
  try {
    return parse(text);
  } catch (const Error& error) {
    throw UsageError(fmt::format("{} {}: {}", option, text, error.what()));
  }
}

/// Likewise; nothing when nothing was typed.
template <class Parse>
auto typed_if_any(std::string_view option, const std::string& text, Parse parse)
    -> std::optional<decltype(parse(text))> {
  if (text.empty()) return std::nullopt;
  return typed(option, text, parse);
}

accounts::When when_of(const WhenArguments& arguments) {
  const int said =
      (arguments.on.empty() ? 0 : 1) + (arguments.now ? 1 : 0) + (arguments.at_period_end ? 1 : 0);
  if (said != 1) throw UsageError("say when: --on DAY, --now or --at-period-end");
  if (arguments.now) return accounts::Today{};
  if (arguments.at_period_end) return accounts::AtPeriodEnd{};
  return typed("--on", arguments.on, accounts::parse_day);
}

std::map<std::string, money::Decimal> quantities_of(const std::vector<std::string>& items) {
  if (items.empty()) return {};
  return typed("--quantity", fmt::format("{}", fmt::join(items, ";")), accounts::parse_quantities);
}

/// Makes a change with the active configuration, records it and says what became of it.
template <class Change>
int make(System& system, const Console& console, const std::string& customer,
         std::string_view action, Change change) {
  const auto version = system.active();
  const accounts::Changed outcome = system.change([&](store::Connection& connection) {
    store::Transaction transaction(connection, store::TransactionKind::kEnclosing);
    const auto rules = change_rules(system, connection, version->configuration());
    const accounts::Changed made = accounts::audited(
        connection, rules, customer,
        {.who = user_name(), .action = fmt::format("customer.{}", action), .subject = {}},
        [&](const std::string&) { return change(connection, rules); });
    transaction.commit();
    return made;
  });
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("changed").boolean(outcome.changed);
    json.key("summary").string(outcome.summary).key("reopened").begin_array();
    for (const std::string& label : outcome.reopened) json.string(label);
    json.end_array().end_object();
    console.result(json);
    return 0;
  }
  console.result(outcome.reopened.empty() ? outcome.summary
                                          : fmt::format("{}; reopens {}", outcome.summary,
                                                        fmt::join(outcome.reopened, ", ")));
  return 0;
}

accounts::SubscriptionRequest request_of(const SubscriptionArguments& arguments) {
  return {.customer = arguments.customer, .key = arguments.key, .when = when_of(arguments.when)};
}

accounts::CreditGrant grant_of(const GrantArguments& arguments, domain::CreditKind kind) {
  accounts::CreditGrant grant{
      .key = typed("KEY", arguments.key, accounts::parse_key),
      .title = arguments.title,
      .kind = kind,
      .currency = typed_if_any("--currency", arguments.currency, money::Currency::of),
      .amount = typed_if_any("--amount", arguments.amount, money::Decimal::parse),
      .percent = typed_if_any("--percent", arguments.percent, accounts::parse_percentage),
      .documents = std::nullopt,
      .priority = arguments.priority,
      .starts_on = typed_if_any("--from", arguments.from, accounts::parse_day),
      .expires_on = typed_if_any("--expires", arguments.expires, accounts::parse_day),
      .charges = arguments.charges};
  if (!grant.title.empty()) typed("--title", grant.title, accounts::parse_text);
  if (arguments.documents > 0) grant.documents = arguments.documents;
  return grant;
}

}  // namespace

accounts::ChangeRules change_rules(System& system, store::Connection& connection,
                                   const config::Configuration& configuration) {
  return web::change_rules(system.versions(), connection, configuration, system.clock()());
}

int subscribe_command(System& system, const Console& console, const SubscribeArguments& arguments) {
  const accounts::SubscribeRequest request{
      .customer = arguments.customer,
      .plan = arguments.plan,
      .from = typed("--from", arguments.from, accounts::parse_day),
      .until = typed_if_any("--until", arguments.until, accounts::parse_day),
      .key = typed_if_any("--key", arguments.key, accounts::parse_key).value_or(""),
      .currency = typed_if_any("--currency", arguments.currency, money::Currency::of),
      .environment = arguments.environment,
      .quantities = quantities_of(arguments.quantities),
      .trial_until = typed_if_any("--trial-until", arguments.trial_until, accounts::parse_day),
      .no_trial = arguments.no_trial};
  return make(system, console, arguments.customer, "subscribe",
              [&](auto& connection, const auto& rules) {
                return accounts::subscribe(connection, rules, request);
              });
}

int change_command(System& system, const Console& console, const ChangeArguments& arguments) {
  const accounts::When when = when_of(arguments.when);
  const auto quantities = quantities_of(arguments.quantities);
  if (!arguments.plan.empty()) {
    const accounts::ChangePlanRequest request{
        .customer = arguments.customer,
        .key = arguments.key,
        .plan = arguments.plan,
        .when = when,
        .new_key = typed_if_any("--new-key", arguments.new_key, accounts::parse_key).value_or(""),
        .currency = typed_if_any("--currency", arguments.currency, money::Currency::of),
        .environment =
            arguments.environment.empty() ? std::nullopt : std::optional(arguments.environment),
        .quantities = quantities};
    return make(system, console, arguments.customer, "change-plan",
                [&](auto& connection, const auto& rules) {
                  return accounts::change_plan(connection, rules, request);
                });
  }
  if (quantities.empty()) throw UsageError("say what changes: --plan PLAN or --quantity NAME=N");
  if (!arguments.new_key.empty() || !arguments.currency.empty() || !arguments.environment.empty()) {
    throw UsageError("--new-key, --currency and --environment go with --plan");
  }
  const accounts::ChangeQuantitiesRequest request{arguments.customer, arguments.key, quantities,
                                                  when};
  return make(system, console, arguments.customer, "change-quantities",
              [&](auto& connection, const auto& rules) {
                return accounts::change_quantities(connection, rules, request);
              });
}

int cancel_command(System& system, const Console& console, const SubscriptionArguments& arguments) {
  const accounts::SubscriptionRequest request = request_of(arguments);
  return make(system, console, arguments.customer, "cancel",
              [&](auto& connection, const auto& rules) {
                return accounts::cancel(connection, rules, request);
              });
}

int pause_command(System& system, const Console& console, const SubscriptionArguments& arguments) {
  const accounts::SubscriptionRequest request = request_of(arguments);
  const auto until = typed_if_any("--until", arguments.until, accounts::parse_day);
  return make(system, console, arguments.customer, "pause",
              [&](auto& connection, const auto& rules) {
                return accounts::pause(connection, rules, request, until);
              });
}

int resume_command(System& system, const Console& console, const SubscriptionArguments& arguments) {
  const accounts::SubscriptionRequest request = request_of(arguments);
  return make(system, console, arguments.customer, "resume",
              [&](auto& connection, const auto& rules) {
                return accounts::resume(connection, rules, request);
              });
}

int agree_command(System& system, const Console& console, const AgreeArguments& arguments) {
  const auto from = typed_if_any("--from", arguments.from, accounts::parse_day);
  const auto until = typed_if_any("--until", arguments.until, accounts::parse_day);
  const std::size_t equals = arguments.figure.find('=');
  if (equals == arguments.figure.npos) {
    if (from || !until) {
      throw UsageError(
          fmt::format("say {}=VALUE and --from DAY to agree on it, or --until DAY "
                      "alone to end what is agreed",
                      arguments.figure));
    }
    return make(system, console, arguments.customer, "end-agreement",
                [&](auto& connection, const auto& rules) {
                  return accounts::end_agreement(connection, rules, arguments.customer,
                                                 arguments.plan, arguments.charge, arguments.figure,
                                                 *until);
                });
  }
  if (!from) throw UsageError("say from when: --from DAY");
  const domain::AgreedFigure agreed{
      .plan = arguments.plan,
      .charge = arguments.charge,
      .figure = arguments.figure.substr(0, equals),
      .value =
          typed("FIGURE=VALUE", arguments.figure.substr(equals + 1), accounts::parse_agreed_value),
      .starts_on = *from,
      .ends_on = until};
  return make(system, console, arguments.customer, "agree",
              [&](auto& connection, const auto& rules) {
                return accounts::agree(connection, rules, arguments.customer, agreed);
              });
}

int charge_command(System& system, const Console& console, const ChargeArguments& arguments) {
  const accounts::KeyedCharge charge{
      .key = typed("--key", arguments.key, accounts::parse_key),
      .currency = typed_if_any("--currency", arguments.currency, money::Currency::of),
      .charge = {.number = 0,
                 .cycle = 0,
                 .on = typed("--on", arguments.on, accounts::parse_day),
                 .title = typed("TITLE", arguments.title, accounts::parse_text),
                 .quantity = typed("--quantity", arguments.quantity, money::Decimal::parse),
                 .unit = typed("--unit", arguments.unit, accounts::parse_text),
                 .price = typed("--price", arguments.price, money::Decimal::parse),
                 .tax = typed("--tax", arguments.tax, accounts::parse_key)}};
  return make(system, console, arguments.customer, "charge",
              [&](auto& connection, const auto& rules) {
                return accounts::charge(connection, rules, arguments.customer, charge);
              });
}

int grant_coupon_command(System& system, const Console& console, const GrantArguments& arguments) {
  const accounts::CreditGrant grant = grant_of(arguments, domain::CreditKind::kCoupon);
  return make(system, console, arguments.customer, "grant-coupon",
              [&](auto& connection, const auto& rules) {
                return accounts::grant(connection, rules, arguments.customer, grant);
              });
}

int grant_prepaid_command(System& system, const Console& console, const GrantArguments& arguments) {
  const accounts::CreditGrant grant = grant_of(arguments, domain::CreditKind::kPrepaid);
  return make(system, console, arguments.customer, arguments.top_up ? "top-up" : "grant-prepaid",
              [&](auto& connection, const auto& rules) {
                return arguments.top_up
                           ? accounts::top_up(connection, rules, arguments.customer, grant.key,
                                              grant.amount.value())
                           : accounts::grant(connection, rules, arguments.customer, grant);
              });
}

int pay_command(System& system, const Console& console, const PayArguments& arguments) {
  const accounts::PaymentByHand payment{
      .reference = typed("--reference", arguments.reference, accounts::parse_key),
      .amount = typed("AMOUNT", arguments.amount, money::Decimal::parse),
      .currency = typed_if_any("--currency", arguments.currency, money::Currency::of),
      .received_on = typed("--on", arguments.on, accounts::parse_day),
      .document = arguments.document,
      .note = typed("--note", arguments.note, accounts::parse_text)};
  return make(system, console, arguments.customer, "pay", [&](auto& connection, const auto& rules) {
    return accounts::pay(connection, rules, arguments.customer, payment);
  });
}

int parent_command(System& system, const Console& console, const ParentArguments& arguments) {
  return make(system, console, arguments.customer, "parent",
              [&](auto& connection, const auto& rules) {
                return accounts::set_parent(connection, rules, arguments.customer,
                                            {arguments.parent, arguments.gets_mails});
              });
}

int billing_mode_command(System& system, const Console& console,
                         const BillingModeArguments& arguments) {
  const domain::BillingModeFrom change{
      .from = typed("--from", arguments.from, accounts::parse_day),
      .mode = typed("MODE", arguments.mode, domain::parse_billing_mode)};
  return make(system, console, arguments.customer, "billing-mode",
              [&](auto& connection, const auto& rules) {
                return accounts::set_billing_mode(connection, rules, arguments.customer, change);
              });
}

int billing_details_command(System& system, const Console& console,
                            const BillingDetailsArguments& arguments) {
  accounts::CustomerTerms terms;
  const auto say = [&](std::string column, const std::string& value) {
    if (!value.empty()) terms.billing_details.emplace(std::move(column), value);
  };
  for (const std::string& line : arguments.street) {
    if (line.find(';') != line.npos) throw UsageError("--street: a line has no semicolon");
  }
  say("street", fmt::format("{}", fmt::join(arguments.street, ";")));
  say("city", arguments.city);
  say("postal-code", arguments.postal_code);
  say("subdivision", arguments.subdivision);
  say("address-country", arguments.country);
  say("buyer-reference", arguments.buyer_reference);
  say("purchase-order", arguments.purchase_order);
  if (terms.billing_details.empty()) {
    return show_billing_details_command(system, console, arguments.customer);
  }
  return make(system, console, arguments.customer, "billing-details",
              [&](auto& connection, const auto& rules) {
                return accounts::edit_customer(connection, rules, arguments.customer, terms);
              });
}

}  // namespace reckoner::app
