#include "handlers/coupon_handler.hpp"

#include "handlers/credit_facts.hpp"

namespace reckoner::handlers {

namespace {

class CouponHandler : public engine::DocumentHandler {
 public:
  void handle(engine::DocumentContext& context) const override {
    apply_credits_to(
        context, domain::CreditKind::kCoupon,
        [](const engine::DocumentWork&, std::vector<invoicing::CreditLine>&) {},
        [](engine::DocumentWork& work, invoicing::CreditsApplied&& applied) {
          work.document.coupons = std::move(applied.draws);
          work.after_coupons = std::move(applied.rest);
        });
  }
};

}  // namespace

engine::HandlerSpec coupon_spec() {
  return {
      .class_name = "CouponHandler",
      .summary =
          "Draws coupons with an amount or a number of documents left; a correction first gives "
          "back what was drawn. They lower what is taxed.",
      .parameters = {},
      .needs = {engine::Fact::kDocuments},
      .leaves = {},
      .uses_up = {},
      .create = [](const engine::HandlerSettings&) { return std::make_unique<CouponHandler>(); }};
}

}  // namespace reckoner::handlers
