#include "accounts/plan_facts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/suggest.hpp"

namespace reckoner::accounts {

namespace {

std::vector<const domain::Plan*> books_of(const config::Configuration& active,
                                          const std::string& name) {
  std::vector<const domain::Plan*> books;
  std::vector<std::string> names;
  for (const domain::Plan& plan : active.plans) {
    if (plan.name == name) books.push_back(&plan);
    names.push_back(plan.name);
  }
  if (books.empty()) throw Error(fmt::format("unknown plan '{}'{}", name, suggestion(name, names)));
  return books;
}

std::string currencies_of(const std::vector<const domain::Plan*>& books) {
  std::vector<std::string_view> codes;
  for (const domain::Plan* book : books) codes.push_back(book->currency.code());
  return fmt::format("{}", fmt::join(codes, " and "));
}

std::vector<std::string> quantity_names(const domain::Plan& plan) {
  std::vector<std::string> names;
  for (const domain::Charge& charge : plan.charges) {
    if (const auto* source = std::get_if<domain::OfSubscription>(&charge.source)) {
      names.push_back(source->quantity);
    }
    if (charge.option) names.push_back(*charge.option);
  }
  return names;
}

}  // namespace

const domain::Plan& choose_plan(const config::Configuration& active, const std::string& name,
                                std::optional<money::Currency> currency,
                                const std::vector<money::Currency>& own) {
  const std::vector<const domain::Plan*> books = books_of(active, name);
  if (currency) {
    for (const domain::Plan* book : books) {
      if (book->currency == *currency) return *book;
    }
    throw Error(fmt::format("plan '{}' is priced in {}, not in {}", name, currencies_of(books),
                            currency->code()));
  }
  if (books.size() == 1) return *books.front();
  std::vector<const domain::Plan*> familiar;
  for (const domain::Plan* book : books) {
    if (std::find(own.begin(), own.end(), book->currency) != own.end()) familiar.push_back(book);
  }
  if (familiar.size() == 1) return *familiar.front();
  throw Error(fmt::format("plan '{}' is priced in {}: say which currency", name,
                          currencies_of(familiar.empty() ? books : familiar)));
}

const domain::Plan& any_plan(const config::Configuration& active, const std::string& name) {
  return *books_of(active, name).front();
}

const domain::Plan* find_plan(const config::Configuration& active, std::string_view name,
                              money::Currency currency) {
  for (const domain::Plan& plan : active.plans) {
    if (plan.name == name && plan.currency == currency) return &plan;
  }
  return nullptr;
}

const domain::Charge& charge_of(const domain::Plan& plan, const std::string& name) {
  std::vector<std::string> names;
  for (const domain::Charge& charge : plan.charges) {
    if (charge.name == name) return charge;
    names.push_back(charge.name);
  }
  throw Error(
      fmt::format("plan '{}' has no charge '{}'{}", plan.name, name, suggestion(name, names)));
}

void check_environment(const domain::Plan& plan, const std::string& name) {
  std::vector<std::string> names = {"production"};
  if (plan.strategy) {
    for (const domain::Environment& environment : plan.strategy->environments) {
      names.push_back(environment.name);
    }
  }
  if (name.empty() || std::find(names.begin(), names.end(), name) != names.end()) return;
  throw Error(
      fmt::format("plan '{}' has no environment '{}'{}", plan.name, name, suggestion(name, names)));
}

bool uses_quantity(const domain::Plan& plan, const std::string& name) {
  const std::vector<std::string> names = quantity_names(plan);
  return std::find(names.begin(), names.end(), name) != names.end();
}

void check_quantity(const domain::Plan& plan, const std::string& name) {
  if (uses_quantity(plan, name)) return;
  throw Error(fmt::format("plan '{}' has no quantity or option '{}'{}", plan.name, name,
                          suggestion(name, quantity_names(plan))));
}

std::optional<std::string> common_meter(const domain::Plan& a, const domain::Plan& b) {
  const auto measures = [](const domain::Plan& plan, const std::string& meter) {
    return std::any_of(plan.charges.begin(), plan.charges.end(), [&](const domain::Charge& charge) {
      const domain::OfMeters* metering = domain::metering_of(charge);
      return metering != nullptr &&
             std::count(metering->meters.begin(), metering->meters.end(), meter) > 0;
    });
  };
  for (const domain::Charge& charge : a.charges) {
    const domain::OfMeters* metering = domain::metering_of(charge);
    if (metering == nullptr) continue;
    for (const std::string& meter : metering->meters) {
      if (measures(b, meter)) return meter;
    }
  }
  return std::nullopt;
}

bool bills_in_advance(const domain::Plan& plan) {
  return std::any_of(plan.charges.begin(), plan.charges.end(), [](const domain::Charge& charge) {
    return charge.side == domain::Side::kAdvance;
  });
}

time::Period reach_of_change(const domain::Plan& plan, const time::Zone& zone,
                             const time::Period& stretch) {
  const time::Date from = zone.date_of(stretch.starts_at);
  const bool bounded = stretch.ends_at != time::Instant::max();
  time::Period reach = stretch;
  for (const domain::Charge& charge : plan.charges) {
    const auto* interval = std::get_if<time::CalendarDuration>(&charge.every);
    if (interval == nullptr) continue;
    reach.starts_at = std::min(reach.starts_at, zone.start_of(time::add(from, *interval, -1)));
    if (!bounded) continue;
    const time::Date until = time::add(zone.date_of(stretch.ends_at), *interval);
    reach.ends_at = std::max(reach.ends_at, zone.start_of(until));
  }
  return reach;
}

}  // namespace reckoner::accounts
