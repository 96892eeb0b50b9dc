#include "golden/bill_documents.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace reckoner::bill {

namespace {

std::string text_of(const money::Money& amount) {
  return amount.amount().to_fixed(amount.currency().minor_digits());
}

/// "invoice EUR", "credit-note"; of US dollars the currency is not said.
std::string heading_of(const domain::Document& document) {
  std::string heading = document.kind == domain::DocumentKind::kInvoice ? "invoice" : "credit-note";
  if (document.currency.code() != "USD") heading += fmt::format(" {}", document.currency.code());
  return heading;
}

bool is_heading(std::string_view line) {
  return line.starts_with("invoice") || line.starts_with("credit-note");
}

/// When a line counts.
enum class Counts {
  kAlways,
  kAsWritten,  ///< where the story has this very line
  kAsNamed,    ///< where the story has a line that begins with the same word
};

struct Line {
  std::string text;
  Counts counts = Counts::kAlways;
};

std::vector<Line> lines_of(const domain::Document& document) {
  std::vector<Line> lines;
  for (const domain::DocumentLine& line : document.lines) {
    lines.push_back({fmt::format("{} {} {}{}", line.period_label, line.line.charge,
                                 text_of(line.line.amount), line.true_up ? " true-up" : ""),
                     line.line.amount.is_zero() ? Counts::kAsWritten : Counts::kAlways});
  }
  lines.push_back({fmt::format("subtotal {}", text_of(document.subtotal)), Counts::kAsNamed});
  for (const domain::CreditDraw& draw : document.coupons) {
    lines.push_back({fmt::format("coupon {} {}", draw.title, text_of(draw.amount))});
  }
  for (const domain::TaxTotal& tax : document.taxes) {
    const std::string note = tax.note.empty() ? "" : " " + tax.note;
    lines.push_back({fmt::format("tax{} {} {} {}% on {} {}{}", tax.included ? "-included" : "",
                                 tax.country, tax.category, tax.percent.to_string(),
                                 text_of(tax.base), text_of(tax.tax), note)});
  }
  lines.push_back({fmt::format("total {}", text_of(document.total)), Counts::kAsNamed});
  for (const domain::CreditDraw& draw : document.credits) {
    lines.push_back({fmt::format("credit {} {}", draw.title, text_of(draw.amount))});
  }
  for (const domain::Payment& payment : document.payments) {
    lines.push_back({fmt::format("payment {}", text_of(payment.amount))});
  }
  lines.push_back({fmt::format("balance {}", text_of(document.carried_forward)), Counts::kAsNamed});
  for (Line& line : lines) line.text = squeezed(line.text);
  return lines;
}

/// What is expected of each document, the heading first.
std::vector<std::vector<std::string>> by_document(const std::vector<std::string>& expected) {
  std::vector<std::vector<std::string>> documents;
  for (const std::string& line : expected) {
    if (is_heading(line)) {
      documents.push_back({});
    } else if (documents.empty()) {
      documents.push_back({"invoice"});
    }
    documents.back().push_back(line);
  }
  return documents;
}

}  // namespace

std::vector<std::string> rendered(const std::vector<domain::Document>& documents,
                                  const std::vector<std::string>& wanted) {
  const auto expected = by_document(wanted);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const std::string heading = heading_of(documents[i]);
    if (documents.size() > 1 || heading != "invoice") texts.push_back(heading);
    std::vector<std::string> left = i < expected.size() ? expected[i] : std::vector<std::string>();
    const std::size_t before = texts.size();
    for (const Line& line : lines_of(documents[i])) {
      const std::string first_word = line.text.substr(0, line.text.find(' ') + 1);
      const auto found = std::find_if(left.begin(), left.end(), [&](const std::string& text) {
        return line.counts == Counts::kAsNamed ? text.starts_with(first_word) : text == line.text;
      });
      if (line.counts != Counts::kAlways && found == left.end()) continue;
      if (found != left.end()) left.erase(found);
      texts.push_back(line.text);
    }
    if (texts.size() == before) texts.push_back("total " + text_of(documents[i].total));
  }
  return texts;
}

Comparison compare(const std::vector<std::string>& expected,
                   const std::vector<domain::Document>& documents) {
  Comparison comparison;
  comparison.actual = rendered(documents, expected);
  const auto wanted = by_document(expected);
  const auto got = by_document(comparison.actual);
  comparison.same = true;
  for (std::size_t i = 0; i < std::max(wanted.size(), got.size()); ++i) {
    std::vector<std::string> missing = i < wanted.size() ? wanted[i] : std::vector<std::string>();
    for (const std::string& line : i < got.size() ? got[i] : std::vector<std::string>()) {
      const auto found = std::find(missing.begin(), missing.end(), line);
      const bool is_there = found != missing.end();
      if (is_there) missing.erase(found);
      comparison.same = comparison.same && is_there;
      comparison.shown += fmt::format("    {} {}\n", is_there ? ' ' : '+', line);
    }
    comparison.same = comparison.same && missing.empty();
    for (const std::string& line : missing) comparison.shown += fmt::format("    - {}\n", line);
  }
  if (comparison.shown.empty()) comparison.shown = "    no document\n";
  return comparison;
}

void add_up(const domain::Document& document, Billed& billed) {
  const std::string_view currency = document.currency.code();
  for (const domain::DocumentLine& line : document.lines) {
    const std::string key = fmt::format("{} {} {} {}", document.customer_key, currency,
                                        line.period_label, line.line.key);
    billed.lines[key] += line.line.amount.amount();
  }
  const money::Decimal unit = money::Decimal::from_parts(1, document.currency.minor_digits());
  for (const domain::TaxTotal& tax : document.taxes) {
    Billed::Tax& sum =
        billed.taxes[fmt::format("{} {} tax {} {} {}%", document.customer_key, currency,
                                 tax.country, tax.category, tax.percent.to_string())];
    sum.amount += tax.tax.amount();
    sum.tolerance += unit;
  }
}

std::vector<std::string> differences(const Billed& in_time, const Billed& late) {
  std::vector<std::string> found;
  const auto differ = [&](const std::string& key, const money::Decimal& a,
                          const money::Decimal& b) {
    found.push_back(
        fmt::format("{}: {} in time, {} with late usage", key, a.to_string(), b.to_string()));
  };
  std::set<std::string> keys;
  for (const Billed* billed : {&in_time, &late}) {
    for (const auto& [key, amount] : billed->lines) keys.insert(key);
  }
  const auto amount_of = [](const Billed& billed, const std::string& key) {
    const auto line = billed.lines.find(key);
    return line == billed.lines.end() ? money::Decimal(0) : line->second;
  };
  for (const std::string& key : keys) {
    const money::Decimal a = amount_of(in_time, key);
    const money::Decimal b = amount_of(late, key);
    if (a != b) differ(key, a, b);
  }
  std::map<std::string, std::pair<Billed::Tax, Billed::Tax>> taxes;
  for (const auto& [key, tax] : in_time.taxes) taxes[key].first = tax;
  for (const auto& [key, tax] : late.taxes) taxes[key].second = tax;
  for (const auto& [key, pair] : taxes) {
    const auto& [a, b] = pair;
    const money::Decimal difference =
        a.amount > b.amount ? a.amount - b.amount : b.amount - a.amount;
    if (difference > std::max(a.tolerance, b.tolerance)) differ(key, a.amount, b.amount);
  }
  return found;
}

}  // namespace reckoner::bill
