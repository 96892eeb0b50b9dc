#include "pricing/published.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.hpp"

namespace reckoner::pricing {

namespace {

constexpr std::string_view kNoLimit = "no limit";

template <class... Alternatives>
struct Cases : Alternatives... {
  using Alternatives::operator()...;
};
template <class... Alternatives>
Cases(Alternatives...) -> Cases<Alternatives...>;

std::string money_text(const money::Decimal& amount, money::Currency currency) {
  const int digits = currency.minor_digits();
  const std::string text = amount.to_string();
  const std::size_t point = text.find('.');
  const auto behind = point == std::string::npos ? 0 : static_cast<int>(text.size() - point - 1);
  return fmt::format("{} {}", behind < digits ? amount.to_fixed(digits) : text, currency.code());
}

std::string bound_text(const std::optional<money::Decimal>& bound) {
  return bound ? bound->to_string() : std::string(kNoLimit);
}

std::string price_title(const std::string& unit) {
  return unit.empty() ? "price" : "price a " + unit;
}

enum class TierFigure { kPrice, kPercent, kNone };

std::string tier_price(const domain::Tier& tier, TierFigure figure, money::Currency currency) {
  std::vector<std::string> parts;
  if (figure == TierFigure::kPrice) parts.push_back(money_text(tier.price, currency));
  if (figure == TierFigure::kPercent) parts.push_back(tier.price.to_string() + " %");
  if (figure == TierFigure::kNone || !tier.fee.is_zero()) {
    parts.push_back(money_text(tier.fee, currency));
  }
  return fmt::format("{}", fmt::join(parts, " and once "));
}

std::string tiers_words(const domain::Tiers& tiers, TierFigure figure, money::Currency currency) {
  std::vector<std::string> parts;
  for (const domain::Tier& tier : tiers.tiers) {
    const std::string price = tier_price(tier, figure, currency);
    if (tiers.tiers.size() == 1 && !tier.up_to) return price;
    parts.push_back(tier.up_to ? fmt::format("{} up to {}", price, tier.up_to->to_string())
                               : price + " beyond");
  }
  if (tiers.tiers.back().up_to) parts.push_back("beyond by agreement");
  return fmt::format("{}", fmt::join(parts, ", "));
}

PriceTable tiers_table(const domain::Tiers& tiers, TierFigure figure, const std::string& unit) {
  PriceTable table;
  table.columns = {{"above", true}, {"up to", true}};
  if (figure == TierFigure::kPrice) table.columns.push_back({price_title(unit), true});
  if (figure == TierFigure::kPercent) table.columns.push_back({"percent", true});
  const bool has_fee = figure == TierFigure::kNone ||
                       std::any_of(tiers.tiers.begin(), tiers.tiers.end(),
                                   [](const domain::Tier& tier) { return !tier.fee.is_zero(); });
  if (has_fee) table.columns.push_back({"fee", true});
  money::Decimal above;
  for (const domain::Tier& tier : tiers.tiers) {
    std::vector<std::string> row{above.to_string(), bound_text(tier.up_to)};
    if (figure != TierFigure::kNone) row.push_back(tier.price.to_string());
    if (has_fee) row.push_back(tier.fee.to_string());
    table.rows.push_back(std::move(row));
    above = tier.up_to.value_or(above);
  }
  return table;
}

std::string words_of(const domain::Rate& rate, const std::string& unit, money::Currency currency) {
  const std::string a = unit.empty() ? "" : " a " + unit;
  const std::string each = unit.empty() ? "unit" : unit;
  return std::visit(
      Cases{[&](const domain::Flat& flat) {
              return flat.amount ? money_text(*flat.amount, currency)
                                 : std::string("a fee that a rule sets");
            },
            [&](const domain::PerUnit& per) { return money_text(per.price, currency) + a; },
            [&](const domain::Graduated& tiers) {
              return fmt::format("each {} at the price of its tier: {}", each,
                                 tiers_words(tiers, TierFigure::kPrice, currency));
            },
            [&](const domain::Volume& tiers) {
              return fmt::format("every {} at the price of the tier that all together reach: {}",
                                 each, tiers_words(tiers, TierFigure::kPrice, currency));
            },
            [&](const domain::Stairstep& tiers) {
              return "by the tier reached: " + tiers_words(tiers, TierFigure::kNone, currency);
            },
            [&](const domain::GraduatedPercentage& tiers) {
              const std::string share = tiers_words(tiers, TierFigure::kPercent, currency);
              return tiers.tiers.size() == 1 ? share : "of the amount in each tier: " + share;
            },
            [&](const domain::Package& package) {
              return fmt::format("{} for each {} {}{}", money_text(package.price, currency),
                                 package.size.to_string(), unit,
                                 package.partial == domain::PartialPackage::kCharged
                                     ? ", also for a part of it"
                                     : ", parts of it are free");
            },
            [&](const domain::Blocks& blocks) {
              std::vector<std::string> parts;
              for (const domain::BlockTier& tier : blocks.tiers) {
                parts.push_back(fmt::format("{} for each block of {} {}",
                                            money_text(tier.price, currency), tier.size.to_string(),
                                            unit));
              }
              return fmt::format("{}", fmt::join(parts, ", then "));
            },
            [&](const domain::Dynamic& dynamic) {
              return dynamic.multiplier == money::Decimal(1)
                         ? std::string("the amount that the usage carries")
                         : fmt::format("the amount that the usage carries, times {}",
                                       dynamic.multiplier.to_string());
            }},
      rate);
}

PriceTable table_of(const domain::Rate& rate, const std::string& unit) {
  return std::visit(
      Cases{
          [&](const domain::Flat& flat) {
            return PriceTable{{{"fee", true}},
                              {{flat.amount ? flat.amount->to_string() : "set by a rule"}}};
          },
          [&](const domain::PerUnit& per) {
            return PriceTable{{{price_title(unit), true}}, {{per.price.to_string()}}};
          },
          [&](const domain::Graduated& tiers) {
            return tiers_table(tiers, TierFigure::kPrice, unit);
          },
          [&](const domain::Volume& tiers) { return tiers_table(tiers, TierFigure::kPrice, unit); },
          [&](const domain::Stairstep& tiers) {
            return tiers_table(tiers, TierFigure::kNone, unit);
          },
          [&](const domain::GraduatedPercentage& tiers) {
            return tiers_table(tiers, TierFigure::kPercent, unit);
          },
          [&](const domain::Package& package) {
            return PriceTable{{{"package", true}, {"price a package", true}},
                              {{package.size.to_string(), package.price.to_string()}}};
          },
          [&](const domain::Blocks& blocks) {
            PriceTable table{{{"blocks", true}, {"block", true}, {"price a block", true}}, {}};
            for (const domain::BlockTier& tier : blocks.tiers) {
              table.rows.push_back(
                  {bound_text(tier.max_blocks), tier.size.to_string(), tier.price.to_string()});
            }
            return table;
          },
          [&](const domain::Dynamic& dynamic) {
            return PriceTable{{{"multiplier", true}}, {{dynamic.multiplier.to_string()}}};
          }},
      rate);
}

/// A rate in a cell of a larger table. The currency is that of the whole plan.
std::string cell_of(const domain::Rate& rate) {
  if (const auto* per = std::get_if<domain::PerUnit>(&rate)) return per->price.to_string();
  const auto* flat = std::get_if<domain::Flat>(&rate);
  if (flat != nullptr && flat->amount) return flat->amount->to_string();
  const PriceTable table = table_of(rate, "");
  std::vector<std::string> rows;
  for (const auto& row : table.rows) rows.push_back(fmt::format("{}", fmt::join(row, " / ")));
  return fmt::format("{}", fmt::join(rows, "; "));
}

std::string condition_of(const std::vector<std::optional<std::string>>& values,
                         const std::vector<std::string>& names) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i]) parts.push_back(fmt::format("{} {}", names[i], *values[i]));
  }
  return parts.empty() ? "everything else" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string matrix_words(const domain::Matrix& matrix, const std::string& unit,
                         money::Currency currency) {
  std::vector<std::string> parts;
  for (const domain::MatrixRow& row : matrix.rows) {
    parts.push_back(fmt::format("{}: {}", condition_of(row.values, matrix.dimensions),
                                words_of(row.rate, unit, currency)));
  }
  return fmt::format("by {}: {}", fmt::join(matrix.dimensions, " and "), fmt::join(parts, "; "));
}

PriceTable matrix_table(const domain::Matrix& matrix, const std::string& unit) {
  PriceTable table;
  for (const std::string& name : matrix.dimensions) table.columns.push_back({name, false});
  table.columns.push_back({price_title(unit), true});
  for (const domain::MatrixRow& row : matrix.rows) {
    std::vector<std::string> cells;
    for (const auto& value : row.values) cells.push_back(value.value_or("any other"));
    cells.push_back(cell_of(row.rate));
    table.rows.push_back(std::move(cells));
  }
  return table;
}

std::string capacity_words(const domain::Capacity& capacity, money::Currency currency) {
  std::vector<std::string> parts;
  for (const domain::CapacityTier& tier : capacity.tiers) {
    std::vector<std::string> limits;
    for (const auto& limit : tier.limits) limits.push_back(bound_text(limit));
    parts.push_back(
        fmt::format("{} up to {}", money_text(tier.price, currency), fmt::join(limits, " and ")));
  }
  return fmt::format("the first tier that holds what was used: {}", fmt::join(parts, ", "));
}

PriceTable capacity_table(const domain::Capacity& capacity) {
  PriceTable table;
  const std::size_t meters = capacity.tiers.empty() ? 0 : capacity.tiers.front().limits.size();
  for (std::size_t i = 0; i < meters; ++i) {
    table.columns.push_back({meters == 1 ? "up to" : fmt::format("up to ({})", i + 1), true});
  }
  table.columns.push_back({"price", true});
  for (const domain::CapacityTier& tier : capacity.tiers) {
    std::vector<std::string> cells;
    for (const auto& limit : tier.limits) cells.push_back(bound_text(limit));
    cells.push_back(tier.price.to_string());
    table.rows.push_back(std::move(cells));
  }
  return table;
}

std::string percentage_words(const domain::Percentage& percentage, money::Currency currency) {
  std::string text = fmt::format("{} % of each transaction", percentage.percent.to_string());
  if (!percentage.fixed.is_zero()) text += " and " + money_text(percentage.fixed, currency);
  if (percentage.free_count) {
    text += fmt::format(", the first {} are free", percentage.free_count->to_string());
  }
  if (percentage.free_amount) {
    text += fmt::format(", {} of amounts are free", money_text(*percentage.free_amount, currency));
  }
  if (percentage.transaction_minimum) {
    text += ", at least " + money_text(*percentage.transaction_minimum, currency);
  }
  if (percentage.transaction_maximum) {
    text += ", at most " + money_text(*percentage.transaction_maximum, currency);
  }
  return text;
}

PriceTable percentage_table(const domain::Percentage& percentage) {
  PriceTable table{{{"percent", true}, {"fixed", true}},
                   {{percentage.percent.to_string(), percentage.fixed.to_string()}}};
  const auto add = [&](const char* title, const std::optional<money::Decimal>& figure) {
    if (!figure) return;
    table.columns.push_back({title, true});
    table.rows.front().push_back(figure->to_string());
  };
  add("free transactions", percentage.free_count);
  add("free amount", percentage.free_amount);
  add("at least", percentage.transaction_minimum);
  add("at most", percentage.transaction_maximum);
  return table;
}

std::string calendar_words(const domain::Calendar& calendar, const std::string& unit,
                           money::Currency currency) {
  std::vector<std::string> parts;
  for (const domain::Band& band : calendar.bands) {
    parts.push_back(fmt::format("{}: {}", band.title.empty() ? "otherwise" : band.title,
                                words_of(band.rate, unit, currency)));
  }
  return fmt::format("by the time of use: {}", fmt::join(parts, "; "));
}

std::string_view name_of(domain::Window window) {
  switch (window) {
    case domain::Window::kHour:
      return "hour";
    case domain::Window::kDay:
      return "day";
    case domain::Window::kMonth:
      return "month";
  }
  throw Bug("bug: no such window");
}

/// The largest bound that the model's prices have.
std::optional<money::Decimal> last_bound(const domain::ChargeModel& model) {
  const auto* rate = std::get_if<domain::Rate>(&model);
  if (rate == nullptr) return std::nullopt;
  return std::visit(
      [](const auto& of) -> std::optional<money::Decimal> {
        if constexpr (requires { of.tiers.back().up_to; }) {
          for (auto tier = of.tiers.rbegin(); tier != of.tiers.rend(); ++tier) {
            if (tier->up_to) return *tier->up_to;
          }
        }
        if constexpr (requires { of.size; }) return of.size * money::Decimal(10);
        return std::nullopt;
      },
      *rate);
}

}  // namespace

std::string words_of(const domain::ChargeModel& model, const std::string& unit,
                     money::Currency currency) {
  return std::visit(
      Cases{[&](const domain::Rate& rate) { return words_of(rate, unit, currency); },
            [&](const domain::Percentage& of) { return percentage_words(of, currency); },
            [&](const domain::Capacity& of) { return capacity_words(of, currency); },
            [&](const domain::Matrix& of) { return matrix_words(of, unit, currency); },
            [&](const domain::Calendar& of) { return calendar_words(of, unit, currency); },
            [&](const domain::Windowed& of) {
              return fmt::format("each {} by itself: {}", name_of(of.window),
                                 words_of(of.rate, unit, currency));
            }},
      model);
}

PriceTable table_of(const domain::ChargeModel& model, const std::string& unit) {
  return std::visit(Cases{[&](const domain::Rate& rate) { return table_of(rate, unit); },
                          [&](const domain::Percentage& of) { return percentage_table(of); },
                          [&](const domain::Capacity& of) { return capacity_table(of); },
                          [&](const domain::Matrix& of) { return matrix_table(of, unit); },
                          [&](const domain::Calendar& of) {
                            PriceTable table{{{"time", false}, {price_title(unit), true}}, {}};
                            for (const domain::Band& band : of.bands) {
                              table.rows.push_back({band.title.empty() ? "otherwise" : band.title,
                                                    cell_of(band.rate)});
                            }
                            return table;
                          },
                          [&](const domain::Windowed& of) { return table_of(of.rate, unit); }},
                    model);
}

std::string unit_of(const domain::Charge& charge) {
  if (const auto* metering = domain::metering_of(charge)) return metering->unit;
  const auto* quantity = std::get_if<domain::OfSubscription>(&charge.source);
  return quantity != nullptr ? quantity->unit : "";
}

std::string words_of(const domain::Charge& charge, const domain::Terms& terms,
                     money::Currency currency) {
  const std::string unit = unit_of(charge);
  std::string text;
  if (!terms.allowance) {
    text = "included without limit";
  } else {
    text = words_of(terms.model, unit, currency);
    if (terms.allowance->sign() > 0) {
      text =
          fmt::format("{} {} included, beyond that {}", terms.allowance->to_string(), unit, text);
    }
  }
  if (const auto* of = std::get_if<domain::OfCharges>(&charge.source)) {
    text += fmt::format(" of {}", fmt::join(of->charges, ", "));
  }
  if (terms.minimum) text += "; at least " + money_text(*terms.minimum, currency);
  if (terms.maximum) text += "; at most " + money_text(*terms.maximum, currency);
  return text;
}

std::string words_of(const time::CalendarDuration& length) {
  std::vector<std::string> parts;
  const auto add = [&](int count, std::string_view one) {
    if (count > 0) parts.push_back(fmt::format("{} {}{}", count, one, count == 1 ? "" : "s"));
  };
  add(length.months, "month");
  add(length.days, "day");
  return fmt::format("{}", fmt::join(parts, " and "));
}

std::string words_of(const domain::Every& every) {
  return std::visit(
      Cases{[](const domain::EveryPeriod&) { return std::string("each period"); },
            [](const domain::OnlyOnce&) { return std::string("once"); },
            [](const time::CalendarDuration& length) { return "every " + words_of(length); }},
      every);
}

const domain::Terms* terms_on(const domain::Charge& charge, time::Date day) {
  const domain::Terms* found = nullptr;
  for (const domain::Terms& terms : charge.terms) {
    if (!terms.effective || *terms.effective <= day) found = &terms;
  }
  return found;
}

money::Decimal sensible_scale(const domain::Terms& terms) {
  const money::Decimal bound = last_bound(terms.model).value_or(0);
  const money::Decimal reach = std::max(bound, terms.allowance.value_or(0));
  return reach.sign() > 0 ? reach * money::Decimal(2) : money::Decimal(100);
}

}  // namespace reckoner::pricing
