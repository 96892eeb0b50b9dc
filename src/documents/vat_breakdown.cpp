#include "documents/vat_breakdown.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "invoicing/tax.hpp"

namespace reckoner::documents {

namespace {

VatCategory category_of(const domain::TaxTotal& tax) {
  if (tax.note == invoicing::kReverseCharge) return VatCategory::kReverseCharge;
  if (tax.note == invoicing::kOutOfScope) return VatCategory::kOutOfScope;
  if (tax.note == invoicing::kTaxExempt) return VatCategory::kExempt;
  return tax.percent.sign() > 0 ? VatCategory::kStandard : VatCategory::kZero;
}

/// A group in the making.
struct Gathered {
  VatGroup group;
  bool contains_tax = false;  ///< of all its amounts
  money::Money lines;         ///< as the document has them
};

class Breakdown {
 public:
  explicit Breakdown(const domain::Document& document)
      : document_(document), zero_(document.currency) {}

  VatBreakdown make() {
    gather_taxes();
    gather_lines();
    settle_untaxed();
    VatBreakdown out{.key_of_lines = {},
                     .net_lines = {},
                     .allowances = {},
                     .groups = {},
                     .lines = zero_,
                     .allowance = zero_,
                     .charge = zero_,
                     .base = zero_,
                     .tax = zero_,
                     .total = zero_,
                     .paid = document_.credits_total,
                     .due = zero_};
    for (std::size_t i = 0; i < document_.lines.size(); ++i) {
      Gathered& gathered = gathered_[group_of_line_[i]];
      out.key_of_lines.push_back(gathered.group.key);
      out.net_lines.push_back(net(document_.lines[i].line.amount, gathered));
      out.lines += out.net_lines.back();
    }
    for (const Gathered& gathered : gathered_) add_group(gathered, out);
    out.total = out.base + out.tax;
    out.due = out.total - out.paid;
    RK_CHECK(out.total == document_.total);
    if (document_.kind == domain::DocumentKind::kCreditNote) turn(out);
    return out;
  }

 private:
  std::size_t group_with(const VatKey& key) {
    for (std::size_t i = 0; i < gathered_.size(); ++i) {
      if (gathered_[i].group.key == key) return i;
    }
    gathered_.push_back({.group = {.key = key, .base = zero_, .tax = zero_, .reason = {}},
                         .contains_tax = false,
                         .lines = zero_});
    return gathered_.size() - 1;
  }

  void gather_taxes() {
    for (const domain::TaxTotal& tax : document_.taxes) {
      const VatKey key{category_of(tax), tax.percent};
      const std::size_t before = gathered_.size();
      const std::size_t index = group_with(key);
      Gathered& gathered = gathered_[index];
      gathered.contains_tax = tax.included && (index >= before || gathered.contains_tax);
      gathered.group.base += tax.base;
      gathered.group.tax += tax.tax;
      if (gathered.group.reason.empty()) gathered.group.reason = tax.note;
    }
  }

  /// The group of a tax of the line's category and rate; lines that are not taxed have none of it.
  std::size_t group_of(const domain::DocumentLine& line) {
    const money::Decimal percent = line.tax_percent.value_or(0);
    for (const domain::TaxTotal& tax : document_.taxes) {
      if (tax.category != line.line.tax || tax.percent != percent) continue;
      return group_with({category_of(tax), tax.percent});
    }
    if (line.tax_percent) {
      throw Error(fmt::format("a line is taxed at {} %, of which the document has no tax",
                              percent.to_string()));
    }
    untaxed_ = group_with({VatCategory::kOutOfScope, 0});
    gathered_[*untaxed_].group.reason = invoicing::kOutOfScope;
    return *untaxed_;
  }

  void gather_lines() {
    for (const domain::DocumentLine& line : document_.lines) {
      group_of_line_.push_back(group_of(line));
      gathered_[group_of_line_.back()].lines += line.line.amount;
    }
  }

  /// Lines without any tax make what the others leave of the total. Beside others they are exempt.
  void settle_untaxed() {
    if (untaxed_) {
      money::Money rest = document_.total;
      for (const Gathered& gathered : gathered_) rest -= gathered.group.base + gathered.group.tax;
      gathered_[*untaxed_].group.base += rest;
    }
    if (gathered_.size() < 2) return;
    for (Gathered& gathered : gathered_) {
      if (gathered.group.key.category == VatCategory::kOutOfScope) {
        gathered.group.key.category = VatCategory::kExempt;
      }
    }
  }

  money::Money net(const money::Money& amount, const Gathered& gathered) const {
    if (!gathered.contains_tax) return amount;
    const money::Ratio part(money::Decimal(100), money::Decimal(100) + gathered.group.key.percent);
    return money::round_to_currency(amount * part, document_.currency,
                                    money::Rounding::kHalfAwayFromZero);
  }

  void add_group(const Gathered& gathered, VatBreakdown& out) const {
    money::Money lines = zero_;
    for (std::size_t i = 0; i < document_.lines.size(); ++i) {
      if (out.key_of_lines[i] == gathered.group.key) lines += out.net_lines[i];
    }
    const money::Money taken = lines - gathered.group.base;
    if (!taken.is_zero()) {
      out.allowances.push_back({gathered.group.key, taken, reason_of(gathered)});
      taken.sign() > 0 ? out.allowance += taken : out.charge -= taken;
    }
    out.base += gathered.group.base;
    out.tax += gathered.group.tax;
    out.groups.push_back(gathered.group);
  }

  std::string reason_of(const Gathered& gathered) const {
    std::vector<std::string> titles;
    for (const domain::CreditDraw& draw : document_.coupons) titles.push_back(draw.title);
    if (titles.empty()) return gathered.contains_tax ? "Rounding" : "Adjustment";
    return fmt::format("Coupon: {}", fmt::join(titles, ", "));
  }

  static void turn(VatBreakdown& out) {
    for (money::Money& line : out.net_lines) line = -line;
    for (VatAllowance& allowance : out.allowances) allowance.amount = -allowance.amount;
    for (VatGroup& group : out.groups) {
      group.base = -group.base;
      group.tax = -group.tax;
    }
    const money::Money allowance = out.allowance;
    out.allowance = out.charge;
    out.charge = allowance;
    for (money::Money* sum : {&out.lines, &out.base, &out.tax, &out.total, &out.paid, &out.due}) {
      *sum = -*sum;
    }
  }

  const domain::Document& document_;
  const money::Money zero_;
  std::vector<Gathered> gathered_;
  std::vector<std::size_t> group_of_line_;
  std::optional<std::size_t> untaxed_;
};

}  // namespace

std::string_view code(VatCategory category) {
  switch (category) {
    case VatCategory::kStandard:
      return "S";
    case VatCategory::kZero:
      return "Z";
    case VatCategory::kExempt:
      return "E";
    case VatCategory::kReverseCharge:
      return "AE";
    case VatCategory::kOutOfScope:
      return "O";
  }
  return "";
}

VatBreakdown vat_breakdown(const domain::Document& document) {
  return Breakdown(document).make();
}

}  // namespace reckoner::documents
