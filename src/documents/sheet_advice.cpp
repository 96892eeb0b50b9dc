#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "documents/outline.hpp"
#include "documents/payment_link.hpp"
#include "documents/sheet.hpp"
#include "domain/bank_account.hpp"

namespace reckoner::documents {

namespace {

constexpr double kCodeSide = 92;
constexpr double kInset = 12;
constexpr double kBetween = 6;

/// What is to be paid, or nothing: credit notes, interim invoices and balances in the customer's
/// favour ask for no payment.
bool asks_for_payment(const domain::Document& document) {
  return !is_interim(document) && document.kind == domain::DocumentKind::kInvoice &&
         document.carried_forward.sign() > 0 && document.due_on.has_value();
}

/// Texts, with a code at their right.
class Box {
 public:
  Box(const Sheet& sheet, std::optional<QrCode> code)
      : sheet_(sheet),
        width_(kContent - 2 * kInset - (code ? kCodeSide + 2 * kInset : 0)),
        has_code_(code.has_value()) {
    if (code) code_ = std::make_shared<const QrCode>(*std::move(code));
  }

  bool has_code() const { return has_code_; }

  void line(std::string_view text, Face face, Ink ink = Ink::kText, std::string link = "") {
    add(sheet_.text(text, face, width_), kLeft + kInset, ink, std::move(link));
  }

  void pair(std::string_view label, const std::string& value) {
    constexpr double kLabel = 90;
    texts_.push_back(
        {sheet_.text(label, Face::kBody, kLabel), kLeft + kInset, y_, Ink::kMuted, ""});
    add(sheet_.text(value, Face::kBody, width_ - kLabel), kLeft + kInset + kLabel, Ink::kText, "");
  }

  void space() { y_ += 4; }

  Block finish() {
    const double height = std::max(y_ + 10, code_ ? kCodeSide + 2 * kInset : 0.0);
    return {.height = height,
            .draw = [texts = std::move(texts_), code = code_, height](PdfFile& file, double y) {
              file.fill(kLeft, y, kContent, height, Ink::kPaper);
              {
                const Part part(file, Role::kParagraph);
                for (const Piece& piece : texts) {
                  if (!piece.link.empty()) file.begin_link(piece.link);
                  file.draw(*piece.text, piece.x, y + piece.y, piece.ink);
                  if (!piece.link.empty()) file.end_link();
                }
              }
              if (!code) return;
              const Part part(file, Role::kFigure);
              file.draw(*code, kRight - kInset - kCodeSide, y + kInset, kCodeSide);
            }};
  }

 private:
  struct Piece {
    std::shared_ptr<const Text> text;
    double x;
    double y;
    Ink ink;
    std::string link;
  };

  void add(std::shared_ptr<const Text> text, double x, Ink ink, std::string link) {
    const double height = text->height();
    texts_.push_back({std::move(text), x, y_, ink, std::move(link)});
    y_ += height;
  }

  const Sheet& sheet_;
  const double width_;
  const bool has_code_;
  std::shared_ptr<const QrCode> code_;
  std::vector<Piece> texts_;
  double y_ = 10;
};

std::optional<QrCode> transfer_code(const Sheet& sheet) {
  const auto text = sepa_text({.payee = sheet.printed.issuer.name,
                               .iban = sheet.printed.details.iban,
                               .bic = sheet.printed.details.bic,
                               .amount = sheet.document().carried_forward,
                               .reference = sheet.document().number});
  if (!text) return std::nullopt;
  return qr_code(*text);
}

/// None for a link that is too long for one: it stands there as a text.
std::optional<QrCode> link_code(const std::string& link) {
  try {
    return qr_code(link);
  } catch (const Error&) {
    return std::nullopt;
  }
}

void add_request(const Sheet& sheet, Box& box) {
  const domain::Document& document = sheet.document();
  box.line(filled(sheet.words.pay, sheet.amount_with_code(document.carried_forward),
                  sheet.format.day(*document.due_on)),
           Face::kStrong);
  box.space();
}

Block transfer(const Sheet& sheet) {
  const PageWords& words = sheet.words;
  const IssuerDetails& details = sheet.printed.details;
  Box box(sheet, transfer_code(sheet));
  add_request(sheet, box);
  if (!details.iban.empty()) {
    box.pair(words.pay_to, sheet.printed.issuer.name);
    box.pair("IBAN", domain::grouped_iban(details.iban));
    if (!details.bic.empty()) box.pair("BIC", details.bic);
  }
  box.pair(words.pay_reference, sheet.document().number);
  if (box.has_code()) {
    box.space();
    box.line(words.scan, Face::kSmall, Ink::kMuted);
  }
  return box.finish();
}

/// The link pays this document alone, whatever else is owed.
Block online(const Sheet& sheet, bool alone) {
  const std::string& link = sheet.printed.details.payment_link;
  Box box(sheet, link_code(link));
  if (alone) {
    add_request(sheet, box);
    box.pair(sheet.words.pay_reference, sheet.document().number);
    box.space();
  }
  box.line(filled(sheet.words.pay_online, sheet.amount_with_code(open_at_issue(sheet.document()))),
           alone ? Face::kBody : Face::kStrong);
  box.line(link, Face::kSmall, Ink::kAccent, link);
  if (box.has_code()) {
    box.space();
    box.line(sheet.words.scan_online, Face::kSmall, Ink::kMuted);
  }
  return box.finish();
}

}  // namespace

void add_payment_advice(const Sheet& sheet) {
  if (!asks_for_payment(sheet.document())) return;
  const IssuerDetails& details = sheet.printed.details;
  const bool has_link = !details.payment_link.empty();
  sheet.plan.space(14);
  if (!has_link || !details.iban.empty()) {
    sheet.plan.add(transfer(sheet));
    if (has_link) sheet.plan.space(kBetween);
  }
  if (has_link) sheet.plan.add(online(sheet, details.iban.empty()));
}

}  // namespace reckoner::documents
