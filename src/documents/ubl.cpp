#include "documents/ubl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "documents/outline.hpp"
#include "documents/vat_breakdown.hpp"
#include "documents/xml_writer.hpp"

namespace reckoner::documents {

namespace {

constexpr std::string_view kCac =
    "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2";
constexpr std::string_view kCbc =
    "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2";
constexpr int kDigitsMax = 2;  // BR-DEC-*

/// UN/ECE Recommendation 20; what has no code there is counted: C62.
constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kUnits{{
    {"day", "DAY"},
    {"days", "DAY"},
    {"h", "HUR"},
    {"hour", "HUR"},
    {"hours", "HUR"},
    {"minute", "MIN"},
    {"minutes", "MIN"},
    {"month", "MON"},
    {"months", "MON"},
    {"byte", "AD"},
    {"KB", "2P"},
    {"MB", "4L"},
    {"GB", "E34"},
    {"TB", "E35"},
    {"kWh", "KWH"},
    {"percent", "P1"},
}};

std::string_view unit_code(std::string_view unit) {
  const auto known = std::find_if(kUnits.begin(), kUnits.end(),
                                  [&](const auto& each) { return each.first == unit; });
  return known == kUnits.end() ? "C62" : known->second;
}

/// VATEX codes of reasons (CEF list); none for exemptions by other laws.
std::string_view reason_code(VatCategory category) {
  if (category == VatCategory::kReverseCharge) return "VATEX-EU-AE";
  return category == VatCategory::kOutOfScope ? "VATEX-EU-O" : "";
}

/// The id itself of one as printed ("VAT DE123456789"), with the country where it does not begin
/// with one (BR-CO-9).
std::string vat_id(const std::string& printed, const std::string& country) {
  const std::size_t blank = printed.rfind(' ');
  std::string id = blank == std::string::npos ? printed : printed.substr(blank + 1);
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  const bool named = id.size() > 2 && is_capital(id[0]) && is_capital(id[1]);
  return id.empty() || named ? id : country + id;
}

class UblWriter {
 public:
  explicit UblWriter(const Printed& printed)
      : printed_(printed),
        document_(printed.document),
        is_credit_(document_.kind == domain::DocumentKind::kCreditNote),
        vat_(vat_breakdown(document_)) {}

  std::string write() {
    check();
    const std::string_view kind = is_credit_ ? "CreditNote" : "Invoice";
    xml_.begin(kind,
               {{"xmlns", fmt::format("urn:oasis:names:specification:ubl:schema:xsd:{}-2", kind)},
                {"xmlns:cac", kCac},
                {"xmlns:cbc", kCbc}});
    write_head();
    write_seller();
    write_buyer();
    write_payment();
    for (const VatAllowance& allowance : vat_.allowances) write_allowance(allowance);
    write_tax();
    write_totals();
    for (std::size_t i = 0; i < document_.lines.size(); ++i) write_line(i);
    xml_.end();
    return xml_.finish();
  }

 private:
  bool has(VatCategory category) const {
    return std::any_of(vat_.groups.begin(), vat_.groups.end(),
                       [&](const VatGroup& group) { return group.key.category == category; });
  }

  void check() const {
    if (is_interim(document_)) throw Error("an interim invoice is no electronic invoice");
    if (document_.kind == domain::DocumentKind::kShowback) {
      throw Error("a showback document is no electronic invoice");
    }
    if (document_.currency.minor_digits() > kDigitsMax) {
      throw Error(fmt::format("electronic invoices have amounts of two digits, {} has {}",
                              document_.currency.code(), document_.currency.minor_digits()));
    }
    const auto require = [](bool there, std::string_view what) {
      if (!there) throw Error(fmt::format("an electronic invoice needs {}", what));
    };
    require(!printed_.issuer.name.empty(), "the name of the legal entity");
    require(!printed_.details.country.empty(), "the country of the legal entity");
    require(!printed_.recipient.postal_country().empty(),
            fmt::format("the country of customer '{}'", document_.customer_key));
    if (!has(VatCategory::kOutOfScope)) {
      require(!printed_.issuer.tax_id.empty(), "the tax id of the legal entity");
    }
    if (has(VatCategory::kReverseCharge)) {
      require(!printed_.recipient.tax_id.empty(),
              fmt::format("the tax id of customer '{}'", document_.customer_key));
    }
  }

  void amount(std::string_view name, const money::Money& value) {
    xml_.leaf(name, value.to_string(), {{"currencyID", document_.currency.code()}});
  }

  void write_head() {
    xml_.leaf("cbc:CustomizationID", "urn:cen.eu:en16931:2017");  // BT-24
    xml_.leaf("cbc:ID", document_.number);                        // BT-1
    xml_.leaf("cbc:IssueDate", time::to_string(*document_.issued_on));
    if (!is_credit_) {
      if (document_.due_on) xml_.leaf("cbc:DueDate", time::to_string(*document_.due_on));
      xml_.leaf("cbc:InvoiceTypeCode", "380");
    } else {
      xml_.leaf("cbc:CreditNoteTypeCode", "381");
    }
    xml_.optional_leaf("cbc:Note", document_.reason);
    xml_.leaf("cbc:DocumentCurrencyCode", document_.currency.code());
    const domain::BillingDetails& billing = printed_.recipient.billing;
    xml_.optional_leaf("cbc:BuyerReference", billing.buyer_reference);  // BT-10
    write_period();
    if (!billing.purchase_order.empty()) {  // BT-13
      xml_.begin("cac:OrderReference").leaf("cbc:ID", billing.purchase_order).end();
    }
    if (!document_.corrects_number.empty()) {
      xml_.begin("cac:BillingReference").begin("cac:InvoiceDocumentReference");
      xml_.leaf("cbc:ID", document_.corrects_number).end().end();
    }
  }

  /// From the first day that any line covers to the last.
  void write_period() {
    time::Date first = document_.lines.front().line.starts_on;
    time::Date last = last_day(document_.lines.front().line);
    for (const domain::DocumentLine& line : document_.lines) {
      first = std::min(first, line.line.starts_on);
      last = std::max(last, last_day(line.line));
    }
    days(first, last);
  }

  void days(time::Date first, time::Date last) {
    xml_.begin("cac:InvoicePeriod").leaf("cbc:StartDate", time::to_string(first));
    xml_.leaf("cbc:EndDate", time::to_string(std::max(first, last))).end();
  }

  void write_address(const std::vector<std::string>& lines, const domain::PostalAddress& place,
                     const std::string& country) {
    xml_.begin("cac:PostalAddress");
    if (!lines.empty()) xml_.leaf("cbc:StreetName", lines[0]);
    if (lines.size() > 1) xml_.leaf("cbc:AdditionalStreetName", lines[1]);
    xml_.optional_leaf("cbc:CityName", place.city);
    xml_.optional_leaf("cbc:PostalZone", place.postal_code);
    xml_.optional_leaf("cbc:CountrySubentity", place.subdivision);
    if (lines.size() > 2) {
      const std::string rest = fmt::format("{}", fmt::join(lines.begin() + 2, lines.end(), ", "));
      xml_.begin("cac:AddressLine").leaf("cbc:Line", rest).end();
    }
    xml_.begin("cac:Country").leaf("cbc:IdentificationCode", country).end();
    xml_.end();
  }

  /// Where nothing is subject to VAT, ids of VAT must not stand there (BR-O-2).
  void write_tax_id(const std::string& id) {
    if (id.empty() || has(VatCategory::kOutOfScope)) return;
    xml_.begin("cac:PartyTaxScheme").leaf("cbc:CompanyID", id);
    xml_.begin("cac:TaxScheme").leaf("cbc:ID", "VAT").end().end();
  }

  void write_seller() {
    const Issuer& issuer = printed_.issuer;
    const IssuerDetails& details = printed_.details;
    xml_.begin("cac:AccountingSupplierParty").begin("cac:Party");
    xml_.begin("cac:PartyIdentification");
    xml_.leaf("cbc:ID", domain::shown_entity(document_.legal_entity)).end();
    write_address(issuer.address, {}, details.country);
    write_tax_id(vat_id(issuer.tax_id, details.country));
    xml_.begin("cac:PartyLegalEntity").leaf("cbc:RegistrationName", issuer.name).end();
    if (!issuer.email.empty()) {
      xml_.begin("cac:Contact").leaf("cbc:ElectronicMail", issuer.email).end();
    }
    xml_.end().end();
  }

  void write_buyer() {
    const Recipient& recipient = printed_.recipient;
    const std::string& name = document_.customer_name;
    xml_.begin("cac:AccountingCustomerParty").begin("cac:Party");
    xml_.begin("cac:PartyIdentification").leaf("cbc:ID", document_.customer_key).end();
    const domain::PostalAddress& address = recipient.billing.address;
    write_address(address.street, address, recipient.postal_country());  // BG-8
    write_tax_id(vat_id(recipient.tax_id, recipient.country));
    xml_.begin("cac:PartyLegalEntity");
    xml_.leaf("cbc:RegistrationName", name.empty() ? document_.customer_key : name).end();
    if (!document_.email.empty()) {
      xml_.begin("cac:Contact").leaf("cbc:ElectronicMail", document_.email).end();
    }
    xml_.end().end();
  }

  void write_payment() {
    const Issuer& issuer = printed_.issuer;
    const IssuerDetails& details = printed_.details;
    if (!is_credit_ && !details.iban.empty()) {
      const bool sepa = document_.currency.code() == "EUR";
      xml_.begin("cac:PaymentMeans").leaf("cbc:PaymentMeansCode", sepa ? "58" : "30");
      xml_.leaf("cbc:PaymentID", document_.number);
      xml_.begin("cac:PayeeFinancialAccount").leaf("cbc:ID", details.iban);
      xml_.leaf("cbc:Name", issuer.name);
      if (!details.bic.empty()) {
        xml_.begin("cac:FinancialInstitutionBranch").leaf("cbc:ID", details.bic).end();
      }
      xml_.end().end();
    }
    const std::string_view terms =
        is_credit_ ? "Credited to the customer's account." : "Payable by the due date.";
    xml_.begin("cac:PaymentTerms").leaf("cbc:Note", terms).end();
  }

  void write_category(std::string_view element, const VatKey& key, const std::string& reason) {
    xml_.begin(element).leaf("cbc:ID", code(key.category));
    if (key.category != VatCategory::kOutOfScope) {
      xml_.leaf("cbc:Percent", key.percent.to_string());
    }
    if (!reason.empty()) {
      xml_.optional_leaf("cbc:TaxExemptionReasonCode", reason_code(key.category));
      xml_.leaf("cbc:TaxExemptionReason", reason);
    }
    xml_.begin("cac:TaxScheme").leaf("cbc:ID", "VAT").end().end();
  }

  void write_allowance(const VatAllowance& allowance) {
    const bool charge = allowance.amount.sign() < 0;
    xml_.begin("cac:AllowanceCharge").leaf("cbc:ChargeIndicator", charge ? "true" : "false");
    xml_.leaf("cbc:AllowanceChargeReason", allowance.reason);
    amount("cbc:Amount", charge ? -allowance.amount : allowance.amount);
    write_category("cac:TaxCategory", allowance.key, "");
    xml_.end();
  }

  void write_tax() {
    xml_.begin("cac:TaxTotal");
    amount("cbc:TaxAmount", vat_.tax);
    for (const VatGroup& group : vat_.groups) {
      xml_.begin("cac:TaxSubtotal");
      amount("cbc:TaxableAmount", group.base);
      amount("cbc:TaxAmount", group.tax);
      const VatCategory category = group.key.category;
      const bool says_why = category == VatCategory::kExempt ||
                            category == VatCategory::kReverseCharge ||
                            category == VatCategory::kOutOfScope;
      write_category("cac:TaxCategory", group.key,
                     !says_why              ? ""
                     : group.reason.empty() ? "Not taxed"
                                            : group.reason);
      xml_.end();
    }
    xml_.end();
  }

  void write_totals() {
    xml_.begin("cac:LegalMonetaryTotal");
    amount("cbc:LineExtensionAmount", vat_.lines);
    amount("cbc:TaxExclusiveAmount", vat_.base);
    amount("cbc:TaxInclusiveAmount", vat_.total);
    if (!vat_.allowance.is_zero()) amount("cbc:AllowanceTotalAmount", vat_.allowance);
    if (!vat_.charge.is_zero()) amount("cbc:ChargeTotalAmount", vat_.charge);
    if (!vat_.paid.is_zero()) amount("cbc:PrepaidAmount", vat_.paid);
    amount("cbc:PayableAmount", vat_.due);
    xml_.end();
  }

  /// Prices are never below zero (BR-27), so a quantity has the sign of its amount; a price is of
  /// the whole quantity, so that quantity × price is the amount to the cent.
  void write_line(std::size_t index) {
    const domain::StatementLine& line = document_.lines[index].line;
    const money::Money& net = vat_.net_lines[index];
    const money::Decimal units = line.quantity.is_zero() ? money::Decimal(1) : line.quantity.abs();
    const std::string_view unit = unit_code(line.unit);
    xml_.begin(is_credit_ ? "cac:CreditNoteLine" : "cac:InvoiceLine");
    xml_.leaf("cbc:ID", std::to_string(index + 1));
    xml_.leaf(is_credit_ ? "cbc:CreditedQuantity" : "cbc:InvoicedQuantity",
              (net.sign() < 0 ? -units : units).to_string(), {{"unitCode", unit}});
    amount("cbc:LineExtensionAmount", net);
    days(line.starts_on, last_day(line));
    xml_.begin("cac:Item");
    const std::string measured = fmt::format("{} {}", line.quantity.to_string(), line.unit);
    if (unit == "C62") xml_.leaf("cbc:Description", measured);
    xml_.leaf("cbc:Name", line.description.empty() ? line.charge : line.description);
    xml_.begin("cac:SellersItemIdentification").leaf("cbc:ID", line.charge).end();
    write_category("cac:ClassifiedTaxCategory", vat_.key_of_lines[index], "");
    xml_.end();
    xml_.begin("cac:Price");
    amount("cbc:PriceAmount", net.sign() < 0 ? -net : net);
    xml_.leaf("cbc:BaseQuantity", units.to_string(), {{"unitCode", unit}});
    xml_.end().end();
  }

  const Printed& printed_;
  const domain::Document& document_;
  const bool is_credit_;
  const VatBreakdown vat_;
  XmlWriter xml_;
};

}  // namespace

std::string to_ubl(const Printed& printed) {
  return UblWriter(printed).write();
}

}  // namespace reckoner::documents
