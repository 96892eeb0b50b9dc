#include <algorithm>

#include "documents/sheet.hpp"

namespace reckoner::documents {

namespace {

constexpr double kHeight = 107;
constexpr double kChartWidth = 210;
constexpr double kChartTop = 20;
constexpr double kBarsHeight = 46;
constexpr double kGap = 22;
constexpr double kRowHeight = 12.5;
constexpr std::size_t kChargesMax = 6;
constexpr std::size_t kPeriodsMax = 12;
constexpr std::size_t kSentencesMax = 4;
constexpr double kAmountWidth = 58;

struct Bar {
  double height = 0;
  std::shared_ptr<const Text> label;
  std::shared_ptr<const Text> amount;  ///< of the last two
  bool last = false;
};

money::Money magnitude(const money::Money& money) {
  return money.sign() < 0 ? -money : money;
}

/// For the height of a bar alone, where digits do not matter.
double share(const money::Money& part, const money::Money& whole) {
  if (part.sign() <= 0 || whole.sign() <= 0) return 0;
  const money::Decimal thousandths =
      money::round(money::Ratio(part.amount() * money::Decimal(1000), whole.amount()), 0,
                   money::Rounding::kHalfEven);
  return static_cast<double>(std::stoll(thousandths.to_string())) / 1000;
}

std::vector<Bar> bars_of(const Sheet& sheet) {
  const std::vector<PeriodAmount>& all = sheet.printed.periods;
  const std::size_t begin = all.size() > kPeriodsMax ? all.size() - kPeriodsMax : 0;
  money::Money most(sheet.document().currency);
  for (std::size_t i = begin; i < all.size(); ++i) most = std::max(most, all[i].amount);
  std::vector<Bar> bars;
  for (std::size_t i = begin; i < all.size(); ++i) {
    const bool last = i + 1 == all.size();
    bars.push_back({.height = share(all[i].amount, most) * kBarsHeight,
                    .label = sheet.text(sheet.format.short_period(all[i].label), Face::kTiny, 60),
                    .amount = i + 2 >= all.size()
                                  ? sheet.text(sheet.amount(all[i].amount), Face::kTiny, 80)
                                  : nullptr,
                    .last = last});
  }
  return bars;
}

void draw_bars(PdfFile& file, const std::vector<Bar>& bars, double y) {
  const double step = std::min(kChartWidth / static_cast<double>(bars.size()), 34.0);
  const double bottom = y + kChartTop + kBarsHeight;
  double x = kLeft;
  for (const Bar& bar : bars) {
    const double width = step * 0.62;
    file.fill(x, bottom - bar.height, width, bar.height, bar.last ? Ink::kAccent : Ink::kBar);
    const double middle = x + width / 2;
    const Part part(file, Role::kParagraph);
    file.draw(*bar.label, middle - bar.label->width() / 2, bottom + 3, Ink::kMuted);
    // Side by side they would touch: the last but one stands only where there is room.
    if (bar.amount && (bar.last || bar.amount->width() <= step)) {
      file.draw(*bar.amount, middle - bar.amount->width() / 2,
                bottom - bar.height - bar.amount->height() - 1, Ink::kText);
    }
    x += step;
  }
  file.line(kLeft, bottom, step * static_cast<double>(bars.size()), Ink::kRule);
}

/// A row of the table; the first one names the periods.
struct Compared {
  std::shared_ptr<const Text> title;
  std::shared_ptr<const Text> before;
  std::shared_ptr<const Text> now;
};

/// The periods, the largest charges by name, and what the others come to.
std::vector<Compared> compared_of(const Sheet& sheet, double title_width) {
  const std::vector<ComparedCharge>& all = sheet.printed.compared;
  std::vector<ComparedCharge> shown(
      all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), kChargesMax)));
  if (all.size() > kChargesMax) {
    ComparedCharge& others = shown.back();
    others.title = sheet.words.others;
    for (std::size_t i = kChargesMax; i < all.size(); ++i) {
      others.before += all[i].before;
      others.now += all[i].now;
    }
  }
  const auto period = [&](std::size_t from_end) {
    const std::vector<PeriodAmount>& periods = sheet.printed.periods;
    return sheet.text(sheet.format.short_period(periods[periods.size() - from_end].label),
                      Face::kSmall, kAmountWidth);
  };
  std::vector<Compared> rows{{sheet.text("", Face::kSmall, title_width), period(2), period(1)}};
  for (const ComparedCharge& charge : shown) {
    rows.push_back({sheet.one_line(charge.title, Face::kSmall, title_width),
                    sheet.text(sheet.amount(charge.before), Face::kSmall, kAmountWidth),
                    sheet.text(sheet.amount(charge.now), Face::kSmall, kAmountWidth)});
  }
  return rows;
}

std::string_view words_for(const PageWords& words, insight::LargeChange::Cause cause) {
  using Cause = insight::LargeChange::Cause;
  switch (cause) {
    case Cause::kMoreUsage:
      return words.more_usage;
    case Cause::kLessUsage:
      return words.less_usage;
    case Cause::kHigherPrices:
      return words.higher_prices;
    case Cause::kLowerPrices:
      return words.lower_prices;
    case Cause::kAnotherPlan:
      return words.another_plan;
    case Cause::kNewInPlan:
      return words.new_in_plan;
    case Cause::kGoneFromPlan:
      return words.gone_from_plan;
    case Cause::kCorrections:
      return words.corrections;
  }
  return {};
}

/// As insight::sentence_on has it in English.
std::string sentence_on(const Sheet& sheet, const ExplainedChange& explained) {
  const PageWords& words = sheet.words;
  const insight::LargeChange& change = explained.change;
  const bool less = change.total.sign() < 0;
  std::string percent;
  if (change.percent) {
    percent = filled(words.by_percent, (less ? "" : "+") + sheet.format.percent(*change.percent));
  }
  std::string reasons;
  for (const insight::LargeChange::Reason& reason : change.reasons) {
    const bool against = reason.part.sign() != change.total.sign();
    if (!reasons.empty()) reasons += ", ";
    reasons += filled(against ? words.reason_against : words.reason_for,
                      sheet.amount(magnitude(reason.part)), words_for(words, reason.cause));
  }
  return filled(less ? words.costs_less : words.costs_more, explained.title,
                sheet.amount_with_code(magnitude(change.total)), percent, reasons);
}

void add_changes(const Sheet& sheet) {
  const std::vector<ExplainedChange>& changes = sheet.printed.changes;
  if (changes.empty()) return;
  sheet.plan.space(8);
  Block heading = text_block(sheet, filled(sheet.words.compared, sheet.printed.before),
                             Face::kStrong, Ink::kText, Role::kHeading, 2);
  heading.keeps_next = true;
  sheet.plan.add(std::move(heading));
  const std::size_t shown = std::min(changes.size(), kSentencesMax);
  for (std::size_t i = 0; i < shown; ++i) {
    Block sentence = text_block(sheet, sentence_on(sheet, changes[i]), Face::kSmall, Ink::kText,
                                Role::kParagraph, 2);
    sentence.keeps_next = i + 1 < shown;
    sheet.plan.add(std::move(sentence));
  }
}

}  // namespace

void add_comparison(const Sheet& sheet) {
  const std::vector<PeriodAmount>& periods = sheet.printed.periods;
  if (periods.size() < 2) {
    add_changes(sheet);
    return;
  }
  const double left = kLeft + kChartWidth + kGap;
  const double title_width = kRight - left - 2 * kAmountWidth - 6;
  auto title = sheet.text(sheet.words.costs, Face::kStrong, kChartWidth);
  auto heading = sheet.text(
      filled(sheet.words.compared, sheet.format.period(periods[periods.size() - 2].label)),
      Face::kStrong, kRight - left);
  sheet.plan.space(12);
  sheet.plan.add({.height = kHeight,
                  .draw = [title, heading, bars = bars_of(sheet),
                           rows = compared_of(sheet, title_width), left](PdfFile& file, double y) {
                    {
                      const Part part(file, Role::kHeading);
                      file.draw(*title, kLeft, y, Ink::kText);
                    }
                    draw_bars(file, bars, y + 6);
                    {
                      const Part part(file, Role::kHeading);
                      file.draw(*heading, left, y, Ink::kText);
                    }
                    double top = y + 18;
                    const Part table(file, Role::kTable);
                    for (const Compared& row : rows) {
                      const bool heads = &row == &rows.front();
                      const Part part(file, Role::kRow);
                      const auto cell = [&](const Text& text, double x, Ink ink) {
                        const Part in(file, heads ? Role::kHeaderCell : Role::kCell);
                        file.draw(text, x, top, ink);
                      };
                      cell(*row.title, left, Ink::kText);
                      cell(*row.before, kRight - kAmountWidth - row.before->width(), Ink::kMuted);
                      cell(*row.now, kRight - row.now->width(), heads ? Ink::kMuted : Ink::kText);
                      top += kRowHeight;
                    }
                  }});
  add_changes(sheet);
}

}  // namespace reckoner::documents
