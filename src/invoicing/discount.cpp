#include "invoicing/discount.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "text/json.hpp"

namespace reckoner::invoicing {

namespace {

constexpr domain::Side kSide = domain::Side::kArrears;
constexpr std::string_view kStandardTax = "standard";  // as a charge has it that names none

/// A line, and what the discounts before have left of it.
struct Entry {
  const domain::StatementLine* line;
  money::Decimal left;
};

/// What a discount finds of one subscription and tax category.
struct Group {
  const domain::StatementLine* first;
  std::vector<std::pair<Entry*, money::Ratio>> found;  ///< of each line; sums to the base
  money::Ratio base = money::Decimal(0);
};

bool in_scope(const domain::Discount& discount, const domain::StatementLine& line) {
  return discount.charges.empty() ||
         std::ranges::find(discount.charges, line.charge) != discount.charges.end();
}

/// The part of a line's days on which the discount holds. A line of one moment, such as a fee
/// charged once, is held whole or not at all.
money::Ratio part_held(const domain::Discount& discount, const domain::StatementLine& line,
                       const time::Zone& zone) {
  const time::Date ends_on = std::max(line.ends_on, time::add_days(line.starts_on, 1));
  const time::Date from = std::max(line.starts_on, zone.date_of(discount.starts_at));
  const time::Date until =
      discount.ends_at ? std::min(ends_on, zone.date_of(*discount.ends_at)) : ends_on;
  return money::Ratio(std::max<std::int64_t>(0, time::days_between(from, until)),
                      time::days_between(line.starts_on, ends_on));
}

std::vector<Group> groups_of(std::vector<Entry>& entries, const domain::Discount& discount,
                             const time::Zone& zone) {
  std::vector<Group> groups;
  for (Entry& entry : entries) {
    const domain::StatementLine& line = *entry.line;
    if (!in_scope(discount, line)) continue;
    auto group = std::ranges::find_if(groups, [&](const Group& candidate) {
      return candidate.first->subscription == line.subscription && candidate.first->tax == line.tax;
    });
    if (group == groups.end()) group = groups.insert(group, {&line, {}, money::Decimal(0)});
    const money::Ratio found = money::Ratio(entry.left) * part_held(discount, line, zone);
    group->base = group->base + found;
    group->found.emplace_back(&entry, found);
  }
  return groups;
}

/// Lowers each line by its part of what was taken off, in proportion to what was found of it: to 12
/// digits, the last one takes the rest.
void take_off(const money::Decimal& taken_off, Group& group) {
  constexpr int kDigits = 12;
  money::Decimal rest = taken_off;
  for (std::size_t i = 0; i < group.found.size(); ++i) {
    auto& [entry, found] = group.found[i];
    const money::Decimal part = i + 1 == group.found.size()
                                    ? rest
                                    : money::round(found * money::Ratio(taken_off) / group.base,
                                                   kDigits, money::Rounding::kHalfEven);
    entry->left -= part;
    rest -= part;
  }
}

std::string facts_of(const std::string& percentage, const money::Money& base) {
  text::JsonWriter facts;
  facts.begin_object().key("model").string("percentage-discount");
  facts.key("percentage").number(percentage);
  facts.key("base").string(base.to_string()).end_object();
  return facts.finish();
}

domain::StatementLine line_of(const domain::Discount& discount, const Group& group,
                              money::Currency currency, money::Rounding rounding) {
  const domain::StatementLine& first = *group.first;
  const std::string percentage = discount.percentage.to_string();
  const std::string charge = fmt::format("discount-{}", discount.number);
  const std::string dimensions = first.tax == kStandardTax ? "" : fmt::format("tax={}", first.tax);
  const money::Money taken_off = money::round_to_currency(
      group.base * money::Ratio(discount.percentage, 100), currency, rounding);
  return {.key = domain::make_line_key(first.subscription, charge, dimensions, kSide),
          .subscription = first.subscription,
          .charge = charge,
          .description = fmt::format("Discount of {} %", percentage),
          .starts_on = first.starts_on,
          .ends_on = first.ends_on,
          .quantity = discount.percentage,
          .unit = "%",
          .amount = -taken_off,
          .facts = facts_of(percentage, money::round_to_currency(group.base, currency, rounding)),
          .tax = first.tax};
}

}  // namespace

std::vector<domain::StatementLine> discount_lines(std::span<const domain::StatementLine> lines,
                                                  std::span<const domain::Discount> discounts,
                                                  const time::Zone& zone, money::Currency currency,
                                                  money::Rounding rounding) {
  std::vector<Entry> entries;
  for (const domain::StatementLine& line : lines) entries.push_back({&line, line.amount.amount()});
  std::vector<domain::StatementLine> taken_off;
  for (const domain::Discount& discount : discounts) {
    for (Group& group : groups_of(entries, discount, zone)) {
      if (group.base.sign() <= 0) continue;
      taken_off.push_back(line_of(discount, group, currency, rounding));
      take_off(-taken_off.back().amount.amount(), group);
    }
  }
  return taken_off;
}

time::Instant end_of_periods(const time::CycleRule& rule, time::Instant first_ends_at,
                             std::int64_t periods) {
  RK_CHECK(periods >= 1);
  time::Instant ends_at = first_ends_at;
  for (std::int64_t ended = 1; ended < periods; ++ended) {
    ends_at = time::period_from(rule, ends_at).period.ends_at;
  }
  return ends_at;
}

}  // namespace reckoner::invoicing
