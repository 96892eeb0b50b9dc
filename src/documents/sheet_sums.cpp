#include <algorithm>

#include "documents/handler_words.hpp"
#include "documents/outline.hpp"
#include "documents/sheet.hpp"
#include "domain/bank_account.hpp"

namespace reckoner::documents {

namespace {

constexpr double kSumsLeft = kLeft + kContent * 0.45;
constexpr double kAmountWidth = 90;
constexpr double kPadding = 0.8;
constexpr double kCodeSide = 92;
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

/// What is to be paid, or nothing: credit notes, interim invoices and balances in the customer's
/// favour ask for no payment.
bool asks_for_payment(const Sheet& sheet) {
  const domain::Document& document = sheet.document();
  return !is_interim(document) && document.kind == domain::DocumentKind::kInvoice &&
         document.carried_forward.sign() > 0 && document.due_on.has_value();
}

/// The code and what it says, for people, beside it.
class PaymentAdvice {
 public:
  explicit PaymentAdvice(const Sheet& sheet) : sheet_(sheet) {
    const Issuer& issuer = sheet.printed.issuer;
    const IssuerDetails& details = sheet.printed.details;
    const auto text = sepa_text({.payee = issuer.name,
                                 .iban = details.iban,
                                 .bic = details.bic,
                                 .amount = sheet.document().carried_forward,
                                 .reference = sheet.document().number});
    if (text) code_ = std::make_shared<const QrCode>(qr_code(*text));
  }

  Block make() {
    const domain::Document& document = sheet_.document();
    const Issuer& issuer = sheet_.printed.issuer;
    const IssuerDetails& details = sheet_.printed.details;
    const PageWords& words = sheet_.words;
    left_ = kLeft + 12;
    y_ = 10;
    const double width = kContent - 24 - (code_ ? kCodeSide + 24 : 0);
    line(sheet_.text(filled(words.pay, sheet_.amount_with_code(document.carried_forward),
                            sheet_.format.day(*document.due_on)),
                     Face::kStrong, width));
    y_ += 4;
    if (!details.iban.empty()) {
      pair(words.pay_to, issuer.name, width);
      pair("IBAN", domain::grouped_iban(details.iban), width);
      if (!details.bic.empty()) pair("BIC", details.bic, width);
    }
    pair(words.pay_reference, document.number, width);
    if (code_) {
      y_ += 4;
      line(sheet_.text(words.scan, Face::kSmall, width), Ink::kMuted);
    }
    const double height = std::max(y_ + 10, code_ ? kCodeSide + 24 : 0.0);
    return {.height = height,
            .draw = [texts = std::move(texts_), code = code_, height](PdfFile& file, double y) {
              file.fill(kLeft, y, kContent, height, Ink::kPaper);
              {
                const Part part(file, Role::kParagraph);
                for (const Piece& piece : texts) {
                  file.draw(*piece.text, piece.x, y + piece.y, piece.ink);
                }
              }
              if (!code) return;
              const Part part(file, Role::kFigure);
              file.draw(*code, kRight - 12 - kCodeSide, y + 12, kCodeSide);
            }};
  }

 private:
  struct Piece {
    std::shared_ptr<const Text> text;
    double x;
    double y;
    Ink ink;
  };

  void line(std::shared_ptr<const Text> text, Ink ink = Ink::kText) {
    const double height = text->height();
    texts_.push_back({std::move(text), left_, y_, ink});
    y_ += height;
  }

  void pair(std::string_view label, const std::string& value, double width) {
    constexpr double kLabel = 90;
    texts_.push_back({sheet_.text(label, Face::kBody, kLabel), left_, y_, Ink::kMuted});
    auto text = sheet_.text(value, Face::kBody, width - kLabel);
    const double height = text->height();
    texts_.push_back({std::move(text), left_ + kLabel, y_, Ink::kText});
    y_ += height;
  }

  const Sheet& sheet_;
  std::shared_ptr<const QrCode> code_;
  std::vector<Piece> texts_;
  double left_ = 0;
  double y_ = 0;
};

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

void add_payment_advice(const Sheet& sheet) {
  if (!asks_for_payment(sheet)) return;
  sheet.plan.space(14);
  sheet.plan.add(PaymentAdvice(sheet).make());
}

}  // namespace reckoner::documents
