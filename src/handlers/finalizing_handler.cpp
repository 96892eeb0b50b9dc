#include "handlers/finalizing_handler.hpp"

#include <chrono>

namespace reckoner::handlers {

namespace {
class FinalizingHandler : public engine::DocumentHandler {
 public:
  void handle(engine::DocumentContext& context) const override {
    context.for_each_document([&](engine::DocumentWork& work) {
      domain::Document& document = work.document;
      const domain::LegalEntity& issuer = context.configuration.legal_entity(document.legal_entity);
      document.kind = document.total.sign() < 0 ? domain::DocumentKind::kCreditNote
                                                : domain::DocumentKind::kInvoice;
      document.issued_on = context.issued_on(work);
      document.due_on = time::add_days(
          *document.issued_on, std::chrono::floor<std::chrono::days>(issuer.payment_terms).count());
      work.issue = true;
    });
  }
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
          .create = [](const engine::HandlerSettings&) {
            return std::make_unique<FinalizingHandler>();
          }};
}

}  // namespace reckoner::handlers
