#include <algorithm>

#include "documents/handler_words.hpp"
#include "documents/outline.hpp"
#include "documents/sheet.hpp"

namespace reckoner::documents {

namespace {

constexpr double kSumsLeft = kLeft + kContent * 0.45;
constexpr double kAmountWidth = 90;
constexpr double kPadding = 0.8;
constexpr double kRateRight = kLeft + kContent * 0.56;
constexpr double kBaseRight = kLeft + kContent * 0.78;

/// Rows of a label and an amount in the right half of the page.
class Sums {
 public:
  explicit Sums(const Sheet& sheet) : sheet_(sheet) {}

  void add(std::string_view label, const money::Money& amount, Face face = Face::kBody) {
    rule_if_wanted();
    Block row =
        row_of({{sheet_.text(label, face, kRight - kSumsLeft - kAmountWidth - 6), kSumsLeft, false,
                 face == Face::kBody ? Ink::kMuted : Ink::kText},
                {sheet_.text(sheet_.amount(amount), face, kAmountWidth), kRight, true, Ink::kText}},
               kPadding, 0);
    row.keeps_next = true;
    rows_.push_back(std::move(row));
  }

  void rule() { ruled_ = true; }

  /// They stand together on one page.
  void finish() {
    if (rows_.empty()) return;
    rows_.back().keeps_next = false;
    for (Block& row : rows_) sheet_.plan.add(std::move(row));
  }

 private:
  void rule_if_wanted() {
    if (!ruled_) return;
    ruled_ = false;
    rows_.push_back(
        {.height = 4,
         .draw = [](PdfFile& file,
                    double y) { file.line(kSumsLeft, y + 2, kRight - kSumsLeft, Ink::kText, 0.8); },
         .keeps_next = true});
  }

  const Sheet& sheet_;
  std::vector<Block> rows_;
  bool ruled_ = false;
};

std::string draw_title(std::string_view taken, std::string_view back,
                       const domain::CreditDraw& draw) {
  return filled(draw.amount.sign() < 0 ? back : taken, draw.title);
}

std::string payment_title(const Sheet& sheet, const domain::Payment& payment) {
  std::string title = filled(sheet.words.payment, sheet.format.short_day(payment.received_on));
  for (const std::string& more : {payment.reference, payment.note}) {
    if (!more.empty()) title += ", " + more;
  }
  return title;
}

std::string kind_of_tax(const PageWords& words, const domain::TaxTotal& tax) {
  std::string kind = tax.country;
  if (!kind.empty() && !tax.category.empty()) kind += ", ";
  kind += said_of_word(words, tax.category);
  const std::string note = said_of_word(words, tax.note);
  if (!note.empty()) kind += kind.empty() ? note : fmt::format(": {}", note);
  return kind;
}

void add_heading(const Sheet& sheet, std::string_view text) {
  sheet.plan.space(8);
  Block heading = text_block(sheet, text, Face::kHeading, Ink::kText, Role::kHeading, 0);
  heading.keeps_next = true;
  sheet.plan.add(std::move(heading));
}

}  // namespace

void add_sums(const Sheet& sheet) {
  const domain::Document& document = sheet.document();
  sheet.plan.add({.height = 10, .draw = [](PdfFile& file, double y) {
                    file.line(kLeft, y + 3, kContent, Ink::kRule);
                  }});
  Sums sums(sheet);
  if (has_subtotal(document)) {
    sums.add(sheet.words.subtotal, document.subtotal);
    for (const domain::CreditDraw& draw : document.coupons) {
      sums.add(draw_title(sheet.words.coupon, sheet.words.coupon_back, draw), -draw.amount);
    }
    for (const domain::TaxTotal& tax : document.taxes) {
      if (tax.included) continue;
      sums.add(
          filled(sheet.words.tax_of, sheet.format.percent(tax.percent), sheet.amount(tax.base)),
          tax.tax);
    }
    sums.rule();
  }
  sums.add(fmt::format("{} {}", sheet.words.total, document.currency.code()), document.total,
           Face::kHeading);
  sums.finish();
}

/// One tax that comes on top and has nothing to be said of it stands among the sums already.
bool needs_tax_table(const domain::Document& document) {
  return document.taxes.size() > 1 ||
         std::ranges::any_of(document.taxes, [](const domain::TaxTotal& tax) {
           return tax.included || !tax.note.empty();
         });
}

void add_taxes(const Sheet& sheet) {
  const domain::Document& document = sheet.document();
  if (!needs_tax_table(document)) return;
  const PageWords& words = sheet.words;
  add_heading(sheet, words.tax_table);
  const auto head = [&](std::string_view text, double x, bool ends) {
    return Cell{sheet.text(text, Face::kSmall, kAmountWidth), x, ends, Ink::kMuted};
  };
  Block heading =
      row_of({head(words.tax_kind, kLeft, false), head(words.tax_rate, kRateRight, true),
              head(words.tax_base, kBaseRight, true), head(words.tax_amount, kRight, true)},
             2, 1, Role::kHeaderCell);
  heading.draw = [draw = std::move(heading.draw), height = heading.height](PdfFile& file,
                                                                           double y) {
    draw(file, y);
    file.line(kLeft, y + height, kContent, Ink::kRule);
  };
  const int table = sheet.plan.begin_table(std::move(heading));
  for (const domain::TaxTotal& tax : document.taxes) {
    const auto cell = [&](const std::string& text, double x, bool ends, double width) {
      return Cell{sheet.text(text, Face::kBody, width), x, ends, Ink::kText};
    };
    std::string kind = kind_of_tax(words, tax);
    if (tax.included) kind += fmt::format("{}{}", kind.empty() ? "" : ", ", words.tax_included);
    sheet.plan.add(row_of({cell(kind, kLeft, false, kRateRight - kLeft - 50),
                           cell(sheet.format.percent(tax.percent), kRateRight, true, 48),
                           cell(sheet.amount(tax.base), kBaseRight, true, kAmountWidth),
                           cell(sheet.amount(tax.tax), kRight, true, kAmountWidth)},
                          kPadding, table));
  }
}

void add_balance(const Sheet& sheet) {
  const domain::Document& document = sheet.document();
  if (document.kind == domain::DocumentKind::kShowback) return;
  add_heading(sheet, sheet.words.balance);
  const PageWords& words = sheet.words;
  const auto row = [&](std::string_view label, const money::Money& amount, Face face,
                       bool keeps_next) {
    Block block =
        row_of({{sheet.text(label, face, kContent - kAmountWidth - 10), kLeft, false, Ink::kText},
                {sheet.text(sheet.amount(amount), face, kAmountWidth), kRight, true, Ink::kText}},
               kPadding, 0);
    block.keeps_next = keeps_next;
    sheet.plan.add(std::move(block));
  };
  row(words.brought_forward, document.brought_forward, Face::kBody, true);
  row(document.kind == domain::DocumentKind::kCreditNote ? words.this_credit_note
                                                         : words.this_invoice,
      document.total, Face::kBody, true);
  for (const domain::CreditDraw& draw : document.credits) {
    row(draw_title(words.credit, words.credit_back, draw), -draw.amount, Face::kBody, true);
  }
  for (const domain::Payment& payment : document.payments) {
    row(payment_title(sheet, payment), -payment.amount, Face::kBody, true);
  }
  sheet.plan.add(
      {.height = 4,
       .draw = [](PdfFile& file, double y) { file.line(kLeft, y + 2, kContent, Ink::kText, 0.8); },
       .keeps_next = true});
  const int sign = document.carried_forward.sign();
  const std::string_view meaning = sign > 0   ? words.amount_due
                                   : sign < 0 ? words.in_your_favour
                                              : words.nothing_due;
  row(fmt::format("{} {}", meaning, document.currency.code()), document.carried_forward,
      Face::kHeading, false);
}

}  // namespace reckoner::documents
