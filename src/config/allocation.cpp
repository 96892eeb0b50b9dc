#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/mistakes.hpp"
#include "base/suggest.hpp"
#include "config/attributes.hpp"
#include "config/readers.hpp"

namespace reckoner::config {

namespace {

using domain::CostCentre;
using domain::CostPool;

/// What was declared before, by name.
using Declared = std::map<std::string, domain::Place>;

void declare(const Element& element, std::string_view what, const std::string& name,
             Declared& declared) {
  const auto [before, is_new] = declared.try_emplace(name, element.place());
  if (is_new) return;
  element.fail(
      fmt::format("{} '{}' is already declared at {}", what, name, to_string(before->second)));
}

/// The one of the attributes that the element has.
std::string_view only_attribute(const Element& element, std::span<const std::string_view> names) {
  element.allow(names, {});
  std::string_view found;
  for (const std::string_view name : names) {
    if (!element.attribute(name)) continue;
    if (!found.empty()) {
      element.fail(
          fmt::format("{} has '{}' and '{}': write two elements", element.name(), found, name));
    }
    found = name;
  }
  if (found.empty()) {
    element.fail(fmt::format("{} needs one of the attributes '{}'", element.name(),
                             fmt::join(names, "', '")));
  }
  return found;
}

void add_once(const Element& element, std::string_view attribute, std::vector<std::string>& names) {
  std::string name = element.required(attribute);
  if (std::ranges::find(names, name) != names.end()) {
    fail_attribute(element, attribute, fmt::format("'{}' stands here already", name));
  }
  names.push_back(std::move(name));
}

struct CentreReader {
  Declared& centres;
  Declared customers = {};  ///< a customer belongs to one cost centre

  CostCentre read(const Element& element) {
    element.allow({"name", "title"}, {"cost-centre", "member"});
    CostCentre centre{.name = name_attribute(element, "name"),
                      .title = {},
                      .customers = {},
                      .plans = {},
                      .parts = {},
                      .place = element.place()};
    centre.title = title_attribute(element, centre.name);
    declare(element, "cost centre", centre.name, centres);
    MistakeCollector mistakes;
    for (const Element& child : element.children()) {
      mistakes.attempt([&] {
        child.name() == "member" ? read_member(child, centre) : centre.parts.push_back(read(child));
      });
    }
    mistakes.finish();
    const bool has_members = !centre.customers.empty() || !centre.plans.empty();
    if (has_members == !centre.parts.empty()) {
      element.fail(fmt::format("cost centre '{}' {}", centre.name,
                               has_members ? "has members and cost centres: one or the other"
                                           : "has neither members nor cost centres"));
    }
    return centre;
  }

  void read_member(const Element& element, CostCentre& centre) {
    static constexpr std::array<std::string_view, 2> kNames{"customer", "plan"};
    const std::string_view attribute = only_attribute(element, kNames);
    if (attribute == "plan") return add_once(element, attribute, centre.plans);
    add_once(element, attribute, centre.customers);
    declare(element, "customer", centre.customers.back(), customers);
  }
};

CostPool::Driver read_driver(const Element& element, bool weighted) {
  weighted ? element.allow({"meter", "weight"}) : element.allow({"meter"});
  CostPool::Driver driver{.meter = element.required("meter")};
  if (weighted) driver.weight = number_attribute(element, "weight");
  if (driver.weight.sign() <= 0) fail_attribute(element, "weight", "it must be above 0");
  if (driver.weight.scale() > 9)
    fail_attribute(element, "weight", "9 digits behind the point at most");
  return driver;
}

CostPool::Given read_given(const Element& element) {
  element.allow({"customer", "cost-centre", "percent"});
  CostPool::Given given{.customer = element.attribute("customer").value_or(""),
                        .cost_centre = element.attribute("cost-centre").value_or(""),
                        .percent = number_attribute(element, "percent")};
  if (given.customer.empty() == given.cost_centre.empty()) {
    element.fail("given is for a 'customer' or a 'cost-centre'");
  }
  if (given.percent.sign() <= 0) fail_attribute(element, "percent", "it must be above 0");
  if (given.percent.scale() > 9) {
    fail_attribute(element, "percent", "9 digits behind the point at most");
  }
  return given;
}

money::Decimal minimum_percent(const Element& element) {
  if (!element.attribute("minimum-percent")) return 0;
  const money::Decimal percent = number_attribute(element, "minimum-percent");
  if (percent > money::Decimal(100)) {
    fail_attribute(element, "minimum-percent", "more than 100 cannot be had");
  }
  if (percent.scale() > 6) {
    fail_attribute(element, "minimum-percent", "6 digits behind the point at most");
  }
  return percent;
}

template <class Parse>
auto parsed(const Element& element, std::string_view name, const std::string& value,
            const Parse& parse) {
  try {
    return parse(value);
  } catch (const Error& error) {
    fail_attribute(element, name, error.what());
  }
}

class PoolReader {
 public:
  explicit PoolReader(const Element& element) : element_(element) {}

  CostPool read() {
    element_.allow(
        {"name", "title", "currency", "by", "minimum-percent", "time-zone", "billed-by", "tax"},
        {"part", "given", "over", "except"});
    CostPool pool{
        .name = name_attribute(element_, "name"),
        .title = {},
        .currency = parsed(element_, "currency", element_.required("currency"),
                           [](const auto& code) { return money::Currency::of(code); }),
        .zone = parsed(element_, "time-zone", element_.attribute("time-zone").value_or("UTC"),
                       [](const auto& name) { return time::Zone::named(name); }),
        .engine = element_.attribute("billed-by").value_or("monthly"),
        .tax = element_.attribute("tax").value_or("standard"),
        .given = {},
        .drivers = {},
        .minimum_percent = minimum_percent(element_),
        .cost_centres = {},
        .customers = {},
        .plans = {},
        .environments = {},
        .excluded_customers = {},
        .excluded_plans = {},
        .place = element_.place()};
    pool.title = title_attribute(element_, pool.name);
    element_.required("by");
    by_ = kBy.at(choice_attribute(element_, "by", kBy, 0));
    MistakeCollector mistakes;
    for (const Element& child : element_.children()) {
      mistakes.attempt([&] { read_child(child, pool); });
    }
    mistakes.finish();
    check_what_it_is_by(pool);
    return pool;
  }

 private:
  static constexpr std::array<std::string_view, 4> kBy{"meter", "formula", "percent", "equal"};

  void read_child(const Element& child, CostPool& pool) const {
    if (child.name() == "part") {
      CostPool::Driver driver = read_driver(child, by_ == "formula");
      if (std::ranges::find(pool.drivers, driver.meter, &CostPool::Driver::meter) !=
          pool.drivers.end()) {
        fail_attribute(child, "meter", fmt::format("'{}' stands here already", driver.meter));
      }
      pool.drivers.push_back(std::move(driver));
    } else if (child.name() == "given") {
      CostPool::Given given = read_given(child);
      for (const CostPool::Given& other : pool.given) {
        if (other.customer != given.customer || other.cost_centre != given.cost_centre) continue;
        child.fail(fmt::format("the percentage of '{}' stands here already",
                               given.customer + given.cost_centre));
      }
      pool.given.push_back(std::move(given));
    } else if (child.name() == "over") {
      static constexpr std::array<std::string_view, 4> kNames{"customer", "plan", "cost-centre",
                                                              "environment"};
      const std::string_view attribute = only_attribute(child, kNames);
      add_once(child, attribute,
               attribute == "customer"      ? pool.customers
               : attribute == "plan"        ? pool.plans
               : attribute == "cost-centre" ? pool.cost_centres
                                            : pool.environments);
    } else {
      static constexpr std::array<std::string_view, 2> kNames{"customer", "plan"};
      const std::string_view attribute = only_attribute(child, kNames);
      add_once(child, attribute,
               attribute == "customer" ? pool.excluded_customers : pool.excluded_plans);
    }
  }

  void check_what_it_is_by(const CostPool& pool) const {
    const auto drivers = pool.drivers.size();
    const auto fail = [&](std::string_view reason) {
      element_.fail(fmt::format("pool '{}' is allocated by {}: {}", pool.name, by_, reason));
    };
    if (by_ == "meter" && drivers != 1) fail("it needs one part, with that meter");
    if (by_ == "formula" && drivers == 0) fail("it needs parts, each with a meter and its weight");
    if (by_ == "equal" && drivers != 0) fail("it has no parts");
    if (by_ == "percent" && pool.given.empty()) fail("it needs the percentages, each as given");
    if (by_ != "percent" && !pool.given.empty())
      fail("percentages are given where it is by percent");
    if (by_ == "percent" && drivers > 1) {
      fail("one part may say how each percentage is divided further");
    }
    const bool of_centres = !pool.given.empty() && !pool.given.front().cost_centre.empty();
    for (const CostPool::Given& given : pool.given) {
      if (given.cost_centre.empty() == of_centres)
        fail("of customers or of cost centres, not both");
      if (!of_centres) continue;
      if (std::ranges::find(pool.cost_centres, given.cost_centre) == pool.cost_centres.end()) {
        fail(fmt::format("cost centre '{}' is not one it is over{}", given.cost_centre,
                         suggestion(given.cost_centre, pool.cost_centres)));
      }
    }
    if (!pool.given.empty() && !of_centres && !pool.cost_centres.empty()) {
      fail("percentages of customers have no cost centres");
    }
    if (!pool.cost_centres.empty() && !(pool.customers.empty() && pool.plans.empty())) {
      element_.fail(
          fmt::format("pool '{}' is over cost centres, and over customers or plans: one "
                      "or the other",
                      pool.name));
    }
  }

  const Element& element_;
  std::string_view by_;
};

/// Whether one of the cost centres lies below another one.
void check_cost_centres(const Element& element, const CostPool& pool,
                        const std::vector<CostCentre>& centres, bool below_one,
                        std::vector<std::string>& known) {
  for (const CostCentre& centre : centres) {
    known.push_back(centre.name);
    const bool is_named =
        std::ranges::find(pool.cost_centres, centre.name) != pool.cost_centres.end();
    if (is_named && below_one) {
      element.fail(
          fmt::format("pool '{}' is over cost centre '{}', which lies below another one "
                      "of it",
                      pool.name, centre.name));
    }
    check_cost_centres(element, pool, centre.parts, below_one || is_named, known);
  }
}

}  // namespace

domain::AllocationRules read_allocation(const Element& root) {
  root.expect("urn:reckoner:allocation:1", "allocation");
  root.allow({}, {"cost-centre", "pool"});
  domain::AllocationRules rules;
  Declared centres;
  CentreReader reader{centres};
  MistakeCollector mistakes;
  for (const Element& element : root.children("cost-centre")) {
    mistakes.attempt([&] { rules.cost_centres.push_back(reader.read(element)); });
  }
  mistakes.finish();
  Declared pools;
  for (const Element& element : root.children("pool")) {
    mistakes.attempt([&] {
      CostPool pool = PoolReader(element).read();
      declare(element, "pool", pool.name, pools);
      std::vector<std::string> known;
      check_cost_centres(element, pool, rules.cost_centres, false, known);
      for (const std::string& name : pool.cost_centres) {
        if (std::ranges::find(known, name) != known.end()) continue;
        element.fail(fmt::format("pool '{}' is over cost centre '{}', which does not exist{}",
                                 pool.name, name, suggestion(name, known)));
      }
      rules.pools.push_back(std::move(pool));
    });
  }
  mistakes.finish();
  return rules;
}

}  // namespace reckoner::config
