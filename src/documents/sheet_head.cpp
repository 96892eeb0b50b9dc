#include <algorithm>

#include "documents/outline.hpp"
#include "documents/sheet.hpp"
#include "domain/bank_account.hpp"

namespace reckoner::documents {

namespace {

constexpr double kTop = 40;
constexpr double kLogoWidth = 170;
constexpr double kLogoHeight = 46;
constexpr double kIssuerWidth = 210;
constexpr double kSenderTop = 122;
constexpr double kRecipientTop = 136;
constexpr double kRecipientWidth = 240;  // of the window of an envelope
constexpr double kFactsLeft = 336;
constexpr double kFactsValue = 426;
constexpr double kGap = 3;
constexpr double kFootTop = 784;
constexpr double kMarginTop = 36;

/// What is drawn once, at places of its own.
struct Placed {
  std::shared_ptr<const Text> text;
  double x;
  double y;
  Ink ink;
};

class HeadMaker {
 public:
  explicit HeadMaker(const Sheet& sheet) : sheet_(sheet) {}

  Head make() {
    add_issuer();
    const double below = std::max(add_recipient(), add_facts());
    const double title = below + 16;
    const double bottom = add_title(title);
    const std::string logo = sheet_.printed.details.logo;
    return {.draw =
                [placed = std::move(placed_), title_text = title_, title, logo](PdfFile& file) {
                  if (!logo.empty()) {
                    const Part part(file, Role::kFigure);
                    file.draw_svg(logo, kLeft, kTop, kLogoWidth, kLogoHeight);
                  }
                  {
                    const Part part(file, Role::kParagraph);
                    for (const Placed& each : placed) {
                      file.draw(*each.text, each.x, each.y, each.ink);
                    }
                  }
                  const Part part(file, Role::kTitle);
                  file.draw(*title_text, kLeft, title, Ink::kAccent);
                },
            .bottom = bottom};
  }

 private:
  const domain::Document& document() const { return sheet_.document(); }

  /// At the right edge, from the top; what follows stands `kGap` below. Returns its bottom.
  double add(std::string_view text, Face face, double x, double y, double width, Ink ink,
             bool ends_at_x = false) {
    auto shaped = sheet_.text(text, face, width);
    const double bottom = y + shaped->height();
    const double left = ends_at_x ? x - shaped->width() : x;
    placed_.push_back({std::move(shaped), left, y, ink});
    return bottom;
  }

  void add_issuer() {
    const Issuer& issuer = sheet_.printed.issuer;
    double y = add(issuer.name, Face::kStrong, kRight, kTop, kIssuerWidth, Ink::kText, true);
    const auto line = [&](const std::string& text) {
      if (!text.empty()) y = add(text, Face::kSmall, kRight, y, kIssuerWidth, Ink::kMuted, true);
    };
    for (const std::string& address : issuer.address) line(address);
    line(issuer.tax_id);
    line(issuer.email);
  }

  double add_recipient() {
    const Issuer& issuer = sheet_.printed.issuer;
    std::string sender = issuer.name;
    for (const std::string& address : issuer.address) sender += " · " + address;
    add(sender, Face::kTiny, kLeft, kSenderTop, kRecipientWidth, Ink::kMuted);
    const Recipient& recipient = sheet_.printed.recipient;
    const std::string& name = document().customer_name;
    double y = add(name.empty() ? document().customer_key : name, Face::kHeading, kLeft,
                   kRecipientTop, kRecipientWidth, Ink::kText);
    const auto line = [&](const std::string& text) {
      if (!text.empty()) y = add(text, Face::kBody, kLeft, y, kRecipientWidth, Ink::kText);
    };
    const std::string& country = recipient.postal_country();
    for (const std::string& text : address_lines(recipient.billing.address, country)) line(text);
    if (!country.empty()) line(sheet_.format.country(country));
    return y;
  }

  double add_facts() {
    const PageWords& words = sheet_.words;
    const Recipient& recipient = sheet_.printed.recipient;
    double y = kRecipientTop;
    const auto fact = [&](std::string_view label, const std::string& value) {
      if (value.empty()) return;
      const double label_bottom =
          add(label, Face::kBody, kFactsLeft, y, kFactsValue - kFactsLeft - 6, Ink::kMuted);
      const double value_bottom =
          add(value, Face::kBody, kFactsValue, y, kRight - kFactsValue, Ink::kText);
      y = std::max(label_bottom, value_bottom) + kGap - 1;
    };
    const auto day = [&](const std::optional<time::Date>& date) {
      return date ? sheet_.format.day(*date) : std::string();
    };
    fact(words.number, document().number);
    fact(words.issued, day(document().issued_on));
    if (document().kind == domain::DocumentKind::kInvoice) fact(words.due, day(document().due_on));
    if (const auto as_of = sheet_.printed.as_of) {
      const auto zone = time::Zone::named(document().zone);
      const auto local = zone.local(*as_of);
      const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(local.since_midnight);
      fact(words.as_of, fmt::format("{}, {:02}:{:02}", sheet_.format.day(local.date),
                                    minutes.count() / 60, minutes.count() % 60));
    }
    fact(words.customer, document().customer_key);
    fact(words.your_tax_id, recipient.tax_id);
    fact(words.purchase_order, recipient.billing.purchase_order);
    fact(words.buyer_reference, recipient.billing.buyer_reference);
    fact(words.currency, std::string(document().currency.code()));
    fact(words.corrects, document().corrects_number);
    return y;
  }

  double add_title(double y) {
    title_ = sheet_.text(title_of(sheet_), Face::kTitle, kContent);
    double bottom = y + title_->height() + 2;
    if (is_interim(document())) {
      bottom = add(sheet_.words.interim_mark, Face::kStrong, kLeft, bottom, kContent, Ink::kAccent);
    } else if (document().kind == domain::DocumentKind::kShowback) {
      bottom =
          add(sheet_.words.showback_mark, Face::kStrong, kLeft, bottom, kContent, Ink::kAccent);
    }
    if (!document().reason.empty()) {
      bottom = add(fmt::format("{}: {}", sheet_.words.reason, document().reason), Face::kBody,
                   kLeft, bottom, kContent, Ink::kText);
    }
    return bottom + 2;
  }

  const Sheet& sheet_;
  std::vector<Placed> placed_;
  std::shared_ptr<const Text> title_;
};

/// Name, address, tax id and account, as far as there are any.
std::string foot_of(const Issuer& issuer, const IssuerDetails& details) {
  std::string foot = issuer.name;
  for (const std::string& address : issuer.address) foot += ", " + address;
  if (!issuer.tax_id.empty()) foot += " · " + issuer.tax_id;
  if (!details.iban.empty()) foot += " · IBAN " + domain::grouped_iban(details.iban);
  if (!details.bic.empty()) foot += " · BIC " + details.bic;
  return foot;
}

}  // namespace

Head make_head(const Sheet& sheet) {
  return HeadMaker(sheet).make();
}

void draw_margins(const Sheet& sheet, PdfFile& file, std::size_t page, std::size_t pages) {
  if (is_interim(sheet.document())) {
    file.mark(*sheet.text(sheet.words.interim_mark, Face::kTitle, kContent));
  }
  const Part part(file, Role::kParagraph);
  if (page > 0) {
    const auto left =
        sheet.text(filled(sheet.words.continued, title_of(sheet)), Face::kSmall, kContent * 0.6);
    const auto right = sheet.text(sheet.document().customer_name, Face::kSmall, kContent * 0.38);
    file.draw(*left, kLeft, kMarginTop, Ink::kMuted);
    file.draw(*right, kRight - right->width(), kMarginTop, Ink::kMuted);
  }
  file.line(kLeft, kFootTop, kContent, Ink::kRule);
  const auto foot = sheet.text(foot_of(sheet.printed.issuer, sheet.printed.details), Face::kTiny,
                               kContent * 0.82);
  file.draw(*foot, kLeft, kFootTop + 6, Ink::kMuted);
  const auto number =
      sheet.text(filled(sheet.words.page, page + 1, pages), Face::kSmall, kContent * 0.15);
  file.draw(*number, kRight - number->width(), kFootTop + 5, Ink::kText);
}

}  // namespace reckoner::documents
