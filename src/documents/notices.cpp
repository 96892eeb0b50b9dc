#include "documents/outline.hpp"
#include "documents/template_values.hpp"

namespace reckoner::documents {

using kainjow::mustache::data;

std::vector<TemplateField> dunning_fields() {
  using enum FieldKind;
  return with_issuer({
      {"customer", kText, "name of the customer, or its key when it has none", {}},
      {"customer_key", kText, "key of the customer", {}},
      {"step", kText, "name of the step of dunning", {}},
      {"number", kText, "number of the document that is overdue", {}},
      {"issued_on", kText, "day on which it was issued", {}},
      {"due_on", kText, "day on which it was due", {}},
      {"days_overdue", kText, "days since then", {}},
      {"taken_on", kText, "day of the step", {}},
      {"currency", kText, "code of the currency of every amount", {}},
      {"total", kText, "what the document asked for", {}},
      {"overdue", kText, "what is to be paid of it", {}},
      {"disputed", kOptional, "what is disputed, and need not be paid meanwhile", {}},
      {"fee", kOptional, "what this step costs; the next invoice carries it", {}},
      {"payment_link", kOptional, "where to pay it", {}},
  });
}

MailText render(std::string_view template_text, const DunningNotice& notice, const Issuer& issuer) {
  data values;
  values.set("customer", notice.customer);
  values.set("customer_key", notice.customer_key);
  values.set("step", notice.step);
  values.set("number", notice.number);
  values.set("issued_on", long_date(notice.issued_on));
  values.set("due_on", long_date(notice.due_on));
  values.set("days_overdue", std::to_string(notice.days_overdue));
  values.set("taken_on", long_date(notice.taken_on));
  values.set("currency", std::string(notice.overdue.currency().code()));
  values.set("total", notice.total.to_string());
  values.set("overdue", notice.overdue.to_string());
  if (!notice.disputed.is_zero()) values.set("disputed", notice.disputed.to_string());
  if (notice.fee) values.set("fee", notice.fee->to_string());
  set_optional(values, "payment_link", notice.payment_link);
  set_issuer(values, issuer);
  return render_parts(template_text, std::move(values));
}

std::vector<TemplateField> dispute_fields() {
  using enum FieldKind;
  return with_issuer({
      {"customer", kText, "name of the customer, or its key when it has none", {}},
      {"customer_key", kText, "key of the customer", {}},
      {"dispute", kText, "number of the dispute", {}},
      {"opened", kFlag, "it waits for an answer", {}},
      {"credited", kFlag, "the customer was right", {}},
      {"refused", kFlag, "the document stands as it is", {}},
      {"withdrawn", kFlag, "the customer took it back", {}},
      {"number", kText, "number of the document", {}},
      {"line",
       kOptional,
       "what the disputed line charges; missing where it is the whole document",
       {}},
      {"currency", kText, "code of the currency of the amount", {}},
      {"amount", kText, "what is disputed", {}},
      {"message", kText, "what the customer wrote", {}},
      {"reason", kOptional, "why it was settled so", {}},
      {"credit_note", kOptional, "number of the credit note that settled it", {}},
  });
}

MailText render(std::string_view template_text, const DisputeNotice& notice, const Issuer& issuer) {
  data values;
  values.set("customer", notice.customer);
  values.set("customer_key", notice.customer_key);
  values.set("dispute", notice.dispute);
  values.set("opened", notice.state == "open");
  values.set("credited", notice.state == "credited");
  values.set("refused", notice.state == "refused");
  values.set("withdrawn", notice.state == "withdrawn");
  values.set("number", notice.number);
  set_optional(values, "line", notice.line);
  values.set("currency", std::string(notice.amount.currency().code()));
  values.set("amount", notice.amount.to_string());
  values.set("message", notice.message);
  set_optional(values, "reason", notice.reason);
  set_optional(values, "credit_note", notice.credit_note);
  set_issuer(values, issuer);
  return render_parts(template_text, std::move(values));
}

}  // namespace reckoner::documents
