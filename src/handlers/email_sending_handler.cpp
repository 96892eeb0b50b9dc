#include "handlers/email_sending_handler.hpp"

#include <fmt/format.h>

#include "documents/mail_template.hpp"

namespace reckoner::handlers {

namespace {
class EmailSendingHandler : public engine::DocumentHandler {
 public:
  explicit EmailSendingHandler(const engine::HandlerSettings& settings)
      : template_(settings.text("template")) {
    const auto& templates = settings.configuration().templates;
    const auto found = templates.find(template_);
    if (found == templates.end()) {
      throw Error(fmt::format("{}:{}: '{}' is not a mail template (a .mustache file)",
                              settings.place().file, settings.place().line, template_));
    }
    documents::check_template(documents::TemplateKind::kInvoice, template_, found->second);
  }

  void handle(engine::DocumentContext& context) const override {
    for (const engine::DocumentWork& work : context.documents) {
      const domain::Document& document = work.document;
      if (!work.issue || document.email.empty() || !asks_for_money(document)) continue;
      context.mails.push_back({.customer = document.customer,
                               .message_key = fmt::format("document:{}", document.ordinal),
                               .kind = "document",
                               .recipient = document.email,
                               .member = template_,
                               .version = work.version});
    }
  }

 private:
  /// A document of 0.00 and one that leaves nothing to pay bother nobody.
  static bool asks_for_money(const domain::Document& document) {
    return !document.total.is_zero() && document.carried_forward.sign() > 0;
  }

  const std::string template_;
};
}  // namespace

engine::HandlerSpec email_sending_spec() {
  return {.class_name = "EmailSendingHandler",
          .summary =
              "Puts a mail for each issued document that leaves something to pay into the outbox.",
          .parameters = {{"template", engine::ParameterKind::kMember,
                          "the mail template, such as mail/invoice.mustache", std::nullopt}},
          .needs = {engine::Fact::kIssuedDocuments},
          .leaves = {},
          .uses_up = {},
          .create = [](const engine::HandlerSettings& settings) {
            return std::make_unique<EmailSendingHandler>(settings);
          }};
}

}  // namespace reckoner::handlers
