#include "handlers/reminder_handler.hpp"

#include <fmt/format.h>

#include "handlers/dunning_parameters.hpp"

namespace reckoner::handlers {

namespace {

std::map<money::Currency, money::Money> fees_of(const engine::HandlerSettings& settings) {
  try {
    return parse_fees(settings.text("fees"));
  } catch (Error& error) {
    throw Error(fmt::format("{}:{}: parameter 'fees': {}", settings.place().file,
                            settings.place().line, error.what()));
  }
}

class ReminderHandler : public engine::DunningHandler {
 public:
  explicit ReminderHandler(const engine::HandlerSettings& settings)
      : step_(step_of(settings)),
        template_(template_of(settings)),
        fees_(fees_of(settings)),
        fee_tax_(settings.text("fee-tax")) {}

  invoicing::DunningStep step() const override { return step_; }

  void take(engine::DunningAction& action) const override {
    action.mail_template = template_;
    action.announcements.emplace_back("dunning.reminder");
    // Nobody pays for a letter that goes nowhere.
    if (action.document.addresses.empty()) return;
    const auto fee = fees_.find(action.document.open.currency());
    if (fee == fees_.end()) return;
    action.fee = fee->second;
    action.fee_tax = fee_tax_;
  }

 private:
  const invoicing::DunningStep step_;
  const std::string template_;
  const std::map<money::Currency, money::Money> fees_;
  const std::string fee_tax_;
};

}  // namespace

engine::HandlerSpec reminder_spec() {
  return {
      .class_name = "ReminderHandler",
      .summary =
          "Reminds the customer of an overdue document, perhaps for a fee that the next "
          "invoice carries.",
      .parameters = {step_parameter("reminder"),
                     days_parameter(),
                     template_parameter(),
                     {"fees", engine::ParameterKind::kText,
                      "what it costs the customer by the document's currency, such as "
                      "\"EUR 5.00, USD 6.00\"; nothing in others",
                      ""},
                     {"fee-tax", engine::ParameterKind::kText,
                      "category of tax of the fee (taxes.xml)", "standard"}},
      .needs = {},
      .leaves = {},
      .uses_up = {},
      .create =
          [](const engine::HandlerSettings& settings) -> std::unique_ptr<engine::DunningHandler> {
        return std::make_unique<ReminderHandler>(settings);
      }};
}

}  // namespace reckoner::handlers
