#include <algorithm>
#include <set>

#include "second/second.hpp"

namespace reckoner::second {
namespace {

const Rational kZero = 0;

time::Date next(time::Date day) {
  return time::add_days(day, 1);
}

/// The part of a line's days on which the discount holds.
Rational part_held(const domain::StatementLine& line, const domain::Discount& discount,
                   const time::Zone& zone) {
  const auto holds = [&](time::Date day) {
    return day >= zone.date_of(discount.starts_at) &&
           (!discount.ends_at || day < zone.date_of(*discount.ends_at));
  };
  if (line.ends_on <= line.starts_on) return holds(line.starts_on) ? 1 : 0;
  std::int64_t held = 0;
  std::int64_t days = 0;
  for (time::Date day = line.starts_on; day < line.ends_on; day = next(day)) {
    ++days;
    if (holds(day)) ++held;
  }
  return Rational(Integer(held), Integer(days));
}

bool in_scope(const domain::Discount& discount, const std::string& charge) {
  return discount.charges.empty() ||
         std::count(discount.charges.begin(), discount.charges.end(), charge) > 0;
}

}  // namespace

std::vector<Line> discount_lines(std::span<const domain::StatementLine> lines,
                                 std::span<const domain::Discount> discounts,
                                 const time::Zone& zone, int digits, Half half) {
  std::vector<Rational> left;
  for (const domain::StatementLine& line : lines) left.push_back(line.amount.amount());
  std::vector<Line> found;
  for (const domain::Discount& discount : discounts) {
    std::set<std::size_t> seen;
    for (std::size_t first = 0; first < lines.size(); ++first) {
      std::vector<std::pair<std::size_t, Rational>> bases;  // of the lines of its group
      Rational base;
      for (std::size_t i = first; i < lines.size(); ++i) {
        if (seen.contains(i) || lines[i].subscription != lines[first].subscription ||
            lines[i].tax != lines[first].tax || !in_scope(discount, lines[i].charge)) {
          continue;
        }
        if (i > first && bases.empty()) break;  // the first one is in no group
        seen.insert(i);
        bases.emplace_back(i, left[i] * part_held(lines[i], discount, zone));
        base += bases.back().second;
      }
      if (base <= kZero) continue;
      const Rational off = rounded(base * Rational(discount.percentage) / 100, digits, half);
      for (const auto& [i, share] : bases) left[i] -= off * share / base;
      const std::string& tax = lines[first].tax;
      const std::string subject = lines[first].subscription
                                      ? "sub:" + std::to_string(*lines[first].subscription)
                                      : "customer";
      found.push_back({subject + "|discount-" + std::to_string(discount.number) + "|" +
                           (tax == "standard" ? "" : "tax=" + tax) + "|arrears",
                       0, -off});
    }
  }
  return found;
}

Rational missing_from(std::span<const domain::StatementLine> lines,
                      const invoicing::SpendLimits& limits, const pricing::Coverage& coverage) {
  const Rational covered = Rational(Integer(coverage.part), Integer(coverage.whole));
  Rational sum;
  for (const domain::StatementLine& line : lines) sum += Rational(line.amount.amount());
  if (limits.minimum && sum < Rational(*limits.minimum) * covered) {
    return Rational(*limits.minimum) * covered - sum;
  }
  if (limits.maximum && sum > Rational(*limits.maximum) * covered) {
    return Rational(*limits.maximum) * covered - sum;
  }
  return kZero;
}

pricing::Coverage days_covered(const invoicing::DayStretch& period,
                               std::span<const invoicing::DayStretch> stretches) {
  pricing::Coverage coverage{0, 0};
  for (time::Date day = period.starts_on; day < period.ends_on; day = next(day)) {
    const bool covered = std::any_of(stretches.begin(), stretches.end(), [&](const auto& stretch) {
      return stretch.starts_on <= day && day < stretch.ends_on;
    });
    ++coverage.whole;
    if (covered) ++coverage.part;
  }
  return coverage;
}

std::vector<TaxTotal> taxes(std::span<const invoicing::TaxableLine> lines, int digits,
                            invoicing::TaxRounding where, Half half) {
  std::vector<TaxTotal> totals;
  const auto tax_in = [&](const Rational& amount, const TaxTotal& total) {
    const Rational& percent = total.percent;
    return amount * percent / (total.included ? Rational(100) + percent : Rational(100));
  };
  for (const invoicing::TaxableLine& line : lines) {
    if (!line.tax.percent && line.tax.note.empty()) continue;
    TaxTotal total{line.tax.country,
                   line.category,
                   line.tax.percent.value_or(0),
                   line.included,
                   line.tax.note,
                   0,
                   0};
    const auto same = [&](const TaxTotal& other) {
      return other.country == total.country && other.category == total.category &&
             other.percent == total.percent && other.included == total.included &&
             other.note == total.note;
    };
    auto known = std::find_if(totals.begin(), totals.end(), same);
    if (known == totals.end()) known = totals.insert(totals.end(), total);
    const Rational amount = line.amount.amount();
    known->base += amount;
    if (where == invoicing::TaxRounding::kPerLine) {
      known->tax += rounded(tax_in(amount, *known), digits, half);
    }
  }
  for (TaxTotal& total : totals) {
    if (where == invoicing::TaxRounding::kPerRate) {
      total.tax = rounded(tax_in(total.base, total), digits, half);
    }
    if (total.included) total.base -= total.tax;
  }
  std::stable_sort(totals.begin(), totals.end(), [](const TaxTotal& a, const TaxTotal& b) {
    if (!(a.percent == b.percent)) return a.percent > b.percent;
    return std::tie(a.category, a.country, a.note, a.included) <
           std::tie(b.category, b.country, b.note, b.included);
  });
  return totals;
}

std::vector<Line> difference(std::span<const Line> statement, bool billed_before,
                             std::span<const Line> billed) {
  if (!billed_before) return {statement.begin(), statement.end()};
  std::vector<Line> changes;
  const auto find = [](std::span<const Line> lines, const std::string& key) {
    return std::find_if(lines.begin(), lines.end(), [&](const Line& l) { return l.key == key; });
  };
  for (const Line& line : statement) {
    const auto old = find(billed, line.key);
    Line change = line;
    if (old != billed.end()) {
      change.quantity -= old->quantity;
      change.amount -= old->amount;
    }
    if (change.quantity.sign() != 0 || change.amount.sign() != 0) changes.push_back(change);
  }
  for (const Line& old : billed) {
    if (find(statement, old.key) != statement.end()) continue;
    if (old.quantity.sign() == 0 && old.amount.sign() == 0) continue;
    changes.push_back({old.key, -old.quantity, -old.amount});
  }
  return changes;
}

std::vector<Rational> allocate(const Rational& whole, std::span<const Rational> weights,
                               int digits) {
  if (whole.sign() < 0) {
    std::vector<Rational> mirrored = allocate(-whole, weights, digits);
    for (Rational& part : mirrored) part = -part;
    return mirrored;
  }
  Rational unit = 1;
  for (int i = 0; i < digits; ++i) unit = unit / 10;
  Rational sum;
  for (const Rational& weight : weights) sum += weight;
  std::vector<Rational> parts;
  std::vector<Rational> wanting;  // what each part lacks of its exact share
  Rational left = whole;
  for (const Rational& weight : weights) {
    const Rational exact =
        sum.sign() == 0 ? whole / static_cast<std::int64_t>(weights.size()) : whole * weight / sum;
    parts.push_back(Rational((exact / unit).floor(), 1) * unit);
    wanting.push_back(exact - parts.back());
    left -= parts.back();
  }
  while (left.sign() > 0) {
    const auto most = std::max_element(wanting.begin(), wanting.end());  // the first of equals
    const auto i = static_cast<std::size_t>(most - wanting.begin());
    parts[i] += unit;
    *most -= unit;
    left -= unit;
  }
  return parts;
}

}  // namespace reckoner::second
