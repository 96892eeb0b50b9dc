#include "handlers/credit_handler.hpp"

#include "handlers/credit_facts.hpp"
#include "handlers/refund_credit.hpp"

namespace reckoner::handlers {

namespace {

/// After coupons, with the tax on top.
void see_what_is_due(const engine::DocumentWork& work, std::vector<invoicing::CreditLine>& lines) {
  if (!work.taxable.empty()) {
    lines = invoicing::lines_due(lines, work.taxable, work.tax);
    return;
  }
  for (std::size_t i = 0; i < work.after_coupons.size(); ++i) {
    lines[i].amount = work.after_coupons[i];
  }
}

class CreditHandler : public engine::DocumentHandler {
 public:
  void handle(engine::DocumentContext& context) const override {
    apply_credits_to(context, domain::CreditKind::kPrepaid, see_what_is_due,
                     [](engine::DocumentWork& work, invoicing::CreditsApplied&& applied) {
                       work.document.credits = std::move(applied.draws);
                     });
    grant_refunds_as_credit(context);
  }
};

}  // namespace

engine::HandlerSpec credit_spec() {
  return {
      .class_name = "CreditHandler",
      .summary =
          "Draws prepaid credits on what the document comes to, tax included; a correction first "
          "gives back what was drawn. What charges with on-cancel or on-change = credit give back "
          "in "
          "the end becomes a new prepaid credit.",
      .parameters = {},
      .needs = {engine::Fact::kDocuments},
      .leaves = {},
      .uses_up = {},
      .create = [](const engine::HandlerSettings&) { return std::make_unique<CreditHandler>(); }};
}

}  // namespace reckoner::handlers
