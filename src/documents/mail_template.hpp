#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "documents/issuer.hpp"
#include "domain/document.hpp"

namespace reckoner::documents {

/// What a template is for, and so which fields it may name.
enum class TemplateKind {
  kInvoice,      ///< config/mail/invoice.mustache: a mail to the customer
  kAdminReport,  ///< config/mail/admin-report.mustache: what the operator must know of a run
  kAlert,        ///< mail/alert.mustache, or as shipped: a threshold of a budget was reached
  kDunning,      ///< named by a step of dunning: a document is overdue
  kDispute,      ///< mail/dispute.mustache, or as shipped: what has become of a dispute
};

enum class FieldKind {
  kText,      ///< always there: {{name}}
  kOptional,  ///< a text that may be missing: {{#name}}… {{name}} …{{/name}}
  kFlag,      ///< yes or no: {{#name}}…{{/name}} or {{^name}}…{{/name}}
  kList,      ///< repeated: {{#name}}…{{/name}}, with fields of its own inside
};

/// A name that a template may use.
struct TemplateField {
  std::string_view name;
  FieldKind kind = FieldKind::kText;
  std::string_view help;
  std::vector<TemplateField> members;  ///< of a list
};

/// All fields of a kind of template, in the order of docs/mail-templates.md.
const std::vector<TemplateField>& template_fields(TemplateKind kind);

/// What a rendered template gives.
struct MailText {
  std::string subject;  ///< one line
  std::string text;
  std::string html;
};

/// A customer who owes more than the plan's credit limit allows.
struct CreditLimitExcess {
  std::string customer_key;
  std::string plan;
  money::Money balance;
  money::Money limit;
};

/// A customer whom a run has not billed.
struct UnbilledCustomer {
  std::string customer_key;
  std::string reason;
};

/// What the operator must know of a run.
struct AdminReport {
  time::Date date;
  std::vector<CreditLimitExcess> customers;
  std::string run;  ///< its number
  std::vector<UnbilledCustomer> parked;
  std::vector<UnbilledCustomer> held;  ///< until somebody approves
};

/// A threshold of a budget that a month reached; all amounts of one currency. Of a cost centre the
/// first two are its title and name.
struct BudgetAlert {
  std::string customer;  ///< its name, or its key where it has none
  std::string customer_key;
  std::string cost_centre = {};  ///< its title; empty: the budget is a customer's
  std::string month;             ///< "2026-10"
  std::string charge;            ///< its title; empty: all charges
  bool is_forecast = false;      ///< `spent` is forecast for the end of the month
  money::Money spent;
  money::Money limit;   ///< what the threshold means
  std::string percent;  ///< what it was set as; empty: an amount
  money::Money budget;
  time::Date told_on;
};

/// A step of dunning that was taken on a document; all amounts of its currency.
struct DunningNotice {
  std::string customer;  ///< its name, or its key where it has none
  std::string customer_key;
  std::string step;
  std::string number;  ///< of the document
  time::Date issued_on{};
  time::Date due_on{};
  time::Date taken_on{};
  std::int64_t days_overdue = 0;
  money::Money total;
  money::Money overdue;   ///< what is to be paid
  money::Money disputed;  ///< what need not be, while the dispute is open
  std::optional<money::Money> fee = std::nullopt;
  std::string payment_link = {};  ///< empty: none
};

/// A dispute as it stands.
struct DisputeNotice {
  std::string customer;
  std::string customer_key;
  std::string dispute;  ///< its number
  std::string state;    ///< "open", "credited", "refused", "withdrawn"
  std::string number;   ///< of the document
  std::string line;     ///< description of the line; empty: the whole document
  money::Money amount;
  std::string message;
  std::string reason;       ///< why it was settled so
  std::string credit_note;  ///< number of the one that settled it
};

/// The template of a mail that comes with the program, for configurations that have none of that
/// name ("mail/alert.mustache"); empty where none does.
std::string_view shipped_template(std::string_view member);

/// Reads a template as it is loaded and throws Error with name and line for whatever would go wrong
/// later: a part
/// (`--- subject`, `--- text`, `--- html`) that is missing, unknown or there twice, a tag that is
/// not closed, a section without its end, an unknown field (naming the nearest), a field used as
/// another kind than it is, and the tags that are not allowed here: partials, other delimiters,
/// unescaped values.
///   mail/invoice.mustache:12: unknown field 'costumer'; did you mean 'customer'?
void check_template(TemplateKind kind, std::string_view name, std::string_view text);

/// Renders a template that check_template has passed. Values are HTML-escaped in the html part
/// only. The same input gives the same bytes; threads may render at the same time. `payment_link`
/// is where the document is paid; empty: nowhere.
MailText render(std::string_view template_text, const domain::Document& document,
                const Issuer& issuer, const std::string& payment_link = "");
MailText render(std::string_view template_text, const AdminReport& report, const Issuer& issuer);
MailText render(std::string_view template_text, const BudgetAlert& alert, const Issuer& issuer);
MailText render(std::string_view template_text, const DunningNotice& notice, const Issuer& issuer);
MailText render(std::string_view template_text, const DisputeNotice& notice, const Issuer& issuer);

}  // namespace reckoner::documents
