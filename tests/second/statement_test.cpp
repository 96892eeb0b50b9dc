/// What stands on a document beside its charges: discounts, minimum and maximum, tax, differences,
/// allocation.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "invoicing/difference.hpp"
#include "invoicing/discount.hpp"
#include "second/given.hpp"

namespace reckoner::second {
namespace {

money::Money some_amount(Tape& tape, money::Currency currency) {
  const money::Decimal amount =
      money::Decimal::from_parts(tape.between(0, 20'000), currency.minor_digits());
  return {tape.chance(15) ? -amount : amount, currency};
}

domain::StatementLine some_line(Tape& tape, const invoicing::Days& period,
                                money::Currency currency) {
  const time::Date first = some_day(tape, period.starts_on, 20);
  domain::StatementLine line{.key = {},
                             .subscription = std::nullopt,
                             .charge = tape.pick<const char*>({"fee", "usage", "support"}),
                             .description = {},
                             .starts_on = first,
                             .ends_on = time::add_days(first, tape.between(1, 12)),
                             .quantity = tape.below(5),
                             .unit = {},
                             .amount = some_amount(tape, currency),
                             .facts = {}};
  if (tape.chance(80)) line.subscription = tape.between(1, 2);
  if (tape.chance(25)) line.tax = "reduced";
  line.key = domain::make_line_key(line.subscription, line.charge, {}, domain::Side::kArrears);
  return line;
}

std::string show(const domain::StatementLine& line) {
  return fmt::format("line {} ({}) {} quantity {} amount {}\n", line.key, line.tax,
                     second::show(invoicing::Days{line.starts_on, line.ends_on}),
                     line.quantity.to_string(), line.amount.to_string());
}

std::string show(const std::vector<Line>& lines) {
  std::string text;
  for (const Line& line : lines) {
    text += fmt::format("\n    {} quantity {} amount {}", line.key, line.quantity.to_string(),
                        line.amount.to_string());
  }
  return text;
}

Line plain(const domain::StatementLine& line) {
  return {line.key, line.quantity, line.amount.amount()};
}

TEST(Statement, PercentageDiscounts) {
  expect_agreement(8'000, [](Tape& tape) {
    const money::Currency currency = some_currency(tape);
    const money::Rounding rounding = some_rounding(tape);
    const time::Zone zone = some_zone(tape);
    const invoicing::Days period = some_period(tape);
    std::vector<domain::StatementLine> lines;
    std::string text = fmt::format("{}, {}\n", currency.code(), zone.name());
    for (int i = tape.between(1, 5); i > 0; --i) {
      lines.push_back(some_line(tape, period, currency));
      text += show(lines.back());
    }
    std::vector<domain::Discount> discounts;
    const int count = tape.between(1, 3);
    for (int i = 1; i <= count; ++i) {
      domain::Discount discount;
      discount.number = i;
      discount.percentage = tape.pick({10, 15, 20, 33, 50, 100});
      const time::Date first = some_day(tape, time::add_days(period.starts_on, -10), 30);
      discount.starts_at = zone.start_of(first);
      if (tape.chance(50)) {
        discount.ends_at = zone.start_of(time::add_days(first, tape.between(1, 30)));
      }
      if (tape.chance(40)) discount.charges = {"usage"};
      if (tape.chance(20)) discount.charges.emplace_back("fee");
      discounts.push_back(discount);
      text += fmt::format("discount {} % from {} to {} on {}\n", discount.percentage.to_string(),
                          time::to_string(first),
                          discount.ends_at ? time::to_string(zone.date_of(*discount.ends_at)) : "-",
                          fmt::join(discount.charges, ", "));
    }
    std::vector<Line> ours;
    for (const auto& line : invoicing::discount_lines(lines, discounts, zone, currency, rounding)) {
      ours.push_back({line.key, 0, line.amount.amount()});
    }
    const auto theirs =
        second::discount_lines(lines, discounts, zone, currency.minor_digits(), half_of(rounding));
    const std::string wrong = differing("discounts", show(ours), show(theirs));
    return wrong.empty() ? wrong : text + wrong;
  });
}

TEST(Statement, MinimumAndMaximum) {
  expect_agreement(4'000, [](Tape& tape) {
    const money::Currency currency = some_currency(tape);
    const invoicing::Days period = some_period(tape);
    std::vector<domain::StatementLine> lines;
    std::string text;
    for (int i = tape.below(4); i > 0; --i) {
      lines.push_back(some_line(tape, period, currency));
      text += show(lines.back());
    }
    invoicing::SpendLimits limits;
    if (tape.chance(60)) limits.minimum = some_quantity(tape);
    if (tape.chance(60)) limits.maximum = limits.minimum.value_or(0) + some_quantity(tape);
    const std::int64_t days = period.count();
    const pricing::Coverage coverage{tape.below(static_cast<int>(days) + 1), days};
    const std::string wrong =
        differing("missing", Rational(invoicing::missing_from(lines, limits, coverage)),
                  second::missing_from(lines, limits, coverage));
    if (wrong.empty()) return wrong;
    return fmt::format("{}minimum {} maximum {} for {}/{}\n{}", text, second::show(limits.minimum),
                       second::show(limits.maximum), coverage.part, coverage.whole, wrong);
  });
}

std::string show(const TaxTotal& total) {
  return fmt::format("\n    {} {} {} %{} {}: {} on {}", total.country, total.category,
                     total.percent.to_string(), total.included ? " included" : "", total.note,
                     total.tax.to_string(), total.base.to_string());
}

TaxTotal plain(const domain::TaxTotal& total) {
  return {total.country, total.category,      total.percent,     total.included,
          total.note,    total.base.amount(), total.tax.amount()};
}

/// The parts of the lines sum to the totals, each within a smallest unit of its own exact tax.
std::string check_of_lines(std::span<const invoicing::TaxableLine> lines,
                           const invoicing::DocumentTax& tax, money::Currency currency) {
  Rational unit = 1;
  for (int i = 0; i < currency.minor_digits(); ++i) unit = unit / 10;
  Rational of_lines;
  std::string wrong;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Rational percent = lines[i].tax.percent.value_or(0);
    const Rational exact = Rational(lines[i].amount.amount()) * percent /
                           (lines[i].included ? Rational(100) + percent : Rational(100));
    const Rational share = tax.of_lines.at(i).amount();
    of_lines += share;
    if (share - exact >= unit || exact - share >= unit) {
      wrong += differing(fmt::format("tax of line {}", i), share, exact);
    }
  }
  Rational of_totals;
  for (const auto& total : tax.totals) of_totals += Rational(total.tax.amount());
  return wrong + differing("sum of the lines' tax", of_lines, of_totals);
}

TEST(Statement, TaxByRate) {
  expect_agreement(6'000, [](Tape& tape) {
    const money::Currency currency = some_currency(tape);
    const money::Rounding rounding = some_rounding(tape);
    const auto rounded =
        tape.pick({invoicing::TaxRounding::kPerRate, invoicing::TaxRounding::kPerLine});
    std::vector<invoicing::TaxableLine> lines;
    std::string text =
        fmt::format("{}, {}\n", currency.code(),
                    rounded == invoicing::TaxRounding::kPerRate ? "by rate" : "by line");
    for (int i = tape.between(1, 6); i > 0; --i) {
      invoicing::TaxableLine line{tape.pick<const char*>({"standard", "reduced"}),
                                  {tape.pick<const char*>({"DE", "AT"}), std::nullopt, {}},
                                  some_amount(tape, currency),
                                  tape.chance(30)};
      if (tape.chance(85)) line.tax.percent = tape.pick({19, 7, 20, 0});
      if (tape.chance(20)) line.tax.note = "note";
      text += fmt::format("line {} {} {} %{} {}: {}\n", line.tax.country, line.category,
                          second::show(line.tax.percent), line.included ? " included" : "",
                          line.tax.note, line.amount.to_string());
      lines.push_back(line);
    }
    const invoicing::DocumentTax tax = invoicing::tax_of(lines, currency, rounded, rounding);
    std::string ours;
    for (const domain::TaxTotal& total : tax.totals) ours += show(plain(total));
    std::string theirs;
    for (const TaxTotal& total :
         second::taxes(lines, currency.minor_digits(), rounded, half_of(rounding))) {
      theirs += show(total);
    }
    const std::string wrong =
        differing("taxes", ours, theirs) + check_of_lines(lines, tax, currency);
    return wrong.empty() ? wrong : text + wrong;
  });
}

TEST(Statement, DifferenceToWhatWasBilled) {
  expect_agreement(5'000, [](Tape& tape) {
    const money::Currency currency = some_currency(tape);
    const invoicing::Days period = some_period(tape);
    const bool billed_before = tape.chance(85);
    invoicing::Statement statement{{}, "2026-10", {}};
    std::vector<domain::BilledLine> billed;
    std::vector<Line> statement_lines;
    std::vector<Line> billed_lines;
    std::string text = billed_before ? "billed before\n" : "first issue\n";
    for (int i = tape.below(7); i > 0; --i) {
      domain::StatementLine line = some_line(tape, period, currency);
      line.key += fmt::format("#{}", i);
      if (tape.chance(10)) line.amount = money::Money(currency);
      const int where = tape.below(4);
      if (where != 1) {
        statement.lines.push_back(line);
        statement_lines.push_back(plain(line));
        text += "stands: " + show(line);
      }
      if (where == 0 || !billed_before) continue;
      if (where == 2) line.amount = some_amount(tape, currency);
      if (tape.chance(30)) line.quantity = tape.below(5);
      billed.push_back({line.key,
                        line.subscription,
                        line.charge,
                        line.description,
                        line.starts_on,
                        line.ends_on,
                        line.quantity,
                        line.unit,
                        line.amount,
                        line.tax,
                        {}});
      billed_lines.push_back(plain(line));
      text += "billed: " + show(line);
    }
    std::vector<Line> ours;
    std::string wrong;
    for (const auto& line : invoicing::difference(statement, billed_before, billed)) {
      ours.push_back(plain(line.line));
      if (line.true_up != billed_before) wrong += line.line.key + " is no true-up, or is one\n";
    }
    wrong += differing("difference", show(ours),
                       show(second::difference(statement_lines, billed_before, billed_lines)));
    return wrong.empty() ? wrong : text + wrong;
  });
}

TEST(Statement, AllocationByLargestRemainder) {
  expect_agreement(6'000, [](Tape& tape) {
    const money::Currency currency = some_currency(tape);
    const money::Money whole = some_amount(tape, currency);
    std::vector<money::Decimal> weights;
    std::vector<Rational> plain_weights;
    std::string text = fmt::format("{} {} by", whole.to_string(), currency.code());
    for (int i = tape.between(1, 7); i > 0; --i) {
      weights.push_back(tape.chance(80) ? some_quantity(tape, 20) : money::Decimal(0));
      plain_weights.emplace_back(weights.back());
      text += " " + weights.back().to_string();
    }
    std::string ours;
    for (const money::Money& part : money::allocate(whole, weights)) {
      ours += Rational(part.amount()).to_string() + " ";
    }
    std::string theirs;
    for (const Rational& part :
         second::allocate(whole.amount(), plain_weights, currency.minor_digits())) {
      theirs += part.to_string() + " ";
    }
    const std::string wrong = differing("parts", ours, theirs);
    return wrong.empty() ? wrong : text + "\n" + wrong;
  });
}

}  // namespace
}  // namespace reckoner::second
