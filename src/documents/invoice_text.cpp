#include "documents/invoice_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "documents/outline.hpp"
#include "text/utf8.hpp"

namespace reckoner::documents {
namespace {

using text::pad_left;
using text::pad_right;
using text::printable;

// Two blanks, description, blank, quantity, blank, amount: 76 columns.
constexpr std::size_t kDescription = 40;
constexpr std::size_t kQuantity = 17;
constexpr std::size_t kAmount = 15;
constexpr std::size_t kLabel = 2 + kDescription + 1 + kQuantity;
constexpr std::size_t kColumns = kLabel + 1 + kAmount;
constexpr std::size_t kHead = 11;

/// "Coupon: Welcome"; where the document gives back what an earlier one took, "Coupon given back:
/// Welcome".
std::string draw_label(std::string_view kind, const domain::CreditDraw& draw) {
  return fmt::format("{}{}: {}", kind, draw.amount.sign() < 0 ? " given back" : "", draw.title);
}

/// "Tax DE 19 % of 100.00, Reverse charge"; the country and the note may be missing.
std::string tax_label(std::string_view word, const domain::TaxTotal& tax) {
  return fmt::format("{}{}{} {} % of {}{}{}", word, tax.country.empty() ? "" : " ", tax.country,
                     tax.percent.to_string(), tax.base.to_string(), tax.note.empty() ? "" : ", ",
                     tax.note);
}

/// Breaks at blanks into lines of at most `columns`; a longer word has a line of its own. At least
/// one line.
std::vector<std::string> wrap(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    if (!lines.back().empty() && text::width(lines.back()) + 1 + text::width(word) > columns) {
      lines.emplace_back();
    }
    if (!lines.back().empty()) lines.back() += ' ';
    lines.back() += word;
  }
  return lines;
}

class TextInvoice {
 public:
  TextInvoice(const domain::Document& document, const Issuer& issuer)
      : document_(document), issuer_(issuer), several_rates_(has_several_rates(document)) {}

  std::string write() {
    write_issuer();
    write_title();
    write_head();
    for (const PeriodGroup& group : group_by_period(document_)) write_period(group);
    write_totals();
    write_payments();
    return std::move(out_);
  }

 private:
  void line(std::string_view text = {}) { out_.append(text).append("\n"); }

  void optional_line(const std::string& text) {
    if (!text.empty()) line(printable(text));
  }

  void write_issuer() {
    optional_line(issuer_.name);
    for (const std::string& address : issuer_.address) optional_line(address);
    optional_line(issuer_.tax_id);
    optional_line(issuer_.email);
    if (!out_.empty()) line();
  }

  void write_title() {
    if (is_interim(document_)) {
      line("INTERIM INVOICE – not a bill");
    } else if (is_showback()) {
      line(fmt::format("SHOWBACK {} – not a bill", printable(document_.number)));
    } else {
      const bool credit = document_.kind == domain::DocumentKind::kCreditNote;
      line(fmt::format("{} {}", credit ? "CREDIT NOTE" : "INVOICE", printable(document_.number)));
    }
    line();
  }

  void head(std::string_view label, std::string_view value) {
    line(pad_right(label, kHead).append(value));
  }

  bool is_showback() const { return document_.kind == domain::DocumentKind::kShowback; }

  void write_head() {
    const std::string& key = document_.customer_key;
    const std::string& name = document_.customer_name;
    head("Customer", printable(name.empty() ? key : fmt::format("{} ({})", name, key)));
    if (document_.issued_on) head("Issued", long_date(*document_.issued_on));
    if (document_.due_on && !is_showback()) head("Due", long_date(*document_.due_on));
    head("Currency", document_.currency.code());
    if (!document_.corrects_number.empty()) {
      head("Corrects", printable(document_.corrects_number));
    }
    if (!document_.reason.empty()) {
      std::string_view label = "Reason";
      for (const std::string& row : wrap(printable(document_.reason), kColumns - kHead)) {
        head(label, row);
        label = "";
      }
    }
  }

  void write_period(const PeriodGroup& group) {
    line();
    line(fmt::format("{}, {}", printable(group.title), span(group.first_day, group.last_day)));
    for (const domain::DocumentLine* each : group.lines) {
      write_line(each->line);
      write_details(*each, group);
    }
  }

  /// What a line says that is not true of its whole period or document.
  void write_details(const domain::DocumentLine& each, const PeriodGroup& group) {
    std::vector<std::string> details;
    if (each.line.starts_on != group.first_day || last_day(each.line) != group.last_day) {
      details.push_back(span(each.line.starts_on, last_day(each.line)));
    }
    if (several_rates_) details.push_back(rate_title(each));
    if (!details.empty()) line(fmt::format("    {}", fmt::join(details, ", ")));
  }

  static std::string span(time::Date first, time::Date last) {
    if (first >= last) return long_date(first);
    return fmt::format("{} to {}", long_date(first), long_date(last));
  }

  void write_line(const domain::StatementLine& each) {
    const auto rows = wrap(printable(each.description), kDescription);
    const std::string quantity =
        printable(fmt::format("{} {}", each.quantity.to_string(), each.unit));
    line(fmt::format("  {} {} {}", pad_right(rows.front(), kDescription),
                     pad_left(quantity, kQuantity), pad_left(each.amount.to_string(), kAmount)));
    for (std::size_t i = 1; i < rows.size(); ++i) line("  " + rows[i]);
  }

  void amount(std::string_view label, const money::Money& value) {
    line(fmt::format("{} {}", pad_right(label, kLabel), pad_left(value.to_string(), kAmount)));
  }

  /// The same with a label of any length.
  void wrapped_amount(std::string_view label, const money::Money& value) {
    const auto rows = wrap(printable(label), kLabel - 2);
    amount(rows.front(), value);
    for (std::size_t i = 1; i < rows.size(); ++i) line("  " + rows[i]);
  }

  void rule() { line(std::string(kColumns, '-')); }

  /// From the sum of the lines to the total.
  void write_subtotal() {
    amount("Subtotal", document_.subtotal);
    for (const domain::CreditDraw& draw : document_.coupons) {
      wrapped_amount(draw_label("Coupon", draw), -draw.amount);
    }
    for (const domain::TaxTotal& tax : document_.taxes) {
      if (!tax.included) wrapped_amount(tax_label("Tax", tax), tax.tax);
    }
    rule();
  }

  /// Behind the total: what does not add to it has no amount in the column.
  void write_included_taxes() {
    for (const domain::TaxTotal& tax : document_.taxes) {
      if (!tax.included) continue;
      const std::string word = fmt::format("includes {} tax", tax.tax.to_string());
      for (const std::string& row : wrap(printable(tax_label(word, tax)), kColumns - 2)) {
        line("  " + row);
      }
    }
  }

  void write_totals() {
    line();
    if (is_showback()) {
      amount(fmt::format("Total, for information: {}", document_.currency.code()), document_.total);
      return;
    }
    // What reads from the lines down to the total is not interrupted by the balance before.
    const bool subtotal = has_subtotal(document_);
    if (subtotal) {
      write_subtotal();
    } else {
      amount("Brought forward", document_.brought_forward);
    }
    amount("Total", document_.total);
    write_included_taxes();
    if (subtotal) amount("Brought forward", document_.brought_forward);
    for (const domain::CreditDraw& draw : document_.credits) {
      wrapped_amount(draw_label("Prepaid credit", draw), -draw.amount);
    }
    amount("Payments", -document_.payments_total);
    rule();
    const int sign = document_.carried_forward.sign();
    const std::string_view meaning = sign > 0   ? "amount due"
                                     : sign < 0 ? "credit in your favour"
                                                : "nothing due";
    amount(fmt::format("Carried forward: {}, {}", meaning, document_.currency.code()),
           document_.carried_forward);
  }

  void write_payments() {
    if (is_showback()) return;
    line();
    if (document_.payments.empty()) {
      line("No payments in this period.");
      return;
    }
    line("Payments");
    for (const domain::Payment& payment : document_.payments) {
      std::string label =
          fmt::format("  {}  {}", long_date(payment.received_on), payment.reference);
      if (!payment.note.empty()) label += ", " + payment.note;
      amount(printable(label), payment.amount);
    }
  }

  const domain::Document& document_;
  const Issuer& issuer_;
  const bool several_rates_;
  std::string out_;
};

}  // namespace

std::string to_text(const domain::Document& document, const Issuer& issuer) {
  return TextInvoice(document, issuer).write();
}

}  // namespace reckoner::documents
