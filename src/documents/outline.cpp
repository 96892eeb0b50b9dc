#include "documents/outline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace reckoner::documents {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

std::string month_and_year(std::chrono::month month, int year) {
  return fmt::format("{} {}", kMonths[static_cast<unsigned>(month) - 1], year);
}

/// "2026-10" in words; labels of another form (weeks, days) stay as they are.
std::string label_in_words(const std::string& label) {
  constexpr std::size_t kLength = std::string_view("2026-10").size();
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (label.size() != kLength || label[4] != '-') return label;
  if (std::count_if(label.begin(), label.end(), is_digit) != kLength - 1) return label;
  const std::chrono::month month(static_cast<unsigned>(std::stoi(label.substr(5))));
  return month.ok() ? month_and_year(month, std::stoi(label.substr(0, 4))) : label;
}

}  // namespace

std::vector<PeriodGroup> group_by_period(const domain::Document& document) {
  std::vector<PeriodGroup> groups;
  for (const domain::DocumentLine& line : document.lines) {
    auto group = std::find_if(groups.begin(), groups.end(), [&](const PeriodGroup& candidate) {
      return candidate.label == line.period_label && candidate.adjustment == line.true_up;
    });
    if (group == groups.end()) {
      const std::string words = label_in_words(line.period_label);
      groups.push_back({line.true_up ? "Adjustment to " + words : words,
                        line.period_label,
                        line.true_up,
                        line.line.starts_on,
                        last_day(line.line),
                        {}});
      group = groups.end() - 1;
    }
    group->first_day = std::min(group->first_day, line.line.starts_on);
    group->last_day = std::max(group->last_day, last_day(line.line));
    group->lines.push_back(&line);
  }
  return groups;
}

time::Date last_day(const domain::StatementLine& line) {
  return time::add_days(line.ends_on, -1);
}

bool is_interim(const domain::Document& document) {
  return document.number.empty();
}

std::string document_title(const domain::Document& document) {
  if (is_interim(document)) return "Interim invoice";
  if (document.kind == domain::DocumentKind::kShowback) return "Showback";
  return document.kind == domain::DocumentKind::kCreditNote ? "Credit note" : "Invoice";
}

bool has_subtotal(const domain::Document& document) {
  return !document.coupons.empty() ||
         std::any_of(document.taxes.begin(), document.taxes.end(),
                     [](const domain::TaxTotal& tax) { return !tax.included; });
}

bool has_several_rates(const domain::Document& document) {
  return std::any_of(document.lines.begin(), document.lines.end(), [&](const auto& line) {
    return line.tax_percent != document.lines.front().tax_percent;
  });
}

std::string rate_title(const domain::DocumentLine& line) {
  return line.tax_percent ? fmt::format("tax {} %", line.tax_percent->to_string()) : "no tax";
}

std::string long_date(time::Date date) {
  return fmt::format("{} {}", static_cast<unsigned>(date.day()),
                     month_and_year(date.month(), static_cast<int>(date.year())));
}

}  // namespace reckoner::documents
