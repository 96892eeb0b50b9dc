#include <algorithm>
#include <map>

#include "documents/handler_words.hpp"
#include "documents/outline.hpp"
#include "documents/sheet.hpp"

namespace reckoner::documents {

namespace {

constexpr double kTaxRight = kRight - 82;
constexpr double kColumnGap = 10;
constexpr double kQuantityWidth = 108;
constexpr double kTaxWidth = 44;
constexpr double kStepIndent = 8;
constexpr double kRowPadding = 0.6;

/// The lines of a period that belong together, in the order in which they are shown.
struct LineGroup {
  std::optional<std::int64_t> subscription;
  std::vector<const domain::DocumentLine*> lines;
};

/// By subscription, and within it by charge, each in the order of its first line.
std::vector<LineGroup> by_subscription(const PeriodGroup& period) {
  std::vector<LineGroup> groups;
  for (const domain::DocumentLine* line : period.lines) {
    const auto& subscription = line->line.subscription;
    auto group = std::find_if(groups.begin(), groups.end(), [&](const LineGroup& known) {
      return known.subscription == subscription;
    });
    if (group == groups.end()) group = groups.insert(groups.end(), {subscription, {}});
    group->lines.push_back(line);
  }
  for (LineGroup& group : groups) {
    std::map<std::string_view, std::size_t> rank;
    for (const auto* line : group.lines) rank.emplace(line->line.charge, rank.size());
    std::stable_sort(group.lines.begin(), group.lines.end(), [&](const auto* a, const auto* b) {
      return rank.at(a->line.charge) < rank.at(b->line.charge);
    });
  }
  return groups;
}

class LineTable {
 public:
  explicit LineTable(const Sheet& sheet)
      : sheet_(sheet), taxed_(has_several_rates(sheet.document())) {
    quantity_right_ = taxed_ ? kTaxRight - kTaxWidth - kColumnGap : kTaxRight;
    description_width_ = quantity_right_ - kQuantityWidth - kColumnGap - kLeft;
  }

  void add() {
    table_ = sheet_.plan.begin_table(heading());
    for (const PeriodGroup& period : group_by_period(sheet_.document())) {
      add_period(period);
    }
  }

 private:
  Cell cell(std::string_view text, Face face, double x, bool ends, Ink ink, double width) const {
    return {sheet_.text(text, face, width), x, ends, ink};
  }

  Block heading() const {
    const PageWords& words = sheet_.words;
    std::vector<Cell> cells{
        cell(words.description, Face::kSmall, kLeft, false, Ink::kMuted, description_width_),
        cell(words.quantity, Face::kSmall, quantity_right_, true, Ink::kMuted, kQuantityWidth)};
    if (taxed_)
      cells.push_back(cell(words.tax, Face::kSmall, kTaxRight, true, Ink::kMuted, kTaxWidth));
    cells.push_back(cell(words.amount, Face::kSmall, kRight, true, Ink::kMuted, 80));
    Block row = row_of(std::move(cells), 3, 1, Role::kHeaderCell);
    row.draw = [draw = std::move(row.draw), height = row.height](PdfFile& file, double y) {
      draw(file, y);
      file.line(kLeft, y + height, kContent, Ink::kText, 0.8);
    };
    row.height += 2;
    return row;
  }

  void add_period(const PeriodGroup& period) {
    const std::string name = sheet_.format.period(period.label);
    const std::string title = period.adjustment ? filled(sheet_.words.adjustment, name) : name;
    const std::string days = days_in_words(period.first_day, period.last_day);
    Block row = row_of({cell(title, Face::kHeading, kLeft, false, Ink::kText, kContent * 0.6),
                        cell(days, Face::kSmall, kRight, true, Ink::kMuted, kContent * 0.38)},
                       2, table_);
    row.keeps_next = true;
    sheet_.plan.add(std::move(row));
    for (const LineGroup& group : by_subscription(period)) {
      add_group_title(group);
      for (const domain::DocumentLine* line : group.lines) add_line(*line, period);
    }
  }

  void add_group_title(const LineGroup& group) {
    std::string title(sheet_.words.whole_customer);
    if (group.subscription) {
      const auto known = sheet_.printed.subscriptions.find(*group.subscription);
      if (known == sheet_.printed.subscriptions.end()) return;
      title = known->second;
    }
    Block row =
        row_of({cell(title, Face::kStrong, kLeft, false, Ink::kAccent, kContent)}, 2, table_);
    row.keeps_next = true;
    sheet_.plan.add(std::move(row));
  }

  void add_line(const domain::DocumentLine& document_line, const PeriodGroup& period) {
    const domain::StatementLine& line = document_line.line;
    std::vector<Cell> cells{
        cell(said_of_line(sheet_.words, sheet_.format, line.description), Face::kBody, kLeft, false,
             Ink::kText, description_width_),
        cell(quantity_of(line), Face::kBody, quantity_right_, true, Ink::kText, kQuantityWidth)};
    if (taxed_) {
      const std::string rate = document_line.tax_percent
                                   ? sheet_.format.percent(*document_line.tax_percent)
                                   : std::string(sheet_.words.no_tax);
      cells.push_back(cell(rate, Face::kBody, kTaxRight, true, Ink::kText, kTaxWidth));
    }
    cells.push_back(cell(sheet_.amount(line.amount), Face::kBody, kRight, true, Ink::kText, 80));
    std::vector<Block> rows;
    rows.push_back(row_of(std::move(cells), kRowPadding, table_));
    for (const std::string& note : notes_of(document_line, period)) {
      rows.push_back(row_of({cell(note, Face::kSmall, kLeft + kStepIndent, false, Ink::kMuted,
                                  quantity_right_ - kLeft - kStepIndent)},
                            0, table_));
    }
    // A line is not parted from the first of its notes.
    if (rows.size() > 1) rows.front().keeps_next = true;
    rows.back().height += kRowPadding;
    for (Block& row : rows) sheet_.plan.add(std::move(row));
  }

  /// "1 Oct 2026 to 31 Oct 2026", or the one day.
  std::string days_in_words(time::Date first, time::Date last) const {
    const std::string begin = sheet_.format.short_day(first);
    if (first == last) return begin;
    return filled(sheet_.words.days, begin, sheet_.format.short_day(last));
  }

  /// Nothing where an amount alone was given back.
  std::string quantity_of(const domain::StatementLine& line) const {
    if (line.quantity.is_zero() && !line.amount.is_zero()) return {};
    std::string_view unit = line.unit;
    if (unit == "day") unit = line.quantity == 1 ? sheet_.words.one_day : sheet_.words.several_days;
    return fmt::format("{} {}", sheet_.format.number(line.quantity), unit);
  }

  /// The days where they are not the period's, and the steps of the amount where they say more than
  /// the line: of a true-up they would sum to what it is a part of.
  std::vector<std::string> notes_of(const domain::DocumentLine& document_line,
                                    const PeriodGroup& period) const {
    std::vector<std::string> notes;
    const domain::StatementLine& line = document_line.line;
    if (line.starts_on != period.first_day || last_day(line) != period.last_day) {
      notes.push_back(days_in_words(line.starts_on, last_day(line)));
    }
    const auto index = static_cast<std::size_t>(&document_line - sheet_.document().lines.data());
    if (document_line.true_up || index >= sheet_.printed.steps.size()) return notes;
    const pricing::Trace& steps = sheet_.printed.steps[index];
    const bool says_nothing =
        steps.size() == 1 && steps.front().quantity == money::Ratio(money::Decimal(1));
    if (says_nothing) return notes;
    for (const pricing::Step& step : steps) {
      if (step.quantity.sign() == 0) continue;
      notes.push_back(
          fmt::format("{}: {} × {} = {}", said_of_step(sheet_.words, sheet_.format, step.label),
                      sheet_.format.number(step.quantity), sheet_.format.number(step.price),
                      sheet_.format.number(step.amount)));
    }
    return notes;
  }

  const Sheet& sheet_;
  const bool taxed_;
  double quantity_right_ = 0;
  double description_width_ = 0;
  int table_ = 0;
};

}  // namespace

void add_lines(const Sheet& sheet) {
  LineTable(sheet).add();
}

}  // namespace reckoner::documents
