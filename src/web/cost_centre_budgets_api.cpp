#include "web/cost_centre_budgets_api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "accounts/budgets.hpp"
#include "documents/mail.hpp"
#include "domain/cost_centre.hpp"
#include "domain/cost_pool.hpp"
#include "domain/plan.hpp"
#include "engine/cost_centre_budgets.hpp"
#include "store/transaction.hpp"
#include "web/active_configuration.hpp"
#include "web/audit_record.hpp"
#include "web/etag.hpp"
#include "web/metering_session.hpp"
#include "web/number_cursor.hpp"
#include "web/request_object.hpp"

namespace reckoner::web {

namespace {

constexpr std::size_t kAddressesMax = 10;
constexpr std::string_view kWrong = "the budgets are not as they must be";

/// What there is to say of a cost centre's budgets: the schema CostCentreBudgets.
struct Shown {
  std::string cost_centre;
  bool exists = false;
  std::vector<insight::Budget> budgets = {};
  std::vector<std::string> also_to = {};
};

void write_shown(text::JsonWriter& json, const Shown& shown) {
  json.begin_object().key("cost_centre").string(shown.cost_centre);
  json.key("exists").boolean(shown.exists).key("budgets").begin_array();
  for (const insight::Budget& budget : shown.budgets) insight::write_budget(json, budget);
  json.end_array();
  write_texts(json, "also_to", shown.also_to);
  json.end_object();
}

std::string to_json(const Shown& shown) {
  text::JsonWriter json;
  write_shown(json, shown);
  return json.finish();
}

Shown read_shown(store::Connection& connection, const config::Configuration& active,
                 const std::string& cost_centre) {
  Shown shown{cost_centre, domain::CostCentres(active.allocation).find(cost_centre).has_value()};
  if (auto stored = engine::find_cost_centre_budgets(connection, cost_centre)) {
    shown.budgets = std::move(stored->budgets);
    shown.also_to = std::move(stored->addresses);
  }
  if (!shown.exists && shown.budgets.empty()) {
    refused_as(404, [&] { accounts::require_cost_centre(active, cost_centre); });
  }
  return shown;
}

Response list_centres(const ConsoleApi& api, const Request&) {
  const auto lease = take_connection(api.pool());
  const auto version = active_configuration(*lease, api.versions()).compiled;
  const domain::CostCentres centres(version->configuration().allocation);
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const domain::CostCentres::Node& node : centres.nodes()) {
    json.begin_object().key("name").string(node.name).key("title").string(node.title);
    write_text_or_null(json, "parent", node.parent ? centres.nodes()[*node.parent].name : "");
    write_texts(json, "customers", node.customers);
    write_texts(json, "plans", node.plans);
    json.end_object();
  }
  json.end_array();
  write_next(json, std::nullopt);
  json.end_object();
  return json_response(json);
}

/// billing.currency first, then the others of plans and cost pools.
std::vector<std::string> currencies_of(const config::Configuration& active) {
  const std::string usual(active.settings.currency("billing.currency").code());
  std::set<std::string> others;
  for (const domain::Plan& plan : active.plans) others.emplace(plan.currency.code());
  for (const domain::CostPool& pool : active.allocation.pools) {
    others.emplace(pool.currency.code());
  }
  others.erase(usual);
  std::vector<std::string> codes{usual};
  codes.insert(codes.end(), others.begin(), others.end());
  return codes;
}

Response list_choices(const ConsoleApi& api, const Request&) {
  const auto lease = take_connection(api.pool());
  const auto version = active_configuration(*lease, api.versions()).compiled;
  const config::Configuration& active = version->configuration();
  const std::set<std::string> charges = accounts::budget_charges(*lease, active, std::nullopt);
  text::JsonWriter json;
  json.begin_object();
  write_texts(json, "currencies", currencies_of(active));
  write_texts(json, "charges", {charges.begin(), charges.end()});
  json.end_object();
  return json_response(json);
}

Response list_budgets(const ConsoleApi& api, const Request&) {
  const auto lease = take_connection(api.pool());
  const auto version = active_configuration(*lease, api.versions()).compiled;
  const domain::CostCentres centres(version->configuration().allocation);
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const engine::CostCentreBudgets& one : engine::list_cost_centre_budgets(*lease)) {
    write_shown(json, {one.cost_centre, centres.find(one.cost_centre).has_value(), one.budgets,
                       one.addresses});
  }
  json.end_array();
  write_next(json, std::nullopt);
  json.end_object();
  return json_response(json);
}

Response show_budgets(const ConsoleApi& api, const Request& request) {
  const auto lease = take_connection(api.pool());
  const auto version = active_configuration(*lease, api.versions()).compiled;
  const std::string json =
      to_json(read_shown(*lease, version->configuration(), request.path_values.at("cost_centre")));
  return with_etag(request, {200, "application/json", json}, etag_of(json));
}

const std::vector<text::Json>& array(const RequestObject& body, std::string_view name,
                                     std::size_t max) {
  const text::Json* found = body.member(name);
  if (found == nullptr) throw Problem(400, fmt::format("{} is missing", name));
  if (found->kind() != text::Json::Kind::kArray) {
    throw Problem(400, fmt::format("{} is no array", name));
  }
  if (found->as_array().size() > max) {
    throw Problem(400, fmt::format("{} has more than {} members", name, max));
  }
  return found->as_array();
}

/// Gathers what is wrong with the members of an array.
template <class Read>
void read_each(const RequestObject& body, std::string_view name, std::size_t max, Problem& problem,
               Read read) {
  const std::vector<text::Json>& items = array(body, name, max);
  for (std::size_t i = 0; i < items.size(); ++i) {
    try {
      read(items[i]);
    } catch (const Error& error) {
      problem.item(fmt::format("{}[{}]", name, i), error.what());
    }
  }
}

Response put_budgets(const ConsoleApi& api, const Request& request) {
  const RequestObject body(request, {"budgets", "also_to"});
  Shown wanted{request.path_values.at("cost_centre"), true};
  Problem problem(400, std::string(kWrong));
  read_each(body, "budgets", insight::kBudgetsMax, problem, [&](const text::Json& item) {
    insight::Budget budget = insight::read_budget(item);
    insight::check_alone(wanted.budgets, budget);
    wanted.budgets.push_back(std::move(budget));
  });
  read_each(body, "also_to", kAddressesMax, problem, [&](const text::Json& item) {
    const std::string& address = item.as_string();
    documents::check_address(address);
    if (std::ranges::find(wanted.also_to, address) == wanted.also_to.end()) {
      wanted.also_to.push_back(address);
    }
  });
  if (!problem.items().empty()) throw problem;

  const auto lease = take_connection(api.pool());
  store::Transaction transaction(*lease);
  const auto version = active_configuration(*lease, api.versions()).compiled;
  const config::Configuration& active = version->configuration();
  accounts::lock_cost_centre_settings(*lease, wanted.cost_centre);
  const Shown before = read_shown(*lease, active, wanted.cost_centre);
  require_match(request, etag_of(to_json(before)));
  wanted.exists = before.exists;
  if (!wanted.budgets.empty()) {
    refused_as(404, [&] { accounts::require_cost_centre(active, wanted.cost_centre); });
  }
  for (const accounts::BudgetFault& fault :
       accounts::faults_of(*lease, active, std::nullopt, before.budgets, wanted.budgets)) {
    problem.item(fmt::format("budgets[{}]", fault.place), fault.reason);
  }
  if (!problem.items().empty()) throw problem;
  accounts::write_budgets(*lease, wanted.cost_centre, wanted.budgets, wanted.also_to, api.now(),
                          request.principal.author());
  const std::string json = to_json(wanted);
  record(*lease, request,
         {.action = "cost-centre.budgets",
          .subject = wanted.cost_centre,
          .before = to_json(before),
          .after = json},
         api.now());
  transaction.commit();
  return with_etag(request, {200, "application/json", json}, etag_of(json));
}

Response list_alerts(const ConsoleApi& api, const Request& request) {
  const NumberPage page = NumberPage::of(request);
  const auto lease = take_connection(api.pool());
  auto alerts = engine::list_cost_centre_alerts(
      *lease, request.parameter("cost_centre").value_or(""), page.below, page.rows_to_read());
  const auto next = page.cut(alerts, [](const auto& alert) { return alert.number; });
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const engine::CostCentreAlert& alert : alerts) {
    engine::write_cost_centre_alert(json, alert);
  }
  json.end_array();
  write_next(json, next);
  json.end_object();
  return json_response(json);
}

}  // namespace

std::vector<Route> cost_centre_budget_routes(const ConsoleApi& api) {
  const auto route = [&api](const char* method, const std::string& rest, Right right,
                            auto endpoint) {
    return staff_route(method, "/api/v1/cost-centres" + rest, right,
                       [api, endpoint](const Request& request) { return endpoint(api, request); });
  };
  return {
      route("GET", "", Right::kConsole, list_centres),
      route("GET", "/budgets", Right::kConsole, list_budgets),
      route("GET", "/budget-choices", Right::kConsole, list_choices),
      route("GET", "/alerts", Right::kConsole, list_alerts),
      route("GET", "/{cost_centre}/budgets", Right::kConsole, show_budgets),
      route("PUT", "/{cost_centre}/budgets", Right::kOperate, put_budgets),
  };
}

}  // namespace reckoner::web
