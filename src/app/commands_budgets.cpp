#include "app/commands_budgets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "accounts/budgets.hpp"
#include "accounts/focus_source.hpp"
#include "app/commands.hpp"
#include "app/recorded.hpp"
#include "documents/mail.hpp"
#include "domain/cost_centre.hpp"
#include "engine/alerts.hpp"
#include "engine/cost_centre_budgets.hpp"
#include "text/table.hpp"

namespace reckoner::app {

namespace {

using insight::Budget;

/// Whose budgets a command is about.
struct Owner {
  std::optional<CustomerId> customer;
  std::string name;  ///< key, or name of the cost centre
};

Owner owner_of(store::Connection& connection, const BudgetArguments& arguments) {
  if (arguments.customer.empty() == arguments.cost_centre.empty()) {
    throw UsageError("say --customer or --cost-centre");
  }
  if (arguments.customer.empty()) return {std::nullopt, arguments.cost_centre};
  return {accounts::customer_of_key(connection, arguments.customer), arguments.customer};
}

/// Budgets of one owner, as they are stored.
struct Listed {
  Owner owner;
  bool exists = true;
  std::vector<Budget> budgets;
  std::vector<std::string> addresses;  ///< of a cost centre
  std::set<std::string> charges;       ///< that there are; where a budget names one
};

bool names_charge(const std::vector<Budget>& budgets) {
  return std::ranges::any_of(budgets, [](const Budget& budget) { return !budget.charge.empty(); });
}

Listed listed(store::Connection& connection, const config::Configuration& active, Owner owner) {
  Listed one{owner, true, {}, {}, {}};
  if (owner.customer) {
    one.budgets = accounts::read_budgets(connection, *owner.customer);
  } else {
    one.exists = domain::CostCentres(active.allocation).find(owner.name).has_value();
    if (auto stored = engine::find_cost_centre_budgets(connection, owner.name)) {
      one.budgets = std::move(stored->budgets);
      one.addresses = std::move(stored->addresses);
    }
    if (!one.exists && one.budgets.empty()) accounts::require_cost_centre(active, owner.name);
  }
  if (names_charge(one.budgets)) {
    one.charges = accounts::budget_charges(connection, active, owner.customer);
  }
  return one;
}

std::vector<Listed> all_listed(store::Connection& connection, const config::Configuration& active) {
  std::vector<Listed> all;
  for (const auto& one : engine::list_cost_centre_budgets(connection)) {
    all.push_back(listed(connection, active, {std::nullopt, one.cost_centre}));
  }
  for (const auto& one : accounts::list_customer_budgets(connection)) {
    all.push_back(listed(connection, active, {one.customer, one.key}));
  }
  return all;
}

/// Why nothing is spent on the budget any more; "" where something can be.
std::string_view problem_of(const Listed& one, const Budget& budget) {
  if (!one.exists) return "there is no such cost centre any more";
  if (budget.charge.empty() || one.charges.contains(budget.charge)) return "";
  return "there is no such charge any more";
}

std::string words_of(const insight::Threshold& threshold) {
  return fmt::format(
      "{} {}", insight::to_string(threshold.basis),
      threshold.percent ? threshold.percent->to_string() + " %" : threshold.amount->to_string());
}

void write_owner(text::JsonWriter& json, const Owner& owner) {
  json.key("customer");
  owner.customer ? json.string(owner.name) : json.null();
  json.key("cost_centre");
  owner.customer ? json.null() : json.string(owner.name);
}

void write_listed(text::JsonWriter& json, const std::vector<Listed>& all) {
  json.key("budgets").begin_array();
  for (const Listed& one : all) {
    for (const Budget& budget : one.budgets) {
      json.begin_object();
      write_owner(json, one.owner);
      json.key("budget");
      insight::write_budget(json, budget);
      json.key("also_to").begin_array();
      for (const std::string& address : one.addresses) json.string(address);
      json.end_array().key("problem");
      const std::string_view problem = problem_of(one, budget);
      problem.empty() ? json.null() : json.string(problem);
      json.end_object();
    }
  }
  json.end_array();
}

void show(const Console& console, const std::vector<Listed>& all) {
  text::Table table({{"of"},
                     {"charge"},
                     {"amount", text::Align::kRight},
                     {"currency"},
                     {"told at"},
                     {"problem"}});
  std::size_t count = 0;
  for (const Listed& one : all) {
    for (const Budget& budget : one.budgets) {
      std::vector<std::string> thresholds;
      for (const insight::Threshold& threshold : budget.thresholds) {
        thresholds.push_back(words_of(threshold));
      }
      table.add(
          {fmt::format("{} {}", one.owner.customer ? "customer" : "cost centre", one.owner.name),
           budget.charge.empty() ? "all" : budget.charge, budget.amount.to_string(),
           std::string(budget.amount.currency().code()),
           fmt::format("{}", fmt::join(thresholds, ", ")), std::string(problem_of(one, budget))});
      ++count;
    }
  }
  console.result(count == 0 ? "There are no budgets." : table.to_string());
}

void write_thresholds(text::JsonWriter& json, insight::Basis basis,
                      const std::vector<std::string>& texts) {
  for (std::string text : texts) {
    const bool is_percent = text.ends_with('%');
    if (is_percent) text.pop_back();
    json.begin_object().key("on").string(insight::to_string(basis));
    json.key(is_percent ? "percent" : "amount").string(text).end_object();
  }
}

/// By the reader of the API, so that both take and refuse the same.
Budget budget_typed(const BudgetArguments& arguments, const std::string& currency) {
  text::JsonWriter json;
  json.begin_object().key("currency").string(currency).key("amount").string(arguments.amount);
  if (!arguments.charge.empty()) json.key("charge").string(arguments.charge);
  if (!arguments.actual.empty() || !arguments.forecast.empty()) {
    json.key("thresholds").begin_array();
    write_thresholds(json, insight::Basis::kActual, arguments.actual);
    write_thresholds(json, insight::Basis::kForecast, arguments.forecast);
    json.end_array();
  }
  json.end_object();
  try {
    return insight::read_budget(text::parse_json(json.finish()));
  } catch (const Error& error) {
    throw UsageError(fmt::format("the budget {}", error.what()));
  }
}

auto same_place(const std::string& currency, const std::string& charge) {
  return [&](const Budget& budget) {
    return budget.amount.currency().code() == currency && budget.charge == charge;
  };
}

/// What the audit log tells of the budgets.
std::string as_json(const std::vector<Budget>& budgets, const std::vector<std::string>& addresses) {
  text::JsonWriter json;
  json.begin_object().key("budgets").json(text::parse_json(insight::to_json(budgets)));
  json.key("also_to").begin_array();
  for (const std::string& address : addresses) json.string(address);
  json.end_array().end_object();
  return json.finish();
}

/// Changes an owner's budgets in one transaction, and says what they are then.
template <class Change>
int changed(System& system, const Console& console, const BudgetArguments& arguments,
            Change change) {
  const auto version = system.active();
  const config::Configuration& active = version->configuration();
  struct Done {
    Listed before;
    Listed after;
  };
  const Done done = recorded(
      system,
      [&](store::Connection& connection) {
        const Owner owner = owner_of(connection, arguments);
        owner.customer ? accounts::lock_customer_settings(connection, *owner.customer)
                       : accounts::lock_cost_centre_settings(connection, owner.name);
        Listed before = listed(connection, active, owner);
        Listed after = before;
        change(connection, active, after);
        if (after.budgets.size() > insight::kBudgetsMax) {
          throw Error(fmt::format("there are {} budgets already", insight::kBudgetsMax));
        }
        for (const accounts::BudgetFault& fault : accounts::faults_of(
                 connection, active, owner.customer, before.budgets, after.budgets)) {
          throw Error(fault.reason);
        }
        if (owner.customer) {
          accounts::write_budgets(connection, *owner.customer, after.budgets, system.clock()(),
                                  user_name());
        } else {
          accounts::write_budgets(connection, owner.name, after.budgets, after.addresses,
                                  system.clock()(), user_name());
        }
        if (names_charge(after.budgets)) {
          after.charges = accounts::budget_charges(connection, active, owner.customer);
        }
        return Done{std::move(before), std::move(after)};
      },
      [](const Done& what) {
        return accounts::AuditEntry{
            .action = what.after.owner.customer ? "customer.settings" : "cost-centre.budgets",
            .subject = what.after.owner.name,
            .customer = what.after.owner.customer,
            .before = as_json(what.before.budgets, what.before.addresses),
            .after = as_json(what.after.budgets, what.after.addresses)};
      });
  if (!console.json()) {
    show(console, {done.after});
    return 0;
  }
  text::JsonWriter json;
  json.begin_object();
  write_listed(json, {done.after});
  json.end_object();
  console.result(json);
  return 0;
}

std::string currency_of(System& system, const BudgetArguments& arguments) {
  if (!arguments.currency.empty()) return arguments.currency;
  return system.active()->configuration().settings.text("billing.currency");
}

}  // namespace

int list_budgets_command(System& system, const Console& console, const BudgetArguments& arguments) {
  const auto version = system.active();
  const config::Configuration& active = version->configuration();
  auto connection = system.connection();
  const bool is_one = !arguments.customer.empty() || !arguments.cost_centre.empty();
  std::vector<Listed> all;
  if (is_one) {
    all.push_back(listed(*connection, active, owner_of(*connection, arguments)));
  } else {
    all = all_listed(*connection, active);
  }
  if (!console.json()) {
    show(console, all);
    return 0;
  }
  text::JsonWriter json;
  json.begin_object();
  write_listed(json, all);
  json.end_object();
  console.result(json);
  return 0;
}

int set_budget_command(System& system, const Console& console, const BudgetArguments& arguments) {
  const Budget budget = budget_typed(arguments, currency_of(system, arguments));
  if (!arguments.tell.empty() && arguments.cost_centre.empty()) {
    throw UsageError("--tell is for cost centres: a customer's addresses are in its settings");
  }
  for (const std::string& address : arguments.tell) documents::check_address(address);
  return changed(system, console, arguments,
                 [&](store::Connection&, const config::Configuration& active, Listed& listed) {
                   if (!listed.owner.customer) {
                     accounts::require_cost_centre(active, listed.owner.name);
                   }
                   const std::string currency(budget.amount.currency().code());
                   const auto place =
                       std::ranges::find_if(listed.budgets, same_place(currency, budget.charge));
                   place == listed.budgets.end() ? listed.budgets.push_back(budget)
                                                 : void(*place = budget);
                   if (!arguments.tell.empty()) listed.addresses = arguments.tell;
                 });
}

int remove_budget_command(System& system, const Console& console,
                          const BudgetArguments& arguments) {
  const std::string currency = currency_of(system, arguments);
  return changed(
      system, console, arguments,
      [&](store::Connection&, const config::Configuration&, Listed& listed) {
        const std::size_t gone =
            std::erase_if(listed.budgets, same_place(currency, arguments.charge));
        if (gone > 0) return;
        throw Error(fmt::format("'{}' has no budget in {}{}{}", listed.owner.name, currency,
                                arguments.charge.empty() ? "" : " for ", arguments.charge));
      });
}

int budget_log_command(System& system, const Console& console, const BudgetArguments& arguments) {
  auto connection = system.connection();
  const bool of_customers = arguments.cost_centre.empty();
  const bool of_centres = arguments.customer.empty();
  if (!of_customers && !of_centres) throw UsageError("say --customer or --cost-centre, not both");
  std::vector<engine::Alert> alerts;
  std::vector<engine::CostCentreAlert> centres;
  if (of_centres) {
    centres = engine::list_cost_centre_alerts(*connection, arguments.cost_centre, std::nullopt,
                                              arguments.limit);
  }
  if (!arguments.customer.empty()) {
    const Owner owner = owner_of(*connection, arguments);
    alerts = engine::list_alerts(*connection, *owner.customer, std::nullopt, arguments.limit);
  } else if (of_customers) {
    alerts = engine::list_alerts(*connection, std::nullopt, arguments.limit);
  }
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("alerts").begin_array();
    for (const engine::Alert& alert : alerts) engine::write_alert(json, alert);
    json.end_array().key("cost_centre_alerts").begin_array();
    for (const engine::CostCentreAlert& alert : centres) {
      engine::write_cost_centre_alert(json, alert);
    }
    json.end_array().end_object();
    console.result(json);
    return 0;
  }
  struct Line {
    time::Instant told_at;
    std::string of;
    std::string what;
  };
  std::vector<Line> lines;
  for (const engine::Alert& alert : alerts) {
    lines.push_back({alert.told_at, "customer " + alert.customer_key,
                     insight::words_of(alert.reached, alert.month, alert.reached.charge)});
  }
  for (const engine::CostCentreAlert& alert : centres) {
    lines.push_back({alert.told_at, "cost centre " + alert.cost_centre, engine::words_of(alert)});
  }
  if (lines.empty()) {
    console.result("No budget has reached a threshold.");
    return 0;
  }
  std::ranges::stable_sort(lines, std::ranges::greater(), &Line::told_at);
  const auto limit = static_cast<std::size_t>(arguments.limit);
  if (lines.size() > limit) lines.erase(lines.begin() + arguments.limit, lines.end());
  text::Table table({{"told at"}, {"of"}, {"what"}});
  for (const Line& line : lines) table.add({time::to_string(line.told_at), line.of, line.what});
  console.result(table.to_string());
  note_limit(console, lines.size(), arguments.limit);
  return 0;
}

}  // namespace reckoner::app
