#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "config/attributes.hpp"
#include "config/pricing.hpp"

namespace reckoner::config {

namespace {

constexpr std::array<std::string_view, 5> kQuantityModels{"graduated", "volume", "stairstep",
                                                          "package", "blocks"};

/// The attribute that says the figure of terms without a model.
std::string_view figure_attribute(TermsOf what) {
  if (what == TermsOf::kFee) return "fee";
  return what == TermsOf::kShare ? "percent" : "price";
}

std::vector<std::string_view> models_of(TermsOf what) {
  std::vector<std::string_view> models;
  if (what == TermsOf::kQuantity) models.assign(kQuantityModels.begin(), kQuantityModels.end());
  if (what == TermsOf::kUsage) {
    models.assign(kRateElements.begin(), kRateElements.end());
    models.insert(models.end(), kUsageModelElements.begin(), kUsageModelElements.end());
  }
  return models;
}

/// The attribute percent as a factor: 20 → 0.2.
money::Decimal read_share(const Element& element) {
  const money::Decimal percent = percent_attribute(element, "percent");
  try {
    return percent * money::Decimal::from_parts(1, 2);
  } catch (const Error&) {
    fail_attribute(element, "percent",
                   fmt::format("'{}' has too many digits", element.required("percent")));
  }
}

domain::Rate read_figure(const Element& element, TermsOf what, money::Currency currency) {
  switch (what) {
    case TermsOf::kFee:
      if (element.required("fee") == "rule") return domain::Flat{};
      return domain::Flat{amount_attribute(element, "fee", currency)};
    case TermsOf::kShare:
      return domain::PerUnit{read_share(element)};
    default:
      return domain::PerUnit{number_attribute(element, "price")};
  }
}

domain::ChargeModel read_model(const Element& element, TermsOf what, money::Currency currency,
                               std::span<const std::string> meters) {
  const std::optional<Element> model =
      model_child(element, figure_attribute(what), models_of(what));
  if (!model) return read_figure(element, what, currency);
  const bool is_rate =
      std::find(kRateElements.begin(), kRateElements.end(), model->name()) != kRateElements.end();
  if (is_rate) return read_rate(*model, currency);
  return read_usage_model(*model, currency, meters);
}

std::optional<money::Decimal> read_allowance(const Element& element,
                                             const std::optional<money::Decimal>& inherited) {
  const std::optional<std::string> value = element.attribute("allowance");
  if (!value) return inherited;
  if (*value == "unlimited") return std::nullopt;
  if (*value == "-1") {
    fail_attribute(element, "allowance", "'-1' is no allowance; for no limit write \"unlimited\"");
  }
  return number_attribute(element, "allowance");
}

/// Refuses an allowance where there are no units that it could be taken from.
void check_allowance(const Element& element, const domain::Terms& terms) {
  if (terms.allowance == money::Decimal(0)) return;
  if (std::holds_alternative<domain::Percentage>(terms.model)) {
    element.fail(
        "a percentage of each transaction has no allowance; write free-count or "
        "free-amount");
  }
  if (std::holds_alternative<domain::Capacity>(terms.model)) {
    element.fail("a capacity has no allowance: its first tier says what is included");
  }
}

/// Terms of the element; what it does not say is as in `before`.
domain::Terms read_figures(const Element& element, TermsOf what, money::Currency currency,
                           std::span<const std::string> meters, const domain::Terms& before) {
  domain::Terms terms;
  terms.model = read_model(element, what, currency, meters);
  terms.allowance = read_allowance(element, before.allowance);
  const Bounds bounds = read_bounds(element, currency, {before.minimum, before.maximum});
  terms.minimum = bounds.minimum;
  terms.maximum = bounds.maximum;
  check_allowance(element, terms);
  return terms;
}

bool is_set_by_rule(const domain::Terms& terms) {
  const auto* const rate = std::get_if<domain::Rate>(&terms.model);
  const auto* const flat = rate == nullptr ? nullptr : std::get_if<domain::Flat>(rate);
  return flat != nullptr && !flat->amount;
}

void check_follows(const Element& element, const domain::Terms& before,
                   const domain::Terms& terms) {
  if (before.effective && *terms.effective <= *before.effective) {
    fail_attribute(
        element, "date",
        fmt::format("{} is not later than {} before it", time::to_string(*terms.effective),
                    time::to_string(*before.effective)));
  }
  if (is_set_by_rule(before) != is_set_by_rule(terms)) {
    fail_attribute(element, "fee", "a rule sets a charge's fee on all days or on none");
  }
}

}  // namespace

std::vector<std::string_view> terms_attributes(TermsOf what) {
  std::vector<std::string_view> names{figure_attribute(what), "minimum", "maximum"};
  if (what == TermsOf::kQuantity || what == TermsOf::kUsage) names.push_back("allowance");
  return names;
}

std::vector<std::string_view> terms_children(TermsOf what) {
  std::vector<std::string_view> names = models_of(what);
  names.push_back("from");
  return names;
}

std::vector<domain::Terms> read_terms(const Element& charge, TermsOf what, money::Currency currency,
                                      std::span<const std::string> meters) {
  std::vector<domain::Terms> terms{read_figures(charge, what, currency, meters, {})};
  std::vector<std::string_view> attributes = terms_attributes(what);
  attributes.push_back("date");
  for (const Element& child : charge.children("from")) {
    child.allow(attributes, models_of(what));
    domain::Terms dated = read_figures(child, what, currency, meters, terms.back());
    static_cast<void>(child.required("date"));
    dated.effective = date_attribute(child, "date");
    check_follows(child, terms.back(), dated);
    terms.push_back(std::move(dated));
  }
  return terms;
}

}  // namespace reckoner::config
