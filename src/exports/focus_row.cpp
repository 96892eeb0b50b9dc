#include "exports/focus_row.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <variant>

#include "text/json.hpp"

namespace reckoner::exports {

namespace {

constexpr std::string_view kUnitless = "Units";

time::Date first_of_month(time::Date day, int months_later = 0) {
  return time::month_day(day, months_later, 1);
}

time::Instant utc_start(time::Date day) {
  return time::Zone::utc().start_of(day);
}

/// What the facts of a line say about where it comes from.
struct Origin {
  std::string plan;
  bool by_hand = false;
};

Origin origin_of(const domain::StatementLine& line) {
  Origin origin;
  if (line.facts.empty()) return origin;
  const text::Json facts = text::parse_json(line.facts);
  if (const text::Json* plan = facts.find("plan")) {
    if (plan->kind() == text::Json::Kind::kString) origin.plan = plan->as_string();
  }
  const text::Json* model = facts.find("model");
  origin.by_hand = model != nullptr && model->kind() == text::Json::Kind::kString &&
                   model->as_string() == "manual";
  return origin;
}

struct Class {
  ChargeCategory category;
  ChargeFrequency frequency;
};

Class class_of(const domain::Charge& charge) {
  if (std::holds_alternative<domain::OfMeters>(charge.source)) {
    return {ChargeCategory::kUsage, ChargeFrequency::kUsageBased};
  }
  const bool once = std::holds_alternative<domain::OnlyOnce>(charge.every);
  return {ChargeCategory::kPurchase,
          once ? ChargeFrequency::kOneTime : ChargeFrequency::kRecurring};
}

Class class_of(const domain::StatementLine& line, const domain::Charge* charge, bool by_hand) {
  if (charge != nullptr) return class_of(*charge);
  if (by_hand) return {ChargeCategory::kPurchase, ChargeFrequency::kOneTime};
  const bool takes_off = line.amount.sign() < 0;
  return {takes_off ? ChargeCategory::kCredit : ChargeCategory::kAdjustment,
          ChargeFrequency::kRecurring};
}

bool has_quantity(ChargeCategory category) {
  return category == ChargeCategory::kUsage || category == ChargeCategory::kPurchase;
}

/// Makes the rows of one document.
class Rows {
 public:
  Rows(const domain::Document& document, const FocusContext& context)
      : document_(document),
        context_(context),
        zone_(time::Zone::named(document.zone)),
        month_(first_of_month(document.issued_on.value())) {}

  std::vector<FocusRow> make() {
    for (std::size_t i = 0; i < document_.lines.size(); ++i) add_line(i);
    span_ = span_of_lines();
    all_correct_ = !rows_.empty() && std::ranges::all_of(rows_, &FocusRow::correction);
    for (const domain::CreditDraw& coupon : document_.coupons) {
      FocusRow& row = add_of_document(-coupon.amount, ChargeCategory::kCredit);
      row.description = coupon.title;
      row.service_name = "Coupons";
    }
    for (const domain::TaxTotal& tax : document_.taxes) {
      if (tax.included) continue;
      FocusRow& row = add_of_document(tax.tax, ChargeCategory::kTax);
      row.description =
          fmt::format("Tax {} {} {} %", tax.country, tax.category, tax.percent.to_string());
      row.service_name = "Tax";
    }
    return std::move(rows_);
  }

 private:
  struct Span {
    time::Instant start;
    time::Instant end;
  };

  FocusRow basic(const money::Money& cost) const {
    FocusRow row{.billed_cost = cost};
    row.billing_account_id = document_.customer_key;
    row.billing_account_name = document_.customer_name;
    row.billing_period_start = utc_start(month_);
    row.billing_period_end = utc_start(first_of_month(month_, 1));
    row.issuer = context_.issuer;
    row.service_category = context_.service_category;
    row.invoice = document_.number;
    row.corrects = document_.corrects_number;
    return row;
  }

  void add_line(std::size_t index) {
    const domain::DocumentLine& billed = document_.lines[index];
    const domain::StatementLine& line = billed.line;
    const Origin origin = origin_of(line);
    FocusRow row = basic(line.amount);
    row.correction = first_of_month(context_.first_billed(billed.period)) < month_;
    const Class kind = class_of(line, context_.charge_of(origin.plan, line.charge), origin.by_hand);
    row.frequency = kind.frequency;
    row.category = kind.category;
    const bool comes_back = !row.correction && line.quantity.sign() < 0;
    if (has_quantity(row.category) && comes_back) {
      row.category = ChargeCategory::kAdjustment;
      row.frequency = ChargeFrequency::kOneTime;
    }
    if (has_quantity(row.category)) {
      row.quantity = line.quantity;
      row.unit = line.unit.empty() ? kUnitless : line.unit;
    }
    row.description = line.description;
    row.charge_period_start = zone_.start_of(line.starts_on);
    row.charge_period_end =
        zone_.start_of(std::max(line.ends_on, time::add_days(line.starts_on, 1)));
    row.service_name = origin.plan.empty() ? line.charge : origin.plan;
    if (line.subscription) {
      row.sub_account_id = fmt::format("{}/{}", document_.customer_key, *line.subscription);
      row.sub_account_name = context_.subscription_key(*line.subscription);
    }
    row.line = index + 1;
    row.charge = line.charge;
    row.period = billed.period_label;
    rows_.push_back(std::move(row));
  }

  /// From the first day of any line to the last; the day of issue where there is no line.
  Span span_of_lines() const {
    if (rows_.empty()) {
      const time::Date day = document_.issued_on.value();
      return {zone_.start_of(day), zone_.start_of(time::add_days(day, 1))};
    }
    const auto first = std::ranges::min_element(rows_, {}, &FocusRow::charge_period_start);
    const auto last = std::ranges::max_element(rows_, {}, &FocusRow::charge_period_end);
    return {first->charge_period_start, last->charge_period_end};
  }

  FocusRow& add_of_document(const money::Money& cost, ChargeCategory category) {
    FocusRow row = basic(cost);
    row.category = category;
    row.frequency = ChargeFrequency::kOneTime;
    row.correction = all_correct_;
    row.charge_period_start = span_.start;
    row.charge_period_end = span_.end;
    return rows_.emplace_back(std::move(row));
  }

  const domain::Document& document_;
  const FocusContext& context_;
  const time::Zone zone_;
  const time::Date month_;
  std::vector<FocusRow> rows_;
  Span span_{};
  bool all_correct_ = false;
};

}  // namespace

std::string_view to_string(ChargeCategory category) {
  constexpr std::array<std::string_view, 5> kNames{"Usage", "Purchase", "Tax", "Credit",
                                                   "Adjustment"};
  return kNames.at(static_cast<std::size_t>(category));
}

std::string_view to_string(ChargeFrequency frequency) {
  constexpr std::array<std::string_view, 3> kNames{"One-Time", "Recurring", "Usage-Based"};
  return kNames.at(static_cast<std::size_t>(frequency));
}

std::vector<FocusRow> focus_rows(const domain::Document& document, const FocusContext& context) {
  return Rows(document, context).make();
}

}  // namespace reckoner::exports
