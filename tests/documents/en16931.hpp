#pragma once

#include <fmt/format.h>

#include <map>
#include <pugixml.hpp>
#include <set>
#include <string>
#include <vector>

#include "money/money.hpp"

namespace reckoner::documents {

/// Business rules of EN 16931-1:2017, 6.4, as CEN/TC 434 publishes them for UBL, on what a document
/// of ours can have. Each is written from its text, apart from the code that writes the files.
class En16931 {
 public:
  explicit En16931(const std::string& xml) {
    const auto read = tree_.load_string(xml.c_str());
    if (!read) {
      broken_.push_back(fmt::format("no XML: {}", read.description()));
      return;
    }
    root_ = tree_.document_element();
    credit_ = std::string_view(root_.name()) == "CreditNote";
    check();
  }

  std::string broken() const { return fmt::format("{}", fmt::join(broken_, "; ")); }

 private:
  using Decimal = money::Decimal;

  void rule(std::string_view name, bool holds) {
    if (!holds) broken_.emplace_back(name);
  }
  static std::string at(pugi::xml_node node, const char* path) {
    return node.select_node(path).node().text().get();
  }
  Decimal number(pugi::xml_node node, const char* path) {
    const std::string text = at(node, path);
    return text.empty() ? Decimal(0) : Decimal::parse(text);
  }
  std::vector<pugi::xml_node> all(const char* path) {
    std::vector<pugi::xml_node> nodes;
    for (const auto& found : root_.select_nodes(path)) nodes.push_back(found.node());
    return nodes;
  }

  void check() {
    rule("BR-01", at(root_, "cbc:CustomizationID") == "urn:cen.eu:en16931:2017");
    rule("BR-02", !at(root_, "cbc:ID").empty());
    rule("BR-03", !at(root_, "cbc:IssueDate").empty());
    rule("BR-04", at(root_, credit_ ? "cbc:CreditNoteTypeCode" : "cbc:InvoiceTypeCode") ==
                      (credit_ ? "381" : "380"));
    rule("BR-05", !at(root_, "cbc:DocumentCurrencyCode").empty());
    const std::string seller = "cac:AccountingSupplierParty/cac:Party/";
    const std::string buyer = "cac:AccountingCustomerParty/cac:Party/";
    const auto of = [&](const std::string& party, const char* path) {
      return at(root_, (party + path).c_str());
    };
    rule("BR-06", !of(seller, "cac:PartyLegalEntity/cbc:RegistrationName").empty());
    rule("BR-07", !of(buyer, "cac:PartyLegalEntity/cbc:RegistrationName").empty());
    rule("BR-09", of(seller, "cac:PostalAddress/cac:Country/cbc:IdentificationCode").size() == 2);
    rule("BR-11", of(buyer, "cac:PostalAddress/cac:Country/cbc:IdentificationCode").size() == 2);
    seller_vat_ = of(seller, "cac:PartyTaxScheme/cbc:CompanyID");
    buyer_vat_ = of(buyer, "cac:PartyTaxScheme/cbc:CompanyID");
    for (const std::string& id : {seller_vat_, buyer_vat_}) {
      rule("BR-CO-09", id.empty() || (id.size() > 2 && id[0] >= 'A' && id[0] <= 'Z' &&
                                      id[1] >= 'A' && id[1] <= 'Z'));
    }
    rule("BR-CO-26", !seller_vat_.empty() || !of(seller, "cac:PartyIdentification/cbc:ID").empty());
    for (const pugi::xml_node& period : all("//cac:InvoicePeriod")) {
      rule("BR-29/BR-30", at(period, "cbc:EndDate") >= at(period, "cbc:StartDate"));
    }
    check_digits();
    check_lines();
    check_allowances();
    check_totals();
    check_categories();
    check_payment();
  }

  void check_digits() {
    for (const pugi::xml_node& amount : all("//*[@currencyID]")) {
      const std::string text = amount.text().get();
      const std::size_t point = text.find('.');
      rule("BR-DEC", point == std::string::npos || text.size() - point - 1 <= 2);
      rule("currency", std::string(amount.attribute("currencyID").value()) ==
                           at(root_, "cbc:DocumentCurrencyCode"));
    }
  }

  void check_lines() {
    const auto lines = all(credit_ ? "cac:CreditNoteLine" : "cac:InvoiceLine");
    rule("BR-16", !lines.empty());
    std::set<std::string> ids;
    for (const pugi::xml_node& line : lines) {
      rule("BR-21", ids.insert(at(line, "cbc:ID")).second);
      const char* quantity = credit_ ? "cbc:CreditedQuantity" : "cbc:InvoicedQuantity";
      rule("BR-22", !at(line, quantity).empty());
      rule("BR-23", line.select_node(quantity).node().attribute("unitCode"));
      rule("BR-24", !at(line, "cbc:LineExtensionAmount").empty());
      rule("BR-25", !at(line, "cac:Item/cbc:Name").empty());
      rule("BR-26", !at(line, "cac:Price/cbc:PriceAmount").empty());
      const Decimal price = number(line, "cac:Price/cbc:PriceAmount");
      const Decimal base = number(line, "cac:Price/cbc:BaseQuantity");
      rule("BR-27", price.sign() >= 0);
      rule("PEPPOL-EN16931-R121", base.sign() > 0);
      const Decimal amount = number(line, "cbc:LineExtensionAmount");
      rule("PEPPOL-EN16931-R120", amount * base == number(line, quantity) * price);
      const std::string category = at(line, "cac:Item/cac:ClassifiedTaxCategory/cbc:ID");
      const std::string percent = at(line, "cac:Item/cac:ClassifiedTaxCategory/cbc:Percent");
      rule("BR-CO-04", !category.empty());
      check_rate("line", category, percent);
      net_[{category, percent}] += amount;
      lines_ += amount;
    }
  }

  /// BR-S-05, BR-Z-05, BR-E-05, BR-AE-05, BR-O-05, and the same of allowances (06, 07).
  void check_rate(std::string_view where, const std::string& category, const std::string& percent) {
    if (category == "O") {
      rule(fmt::format("BR-O-05 {}", where), percent.empty());
    } else if (category == "S") {
      rule(fmt::format("BR-S-05 {}", where),
           !percent.empty() && Decimal::parse(percent).sign() > 0);
    } else {
      rule(fmt::format("BR-{}-05 {}", category, where), percent == "0");
    }
  }

  void check_allowances() {
    for (const pugi::xml_node& each : all("cac:AllowanceCharge")) {
      const bool charge = at(each, "cbc:ChargeIndicator") == "true";
      const Decimal amount = number(each, "cbc:Amount");
      rule("BR-31/BR-36", !at(each, "cbc:Amount").empty() && amount.sign() >= 0);
      rule("BR-33/BR-38", !at(each, "cbc:AllowanceChargeReason").empty());
      const std::string category = at(each, "cac:TaxCategory/cbc:ID");
      const std::string percent = at(each, "cac:TaxCategory/cbc:Percent");
      rule("BR-32/BR-37", !category.empty());
      check_rate("allowance", category, percent);
      net_[{category, percent}] += charge ? amount : -amount;
      (charge ? charges_ : allowances_) += amount;
    }
  }

  void check_totals() {
    const pugi::xml_node sums = root_.child("cac:LegalMonetaryTotal");
    const auto of = [&](const char* name) { return number(sums, name); };
    rule("BR-12", !at(sums, "cbc:LineExtensionAmount").empty());
    rule("BR-13", !at(sums, "cbc:TaxExclusiveAmount").empty());
    rule("BR-14", !at(sums, "cbc:TaxInclusiveAmount").empty());
    rule("BR-15", !at(sums, "cbc:PayableAmount").empty());
    rule("BR-CO-10", of("cbc:LineExtensionAmount") == lines_);
    rule("BR-CO-11", of("cbc:AllowanceTotalAmount") == allowances_);
    rule("BR-CO-12", of("cbc:ChargeTotalAmount") == charges_);
    rule("BR-CO-13", of("cbc:TaxExclusiveAmount") == lines_ - allowances_ + charges_);
    const Decimal tax = number(root_, "cac:TaxTotal/cbc:TaxAmount");
    rule("BR-CO-15", of("cbc:TaxInclusiveAmount") == of("cbc:TaxExclusiveAmount") + tax);
    rule("BR-CO-16",
         of("cbc:PayableAmount") == of("cbc:TaxInclusiveAmount") - of("cbc:PrepaidAmount"));
    Decimal sum;
    for (const pugi::xml_node& group : all("cac:TaxTotal/cac:TaxSubtotal")) {
      sum += number(group, "cbc:TaxAmount");
    }
    rule("BR-CO-14", sum == tax);
  }

  void check_categories() {
    std::set<std::string> categories;
    std::set<std::pair<std::string, std::string>> groups;
    for (const pugi::xml_node& group : all("cac:TaxTotal/cac:TaxSubtotal")) {
      const pugi::xml_node category = group.child("cac:TaxCategory");
      const std::string code = at(category, "cbc:ID");
      const std::string percent = at(category, "cbc:Percent");
      categories.insert(code);
      rule("one group a rate", groups.emplace(code, percent).second);
      rule("BR-45/BR-46/BR-47", !at(group, "cbc:TaxableAmount").empty() &&
                                    !at(group, "cbc:TaxAmount").empty() && !code.empty());
      rule("BR-48", code == "O" || !percent.empty());
      const Decimal base = number(group, "cbc:TaxableAmount");
      const Decimal tax = number(group, "cbc:TaxAmount");
      rule(fmt::format("BR-{}-08", code), base == net_[{code, percent}]);
      const Decimal rate = percent.empty() ? Decimal(0) : Decimal::parse(percent);
      // BR-CO-17 and BR-S-09, with the tolerance that the published rules have.
      const Decimal off = (tax * Decimal(100) - base * rate).abs();
      rule(fmt::format("BR-CO-17 {}", code), code == "S" ? off <= Decimal(100) : tax.is_zero());
      const bool reasoned = !at(category, "cbc:TaxExemptionReason").empty() ||
                            !at(category, "cbc:TaxExemptionReasonCode").empty();
      const bool needs_reason = code == "E" || code == "AE" || code == "O";
      rule(fmt::format("BR-{}-10", code), reasoned == needs_reason);
    }
    for (const auto& [key, sum] : net_) rule("BR-CO-18", groups.contains(key));
    if (categories.contains("O")) {
      rule("BR-O-02", seller_vat_.empty() && buyer_vat_.empty());
      rule("BR-O-11", categories.size() == 1);
    } else {
      rule("BR-S-02/BR-Z-02/BR-E-02/BR-AE-02", !seller_vat_.empty());
    }
    if (categories.contains("AE")) rule("BR-AE-02 buyer", !buyer_vat_.empty());
  }

  void check_payment() {
    const pugi::xml_node sums = root_.child("cac:LegalMonetaryTotal");
    if (number(sums, "cbc:PayableAmount").sign() > 0) {
      rule("BR-CO-25",
           !at(root_, "cbc:DueDate").empty() || !at(root_, "cac:PaymentTerms/cbc:Note").empty());
    }
    for (const pugi::xml_node& means : all("cac:PaymentMeans")) {
      rule("BR-49", !at(means, "cbc:PaymentMeansCode").empty());
      rule("BR-61", !at(means, "cac:PayeeFinancialAccount/cbc:ID").empty());
    }
  }

  pugi::xml_document tree_;
  pugi::xml_node root_;
  bool credit_ = false;
  std::string seller_vat_;
  std::string buyer_vat_;
  std::map<std::pair<std::string, std::string>, Decimal> net_;  // by category and rate
  Decimal lines_;
  Decimal allowances_;
  Decimal charges_;
  std::vector<std::string> broken_;
};

/// The names of the rules that the file breaks, "" where it keeps them all.
inline std::string broken_rules(const std::string& xml) {
  return En16931(xml).broken();
}

}  // namespace reckoner::documents
