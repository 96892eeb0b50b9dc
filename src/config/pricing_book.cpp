#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "config/attributes.hpp"
#include "config/pricing.hpp"
#include "pricing/figures.hpp"

namespace reckoner::config {

namespace {

/// The figures of terms that are money, by the names of pricing/figures.hpp. Only those above zero:
/// nothing is nothing in every currency.
class AmountNames {
 public:
  explicit AmountNames(const domain::Terms& terms) {
    std::visit([&](const auto& model) { add(model); }, terms.model);
    add("minimum", terms.minimum);
    add("maximum", terms.maximum);
  }

  std::vector<std::string> take() { return std::move(names_); }

 private:
  void add(std::string_view name, const std::optional<money::Decimal>& amount) {
    if (amount && !amount->is_zero()) names_.push_back(fmt::format("{}{}", prefix_, name));
  }

  template <class Items, class Add>
  void add_each(std::string_view word, const Items& items, const Add& add_item) {
    const std::string outer = prefix_;
    for (std::size_t i = 0; i < items.size(); ++i) {
      prefix_ = fmt::format("{}{}-{}-", outer, word, i + 1);
      add_item(items[i]);
    }
    prefix_ = outer;
  }
  void add_tiers(const domain::Tiers& model, bool has_price) {
    add_each("tier", model.tiers, [&](const domain::Tier& tier) {
      if (has_price) add("price", tier.price);
      add("fee", tier.fee);
    });
  }

  void add(const domain::Flat& model) { add("fee", model.amount); }
  void add(const domain::PerUnit& model) { add("price", model.price); }
  void add(const domain::Graduated& model) { add_tiers(model, true); }
  void add(const domain::Volume& model) { add_tiers(model, true); }
  void add(const domain::Stairstep& model) { add_tiers(model, false); }
  void add(const domain::GraduatedPercentage& model) { add_tiers(model, false); }
  void add(const domain::Package& model) { add("price", model.price); }
  void add(const domain::Blocks& model) {
    add_each("tier", model.tiers, [&](const auto& tier) { add("price", tier.price); });
  }
  void add(const domain::Dynamic&) {}
  void add(const domain::Rate& rate) {
    std::visit([&](const auto& model) { add(model); }, rate);
  }
  void add(const domain::Percentage& model) {
    add("fixed", model.fixed);
    add("free-amount", model.free_amount);
    add("transaction-minimum", model.transaction_minimum);
    add("transaction-maximum", model.transaction_maximum);
  }
  void add(const domain::Capacity& model) {
    add_each("tier", model.tiers, [&](const auto& tier) { add("price", tier.price); });
  }
  void add(const domain::Matrix& model) {
    add_each("row", model.rows, [&](const auto& row) { add(row.rate); });
  }
  void add(const domain::Calendar& model) {
    add_each("band", model.bands, [&](const auto& band) { add(band.rate); });
  }
  void add(const domain::Windowed& model) { add(model.rate); }

  std::vector<std::string> names_;
  std::string prefix_;
};

bool is_share(const domain::Charge& charge) {
  return std::holds_alternative<domain::OfCharges>(charge.source);
}

/// Whether a name of pricing/figures.hpp is for money. The price of a share is a percentage; the
/// tier above the last one is not a book's to add.
bool is_amount(const domain::Charge& charge, std::string_view figure) {
  constexpr std::array<std::string_view, 6> kAmounts{"fee",         "price",   "fixed",
                                                     "free-amount", "minimum", "maximum"};
  if (is_share(charge)) return figure == "minimum" || figure == "maximum";
  return figure.find("above-") == std::string_view::npos &&
         std::any_of(kAmounts.begin(), kAmounts.end(),
                     [&](std::string_view amount) { return figure.ends_with(amount); });
}

std::vector<std::string> amounts_of(const domain::Charge& charge, const domain::Terms& terms) {
  std::vector<std::string> names = AmountNames(terms).take();
  std::erase_if(names, [&](const std::string& name) { return !is_amount(charge, name); });
  return names;
}

/// A figure of a price book: charge, first day of its terms, name.
struct FigureKey {
  std::string charge;
  std::optional<time::Date> from;
  std::string name;
  friend auto operator<=>(const FigureKey&, const FigureKey&) = default;
};

std::string to_string(const FigureKey& key) {
  return fmt::format("{} {}{}", key.charge, key.name,
                     key.from ? " from " + time::to_string(*key.from) : "");
}

domain::Charge& find_charge(const Element& element, domain::Plan& plan, const std::string& name) {
  std::vector<std::string> names;
  for (domain::Charge& charge : plan.charges) {
    if (charge.name == name) return charge;
    names.push_back(charge.name);
  }
  fail_attribute(
      element, "charge",
      fmt::format("plan '{}' has no charge '{}'{}", plan.name, name, suggestion(name, names)));
}

domain::Terms& find_terms(const Element& element, domain::Charge& charge,
                          const std::optional<time::Date>& from) {
  for (domain::Terms& terms : charge.terms) {
    if (terms.effective == from) return terms;
  }
  fail_attribute(
      element, "from",
      fmt::format("charge '{}' has no prices from {} on", charge.name, element.required("from")));
}

/// Puts one figure into the plan.
FigureKey read_figure(const Element& element, domain::Plan& plan) {
  element.allow({"charge", "name", "from", "value"});
  FigureKey key{element.required("charge"), date_attribute(element, "from"),
                element.required("name")};
  domain::Charge& charge = find_charge(element, plan, key.charge);
  std::vector<std::string> names = pricing::figures_of(charge);
  std::erase_if(names, [&](const std::string& name) { return !is_amount(charge, name); });
  if (std::find(names.begin(), names.end(), key.name) == names.end()) {
    fail_attribute(element, "name",
                   fmt::format("charge '{}' has no amount '{}'{}", charge.name, key.name,
                               suggestion(key.name, names)));
  }
  const bool is_price = key.name.ends_with("price");
  const money::Decimal value = is_price || key.name.ends_with("fixed")
                                   ? number_attribute(element, "value")
                                   : amount_attribute(element, "value", plan.currency);
  domain::Terms& terms = find_terms(element, charge, key.from);
  try {
    pricing::set_figure(terms, key.name, value);
  } catch (const Error& error) {
    fail_attribute(element, "name", error.what());
  }
  return key;
}

/// Takes over a minimum or maximum that the terms before say, too, and says what is missing.
void complete(domain::Charge& converted, const domain::Charge& original,
              const std::set<FigureKey>& given, std::vector<std::string>& missing) {
  using Bound = std::optional<money::Decimal> domain::Terms::*;
  const auto inherit = [&](std::size_t at, Bound bound) {
    const bool inherited = at > 0 && original.terms[at].*bound == original.terms[at - 1].*bound;
    if (inherited) converted.terms[at].*bound = converted.terms[at - 1].*bound;
    return inherited;
  };
  for (std::size_t at = 0; at < original.terms.size(); ++at) {
    const domain::Terms& terms = original.terms[at];
    for (std::string& name : amounts_of(original, terms)) {
      FigureKey key{original.name, terms.effective, std::move(name)};
      if (given.contains(key)) continue;
      if (key.name == "minimum" && inherit(at, &domain::Terms::minimum)) continue;
      if (key.name == "maximum" && inherit(at, &domain::Terms::maximum)) continue;
      missing.push_back(to_string(key));
    }
  }
}

/// Refuses a bound where `original` has none, and notes one that is missing.
void check_bounds(const Element& element, const Bounds& original, const Bounds& bounds,
                  std::vector<std::string>& missing) {
  const auto check = [&](std::string_view name, bool had, bool has) {
    if (has && !had) {
      fail_attribute(element, name, "there is none in the currency of the file");
    }
    if (had && !has) missing.emplace_back(name);
  };
  check("minimum", original.minimum.has_value(), bounds.minimum.has_value());
  check("maximum", original.maximum.has_value(), bounds.maximum.has_value());
}

void check_missing(const Element& element, const std::vector<std::string>& missing) {
  if (missing.empty()) return;
  element.fail(fmt::format("the price book in {} does not say: {}", element.required("currency"),
                           fmt::join(missing, ", ")));
}

money::Currency other_currency(const Element& element, money::Currency own) {
  const money::Currency currency = currency_attribute(element);
  if (currency == own) {
    fail_attribute(element, "currency",
                   fmt::format("{} is the currency of the file itself", own.code()));
  }
  return currency;
}

/// Whether rates have bounds that are money, which a price book has no names for.
bool has_bounds_in_money(const domain::ChargeModel& model) {
  const auto of_rate = [](const domain::Rate& rate) {
    const auto* const tiers = std::get_if<domain::GraduatedPercentage>(&rate);
    return tiers != nullptr && tiers->tiers.size() > 1;
  };
  const auto of_part = [&](const auto& part) { return of_rate(part.rate); };
  if (const auto* const rate = std::get_if<domain::Rate>(&model)) return of_rate(*rate);
  if (const auto* const windows = std::get_if<domain::Windowed>(&model)) return of_part(*windows);
  if (const auto* const matrix = std::get_if<domain::Matrix>(&model)) {
    return std::any_of(matrix->rows.begin(), matrix->rows.end(), of_part);
  }
  if (const auto* const calendar = std::get_if<domain::Calendar>(&model)) {
    return std::any_of(calendar->bands.begin(), calendar->bands.end(), of_part);
  }
  return false;
}

void check_convertible(const Element& element, const domain::Plan& plan) {
  for (const domain::Charge& charge : plan.charges) {
    for (const domain::Terms& terms : charge.terms) {
      if (!has_bounds_in_money(terms.model)) continue;
      element.fail(
          fmt::format("the tiers of charge '{}' end at amounts in {}, which a price book "
                      "cannot change; write the plan in a file of that currency",
                      charge.name, plan.currency.code()));
    }
  }
}

}  // namespace

Strategies read_strategies(const Element& root, domain::Strategy strategy,
                           money::Currency currency) {
  Strategies strategies;
  for (const Element& element : root.children("price-book")) {
    element.allow({"currency", "minimum", "maximum"});
    const money::Currency other = other_currency(element, currency);
    const Bounds bounds = read_bounds(element, other);
    std::vector<std::string> missing;
    check_bounds(element, {strategy.minimum, strategy.maximum}, bounds, missing);
    check_missing(element, missing);
    domain::Strategy converted = strategy;
    converted.minimum = bounds.minimum;
    converted.maximum = bounds.maximum;
    const bool added =
        strategies.emplace(other, std::make_shared<domain::Strategy>(std::move(converted))).second;
    if (!added) element.fail(fmt::format("a price book in {} is already there", other.code()));
  }
  strategies.emplace(currency, std::make_shared<domain::Strategy>(std::move(strategy)));
  return strategies;
}

domain::Plan read_price_book(const Element& element, const domain::Plan& plan,
                             const Strategies& strategies) {
  element.allow({"currency", "minimum", "maximum"}, {"figure"});
  domain::Plan converted = plan;
  converted.place = element.place();
  converted.currency = other_currency(element, plan.currency);
  check_convertible(element, plan);

  const auto strategy = strategies.find(converted.currency);
  if (strategy != strategies.end()) {
    converted.strategy = strategy->second;
  } else if (plan.strategy->minimum || plan.strategy->maximum) {
    element.fail(
        fmt::format("minimum and maximum of strategy '{}' are not known in {}: pricing "
                    "needs a price-book, too",
                    plan.strategy->name, converted.currency.code()));
  }

  const Bounds bounds = read_bounds(element, converted.currency);
  std::vector<std::string> missing;
  check_bounds(element, {plan.minimum, plan.maximum}, bounds, missing);
  converted.minimum = bounds.minimum;
  converted.maximum = bounds.maximum;

  std::set<FigureKey> given;
  for (const Element& child : element.children()) {
    const FigureKey key = read_figure(child, converted);
    if (!given.insert(key).second) child.fail(fmt::format("{} is there twice", to_string(key)));
  }
  for (std::size_t i = 0; i < plan.charges.size(); ++i) {
    complete(converted.charges[i], plan.charges[i], given, missing);
  }
  check_missing(element, missing);
  for (const domain::Charge& charge : converted.charges) {
    for (const domain::Terms& terms : charge.terms) {
      if (!terms.minimum || !terms.maximum || *terms.minimum <= *terms.maximum) continue;
      element.fail(fmt::format("the minimum of charge '{}' ({}) is above its maximum ({})",
                               charge.name, terms.minimum->to_string(),
                               terms.maximum->to_string()));
    }
  }
  return converted;
}

}  // namespace reckoner::config
