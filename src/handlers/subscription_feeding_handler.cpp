#include "handlers/subscription_feeding_handler.hpp"

namespace reckoner::handlers {

namespace {
class SubscriptionFeedingHandler : public engine::StatementHandler {
 public:
  void handle(engine::StatementContext& context) const override {
    context.facts().subscriptions(context.customers());
  }
};
}  // namespace

engine::HandlerSpec subscription_feeding_spec() {
  return {.class_name = "SubscriptionFeedingHandler",
          .summary = "Reads the subscriptions of the customers in hand.",
          .parameters = {},
          .needs = {},
          .leaves = {engine::Fact::kSubscriptions},
          .uses_up = {},
          .create = [](const engine::HandlerSettings&) {
            return std::make_unique<SubscriptionFeedingHandler>();
          }};
}

}  // namespace reckoner::handlers
