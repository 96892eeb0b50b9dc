#include "handlers/finalizing_handler.hpp"

#include <chrono>

namespace reckoner::handlers {

namespace {
class FinalizingHandler : public engine::DocumentHandler {
 public:
  explicit FinalizingHandler(const engine::HandlerSettings& settings)
      : terms_(settings.configuration().settings.duration("billing.payment.terms")) {}

  void handle(engine::DocumentContext& context) const override {
    const std::int64_t days = std::chrono::floor<std::chrono::days>(terms_).count();
    for (engine::DocumentWork& work : context.documents) {
      domain::Document& document = work.document;
      document.kind = document.total.sign() < 0 ? domain::DocumentKind::kCreditNote
                                                : domain::DocumentKind::kInvoice;
      document.issued_on = context.issued_on;
      document.due_on = time::add_days(context.issued_on, days);
      work.issue = true;
    }
  }

 private:
  const std::chrono::seconds terms_;
};
}  // namespace

engine::HandlerSpec finalizing_spec() {
  return {.class_name = "FinalizingHandler",
          .summary =
              "Decides kind and due date and marks the documents to be issued: from here on they "
              "are bills.",
          .parameters = {},
          .needs = {engine::Fact::kDocuments},
          .leaves = {engine::Fact::kIssuedDocuments},
          .uses_up = {engine::Fact::kDocuments},
          .create = [](const engine::HandlerSettings& settings) {
            return std::make_unique<FinalizingHandler>(settings);
          }};
}

}  // namespace reckoner::handlers
