#include "documents/mail_template.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/embedded.hpp"
#include "base/error.hpp"
#include "documents/invoice_text.hpp"
#include "documents/outline.hpp"
#include "documents/template_values.hpp"

namespace reckoner::documents {

namespace shipped {
std::span<const EmbeddedFile> embedded_files();
}

namespace {

using kainjow::mustache::data;

std::vector<TemplateField> invoice_fields() {
  using enum FieldKind;
  const std::vector<TemplateField> line = {
      {"description", kText, "what is charged", {}},
      {"quantity", kText, "how much", {}},
      {"unit", kText, "of what", {}},
      {"line_first_day", kText, "first day the line covers", {}},
      {"line_last_day", kText, "last day it covers", {}},
      {"amount", kText, "what it costs", {}},
      {"rate", kOptional, "\"tax 7 %\" or \"no tax\", where not all lines have the same", {}},
  };
  const std::vector<TemplateField> draw = {
      {"title", kText, "its title", {}},
      {"given_back", kFlag, "an earlier document took it, and this one gives it back", {}},
      {"amount", kText, "what it changes; with a minus sign unless it is given back", {}},
  };
  const std::vector<TemplateField> tax = {
      {"country", kOptional, "country whose tax it is, two letters", {}},
      {"percent", kText, "rate of the tax", {}},
      {"base", kText, "amount that is taxed, without the tax", {}},
      {"tax", kText, "the tax on it", {}},
      {"note", kOptional, "a remark such as \"Reverse charge\"", {}},
  };
  const std::vector<TemplateField> period = {
      {"period", kText, "\"October 2026\" or \"Adjustment to October 2026\"", {}},
      {"label", kText, "\"2026-10\"", {}},
      {"adjustment", kFlag, "the period was billed before, and this is what changed since", {}},
      {"first_day", kText, "first day any line covers", {}},
      {"last_day", kText, "last day any line covers", {}},
      {"lines", kList, "the lines of the period", line},
  };
  const std::vector<TemplateField> payment = {
      {"received_on", kText, "the day it was received", {}},
      {"reference", kText, "the payer's or the bank's reference", {}},
      {"note", kOptional, "a remark", {}},
      {"amount", kText, "how much was paid", {}},
  };
  return with_issuer({
      {"title", kText, "\"Invoice\", \"Credit note\" or \"Interim invoice\"", {}},
      {"interim", kFlag, "computed on demand: not a bill", {}},
      {"credit_note", kFlag, "a credit note", {}},
      {"number", kOptional, "legal number; missing while interim", {}},
      {"customer", kText, "name of the customer, or its key when it has none", {}},
      {"customer_key", kText, "key of the customer", {}},
      {"issued_on", kOptional, "day of issue", {}},
      {"due_on", kOptional, "day the amount is due", {}},
      {"currency", kText, "code of the currency of every amount", {}},
      {"corrects", kOptional, "number of the document that a credit note corrects", {}},
      {"reason", kOptional, "why it does", {}},
      {"periods", kList, "the periods in the order of the document", period},
      {"brought_forward", kText, "balance before this document", {}},
      {"subtotal", kOptional, "sum of the lines, where coupons or taxes follow it", {}},
      {"coupons", kList, "coupons, before tax", draw},
      {"taxes", kList, "taxes that are added to the prices", tax},
      {"total", kText, "what this document asks for: the lines less coupons, with taxes", {}},
      {"included_taxes", kList, "taxes that the prices contain already", tax},
      {"credits", kList, "prepaid credits that pay a part of the total", draw},
      {"payments_total", kText, "sum of the payments", {}},
      {"carried_forward", kText, "balance after it; a credit has a minus sign", {}},
      {"amount_due", kFlag, "carried_forward is above zero", {}},
      {"credit", kFlag, "carried_forward is below zero", {}},
      {"payment_link", kOptional, "where the document is paid", {}},
      {"payments", kList, "payments first shown on this document", payment},
      {"document_text",
       kText,
       "the whole document as plain text, as the command line prints it",
       {}},
  });
}

std::vector<TemplateField> admin_report_fields() {
  using enum FieldKind;
  const std::vector<TemplateField> customer = {
      {"customer_key", kText, "key of the customer", {}},
      {"plan", kText, "plan of the customer", {}},
      {"currency", kText, "code of the currency of both amounts", {}},
      {"balance", kText, "what the customer owes", {}},
      {"limit", kText, "the credit limit of the plan", {}},
  };
  const std::vector<TemplateField> unbilled = {
      {"customer_key", kText, "key of the customer", {}},
      {"reason", kText, "why", {}},
  };
  return with_issuer({
      {"run", kText, "number of the run", {}},
      {"date", kText, "day of the report", {}},
      {"count", kText, "number of customers over their credit limit", {}},
      {"any_over_limit", kFlag, "there are some", {}},
      {"customers", kList, "the customers over their credit limit", customer},
      {"parked_count", kText, "number of customers that the run could not bill", {}},
      {"any_parked", kFlag, "there are some", {}},
      {"parked", kList, "the customers that the run could not bill", unbilled},
      {"held_count", kText, "number of customers whose documents wait for approval", {}},
      {"any_held", kFlag, "there are some", {}},
      {"held", kList, "the customers whose documents wait for approval", unbilled},
  });
}

data line_values(const domain::DocumentLine& document_line, bool several_rates) {
  const domain::StatementLine& line = document_line.line;
  data values;
  values.set("description", line.description);
  values.set("quantity", line.quantity.to_string());
  values.set("unit", line.unit);
  values.set("line_first_day", long_date(line.starts_on));
  values.set("line_last_day", long_date(last_day(line)));
  values.set("amount", line.amount.to_string());
  if (several_rates) values.set("rate", rate_title(document_line));
  return values;
}

data draw_values(const std::vector<domain::CreditDraw>& draws) {
  data list(data::type::list);
  for (const domain::CreditDraw& draw : draws) {
    data values;
    values.set("title", draw.title);
    values.set("given_back", draw.amount.sign() < 0);
    values.set("amount", (-draw.amount).to_string());
    list << values;
  }
  return list;
}

data tax_values(const std::vector<domain::TaxTotal>& taxes, bool included) {
  data list(data::type::list);
  for (const domain::TaxTotal& tax : taxes) {
    if (tax.included != included) continue;
    data values;
    set_optional(values, "country", tax.country);
    values.set("percent", tax.percent.to_string());
    values.set("base", tax.base.to_string());
    values.set("tax", tax.tax.to_string());
    set_optional(values, "note", tax.note);
    list << values;
  }
  return list;
}

data period_values(const PeriodGroup& group, bool several_rates) {
  data lines(data::type::list);
  for (const domain::DocumentLine* line : group.lines) {
    lines << line_values(*line, several_rates);
  }
  data values;
  values.set("period", group.title);
  values.set("label", group.label);
  values.set("adjustment", group.adjustment);
  values.set("first_day", long_date(group.first_day));
  values.set("last_day", long_date(group.last_day));
  values.set("lines", lines);
  return values;
}

data payment_values(const domain::Payment& payment) {
  data values;
  values.set("received_on", long_date(payment.received_on));
  values.set("reference", payment.reference);
  set_optional(values, "note", payment.note);
  values.set("amount", payment.amount.to_string());
  return values;
}

data invoice_values(const domain::Document& document, const Issuer& issuer) {
  const bool several_rates = has_several_rates(document);
  data periods(data::type::list);
  for (const PeriodGroup& group : group_by_period(document)) {
    periods << period_values(group, several_rates);
  }
  data payments(data::type::list);
  for (const domain::Payment& payment : document.payments) payments << payment_values(payment);
  data values;
  values.set("title", document_title(document));
  values.set("interim", is_interim(document));
  values.set("credit_note", document.kind == domain::DocumentKind::kCreditNote);
  set_optional(values, "number", document.number);
  values.set("customer",
             document.customer_name.empty() ? document.customer_key : document.customer_name);
  values.set("customer_key", document.customer_key);
  set_date(values, "issued_on", document.issued_on);
  set_date(values, "due_on", document.due_on);
  values.set("currency", std::string(document.currency.code()));
  set_optional(values, "corrects", document.corrects_number);
  set_optional(values, "reason", document.reason);
  values.set("periods", periods);
  values.set("brought_forward", document.brought_forward.to_string());
  if (has_subtotal(document)) values.set("subtotal", document.subtotal.to_string());
  values.set("coupons", draw_values(document.coupons));
  values.set("taxes", tax_values(document.taxes, false));
  values.set("total", document.total.to_string());
  values.set("included_taxes", tax_values(document.taxes, true));
  values.set("credits", draw_values(document.credits));
  values.set("payments_total", document.payments_total.to_string());
  values.set("carried_forward", document.carried_forward.to_string());
  values.set("amount_due", document.carried_forward.sign() > 0);
  values.set("credit", document.carried_forward.sign() < 0);
  values.set("payments", payments);
  values.set("document_text", to_text(document, issuer));
  set_issuer(values, issuer);
  return values;
}

data unbilled_values(const std::vector<UnbilledCustomer>& unbilled) {
  data customers(data::type::list);
  for (const UnbilledCustomer& customer : unbilled) {
    data values;
    values.set("customer_key", customer.customer_key);
    values.set("reason", customer.reason);
    customers << values;
  }
  return customers;
}

data admin_report_values(const AdminReport& report, const Issuer& issuer) {
  data customers(data::type::list);
  for (const CreditLimitExcess& excess : report.customers) {
    data values;
    values.set("customer_key", excess.customer_key);
    values.set("plan", excess.plan);
    values.set("currency", std::string(excess.balance.currency().code()));
    values.set("balance", excess.balance.to_string());
    values.set("limit", excess.limit.to_string());
    customers << values;
  }
  data values;
  values.set("date", long_date(report.date));
  values.set("count", std::to_string(report.customers.size()));
  values.set("customers", customers);
  values.set("any_over_limit", !report.customers.empty());
  values.set("run", report.run);
  values.set("parked_count", std::to_string(report.parked.size()));
  values.set("any_parked", !report.parked.empty());
  values.set("parked", unbilled_values(report.parked));
  values.set("held_count", std::to_string(report.held.size()));
  values.set("any_held", !report.held.empty());
  values.set("held", unbilled_values(report.held));
  set_issuer(values, issuer);
  return values;
}

std::vector<TemplateField> alert_fields() {
  using enum FieldKind;
  return with_issuer({
      {"customer", kText, "name of the customer, or its key when it has none", {}},
      {"customer_key", kText, "key of the customer", {}},
      {"cost_centre",
       kOptional,
       "title of the cost centre whose budget it is, which the two above are then, too; missing "
       "where it is the customer's",
       {}},
      {"month", kText, "\"2026-10\"", {}},
      {"charge", kOptional, "title of the charge; missing where the budget is for all", {}},
      {"forecast", kFlag, "spent is what the month is forecast to cost at its end", {}},
      {"currency", kText, "code of the currency of every amount", {}},
      {"spent", kText, "what the month costs, before coupons and taxes", {}},
      {"limit", kText, "what the threshold means in money", {}},
      {"percent", kOptional, "of the budget; missing where the threshold is an amount", {}},
      {"budget", kText, "the budget of the month", {}},
      {"told_on", kText, "day on which the threshold was found reached (UTC)", {}},
  });
}

data alert_values(const BudgetAlert& alert, const Issuer& issuer) {
  data values;
  values.set("customer", alert.customer);
  values.set("customer_key", alert.customer_key);
  set_optional(values, "cost_centre", alert.cost_centre);
  values.set("month", alert.month);
  set_optional(values, "charge", alert.charge);
  values.set("forecast", alert.is_forecast);
  values.set("currency", std::string(alert.budget.currency().code()));
  values.set("spent", alert.spent.to_string());
  values.set("limit", alert.limit.to_string());
  set_optional(values, "percent", alert.percent);
  values.set("budget", alert.budget.to_string());
  values.set("told_on", long_date(alert.told_on));
  set_issuer(values, issuer);
  return values;
}

}  // namespace

const std::vector<TemplateField>& template_fields(TemplateKind kind) {
  static const std::vector<TemplateField> invoice = invoice_fields();
  static const std::vector<TemplateField> admin_report = admin_report_fields();
  static const std::vector<TemplateField> alert = alert_fields();
  static const std::vector<TemplateField> dunning = dunning_fields();
  static const std::vector<TemplateField> dispute = dispute_fields();
  switch (kind) {
    case TemplateKind::kInvoice:
      return invoice;
    case TemplateKind::kAdminReport:
      return admin_report;
    case TemplateKind::kAlert:
      return alert;
    case TemplateKind::kDunning:
      return dunning;
    case TemplateKind::kDispute:
      return dispute;
  }
  throw Bug("no such kind of template");
}

MailText render(std::string_view template_text, const domain::Document& document,
                const Issuer& issuer, const std::string& payment_link) {
  data values = invoice_values(document, issuer);
  set_optional(values, "payment_link", payment_link);
  return render_parts(template_text, std::move(values));
}

MailText render(std::string_view template_text, const AdminReport& report, const Issuer& issuer) {
  return render_parts(template_text, admin_report_values(report, issuer));
}

MailText render(std::string_view template_text, const BudgetAlert& alert, const Issuer& issuer) {
  return render_parts(template_text, alert_values(alert, issuer));
}

std::string_view shipped_template(std::string_view member) {
  for (const EmbeddedFile& file : shipped::embedded_files()) {
    if (member == fmt::format("mail/{}", file.name)) return file.content;
  }
  return {};
}

}  // namespace reckoner::documents
