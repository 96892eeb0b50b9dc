#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "domain/place.hpp"
#include "domain/rate.hpp"
#include "domain/side.hpp"
#include "money/decimal.hpp"
#include "time/calendar_duration.hpp"
#include "time/time.hpp"

namespace reckoner::domain {

/// The charge models: a rate over the whole quantity, or one that looks closer at the usage.

/// A share of each transaction's amount. A transaction is free while both the free count and the
/// free amount last; the one that uses up the free amount is charged with what is over.
struct Percentage {
  money::Decimal percent;  ///< 2 means 2 %
  money::Decimal fixed;    ///< for each transaction that is not free
  std::optional<money::Decimal> free_count;
  std::optional<money::Decimal> free_amount;
  std::optional<money::Decimal> transaction_minimum;  ///< after the fixed part
  std::optional<money::Decimal> transaction_maximum;
};

/// The price of the first tier that holds every measured quantity (high-water marks).
struct CapacityTier {
  std::vector<std::optional<money::Decimal>> limits;  ///< inclusive, one a meter; none: no limit
  money::Decimal price;
};
struct Capacity {
  std::vector<CapacityTier> tiers;
};

/// Usage by its dimensions, each combination at the rate of the first row that matches.
struct MatrixRow {
  std::vector<std::optional<std::string>> values;  ///< one a dimension; none matches every value
  Rate rate;
};
struct Matrix {
  std::vector<std::string> dimensions;  ///< names the meter groups by
  std::vector<MatrixRow> rows;
};

/// Usage by the wall clock of the customer's zone, at the rate of the first band that contains it.
struct Band {
  std::string title;
  std::vector<bool> quarters;  ///< 96, one a quarter hour of the local day; empty: every one
  std::vector<bool> weekdays;  ///< 7, Monday first; empty: every one
  std::vector<bool> months;    ///< 12, January first; empty: every one
  Rate rate;
};
struct Calendar {
  std::vector<Band> bands;  ///< the last one contains everything that is left
};

/// Usage by windows of time, each rated alone, then summed.
enum class Window { kHour, kDay, kMonth };
struct Windowed {
  Window window = Window::kHour;
  Rate rate;
};

/// How a charge turns a quantity into an amount.
using ChargeModel = std::variant<Rate, Percentage, Capacity, Matrix, Calendar, Windowed>;

/// What a charge costs, from a day on. Figures are for a whole period.
struct Terms {
  std::optional<time::Date> effective;  ///< the first day they hold; none: always have
  ChargeModel model;
  std::optional<money::Decimal> allowance = money::Decimal(0);  ///< units free; none: unlimited
  std::optional<money::Decimal> minimum;                        ///< of the charge's amount
  std::optional<money::Decimal> maximum;
};

/// Where a charge takes its quantity from.

/// Nothing to measure: quantity 1.
struct Once {};

/// A quantity that the subscription names, such as its seats.
struct OfSubscription {
  std::string quantity;  ///< 0 where the subscription does not name it
  std::string unit;
};

enum class UnitRounding { kExact, kUp, kDown };

/// What becomes of the allowance when a subscription covers only a part of the period.
enum class AllowanceOnChange {
  kProrated,  ///< by the days subscribed, exactly (15/31 of it)
  kWhole,
};

/// Usage.
struct OfMeters {
  std::vector<std::string> meters;  ///< names in meters.xml; one, or a Capacity's several
  std::string unit;                 ///< what prices and allowances are in: "MB"
  money::Decimal unit_size =
      1;  ///< meter units in one such unit: 1048576 bytes in an MB; above zero
  UnitRounding unit_rounding = UnitRounding::kExact;  ///< to whole units, before the allowance
  AllowanceOnChange allowance_on_change = AllowanceOnChange::kProrated;
};

/// The amounts of other charges of the same subscription, which stand earlier in the plan.
struct OfCharges {
  std::vector<std::string> charges;
};

using QuantitySource = std::variant<Once, OfSubscription, OfMeters, OfCharges>;

/// How a recurring charge counts a part of its interval.
enum class Proration {
  kDays,     ///< days of the customer's calendar
  kSeconds,  ///< real seconds
  kNone,     ///< a part costs the whole
};

/// What becomes of the rest of an interval that a cancellation or plan change cuts short.
enum class OnEnd {
  kKeep,     ///< it is charged whole
  kProrate,  ///< only what was used is charged; what was billed in advance comes back
  kCredit,   ///< as kProrate, but what comes back is prepaid credit
};

/// The interval of a recurring charge.
struct EveryPeriod {};  ///< each billing period
struct OnlyOnce {};     ///< when the subscription begins (after a trial)
using Every = std::variant<EveryPeriod, OnlyOnce, time::CalendarDuration>;

/// One priced thing on a plan: a quantity from somewhere, priced by a model.
struct Charge {
  std::string
      name;  ///< unique in the plan; part of the line key, so never reused for another thing
  std::string title;  ///< for the reader of the invoice
  QuantitySource source;
  std::vector<Terms> terms;  ///< at least one, ascending by `effective`
  Side side = Side::kArrears;
  Every every;
  Proration proration = Proration::kDays;
  OnEnd on_cancel = OnEnd::kProrate;
  OnEnd on_change = OnEnd::kProrate;
  bool charged_in_trial = false;  ///< usage always is as configured; fees as shipped are not
  bool pass_through = false;      ///< no environment factor
  std::optional<std::string>
      option;  ///< stands only while the subscription's quantity of this name is above 0
  std::string tax = "standard";  ///< category in taxes.xml
  Place place;
};

/// Whether usage makes the quantity.
inline const OfMeters* metering_of(const Charge& charge) {
  return std::get_if<OfMeters>(&charge.source);
}

}  // namespace reckoner::domain
