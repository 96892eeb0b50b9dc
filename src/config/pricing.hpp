#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/xml.hpp"
#include "domain/charge.hpp"
#include "domain/plan.hpp"
#include "money/money.hpp"

namespace reckoner::config {

// The parts of read_pricing (readers.hpp), from the small to the large. Each throws
// Error("file:line: reason") for everything docs/pricing.md does not allow.

// Attributes.

/// yes or no; `fallback` when it is missing.
bool yes_attribute(const Element& element, std::string_view name, bool fallback);

/// Whether the attribute is there; all it may say is `word`.
bool word_attribute(const Element& element, std::string_view name, std::string_view word);

/// A number above zero.
money::Decimal positive_attribute(const Element& element, std::string_view name);

/// A number where the attribute is there.
std::optional<money::Decimal> optional_number(const Element& element, std::string_view name);

/// A number with no more digits than the currency has.
money::Decimal amount_attribute(const Element& element, std::string_view name,
                                money::Currency currency);

/// Percent, from 0 to `highest`.
money::Decimal percent_attribute(const Element& element, std::string_view name, int highest = 100);

/// Words with blanks between them; at least one, none twice.
std::vector<std::string> words_attribute(const Element& element, std::string_view name);

/// ISO 8601 without hours: P1M, P14D; none where the attribute is missing.
std::optional<time::CalendarDuration> calendar_duration_attribute(const Element& element,
                                                                  std::string_view name);

/// A day: 2026-07-01; none where the attribute is missing.
std::optional<time::Date> date_attribute(const Element& element, std::string_view name);

/// The attribute `currency`; `fallback`, or a refusal where there is none, when it is missing.
money::Currency currency_attribute(const Element& element,
                                   std::optional<money::Currency> fallback = std::nullopt);

/// The attributes `minimum` and `maximum`.
struct Bounds {
  std::optional<money::Decimal> minimum;
  std::optional<money::Decimal> maximum;
};
/// Those of the element, and of `inherited` where it has none.
Bounds read_bounds(const Element& element, money::Currency currency, const Bounds& inherited = {});

// Rates: a price for each unit, or an element of kRateElements.

inline constexpr std::array<std::string_view, 7> kRateElements{
    "graduated", "volume", "stairstep", "graduated-percentage", "package", "blocks", "dynamic"};

/// One of kRateElements.
domain::Rate read_rate(const Element& element, money::Currency currency);

/// What an element costs whose attribute `price` or one child in kRateElements says it.
domain::Rate read_price_or_rate(const Element& element, money::Currency currency);

/// The one thing that says what `element` costs: the child in `models`, or none where it is
/// `attribute`. Refuses both, two, and neither.
std::optional<Element> model_child(const Element& element, std::string_view attribute,
                                   std::span<const std::string_view> models);

// Models that look closer at usage.

inline constexpr std::array<std::string_view, 5> kUsageModelElements{
    "percentage", "capacity", "matrix", "calendar", "windows"};

/// One of kUsageModelElements, for usage of `meters`.
domain::ChargeModel read_usage_model(const Element& element, money::Currency currency,
                                     std::span<const std::string> meters);

/// The element calendar.
domain::Calendar read_calendar(const Element& element, money::Currency currency);

// Charges and plans.

/// What makes the quantity that terms price.
enum class TermsOf {
  kFee,       ///< nothing
  kQuantity,  ///< a quantity of the subscription
  kUsage,
  kShare,  ///< other charges
};

/// The attributes and children of a charge that say what it costs.
std::vector<std::string_view> terms_attributes(TermsOf what);
std::vector<std::string_view> terms_children(TermsOf what);

/// What a charge costs: its own figures, and those of its children `from`, by date.
std::vector<domain::Terms> read_terms(const Element& charge, TermsOf what, money::Currency currency,
                                      std::span<const std::string> meters = {});

/// A child of a plan: recurring, metered or share. `earlier` are the charges in front of it.
domain::Charge read_charge(const Element& element, money::Currency currency,
                           const std::vector<domain::Charge>& earlier);

/// A pricing strategy in its own currency and, where it has amounts, in those of its price books.
using Strategies = std::map<money::Currency, std::shared_ptr<const domain::Strategy>>;
Strategies read_strategies(const Element& root, domain::Strategy strategy,
                           money::Currency currency);

/// A child `price-book` of a plan's element: the plan in another currency.
domain::Plan read_price_book(const Element& element, const domain::Plan& plan,
                             const Strategies& strategies);

}  // namespace reckoner::config
