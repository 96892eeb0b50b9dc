#include "handlers/suspension_notice_handler.hpp"

#include "handlers/dunning_parameters.hpp"

namespace reckoner::handlers {

namespace {

class SuspensionNoticeHandler : public engine::DunningHandler {
 public:
  explicit SuspensionNoticeHandler(const engine::HandlerSettings& settings)
      : step_(step_of(settings)), template_(template_of(settings)) {}

  invoicing::DunningStep step() const override { return step_; }

  void take(engine::DunningAction& action) const override {
    action.mail_template = template_;
    action.announcements.emplace_back("dunning.suspension_notice");
  }

 private:
  const invoicing::DunningStep step_;
  const std::string template_;
};

}  // namespace

engine::HandlerSpec suspension_notice_spec() {
  return {
      .class_name = "SuspensionNoticeHandler",
      .summary =
          "Tells the customer by mail, and programs by the webhook event "
          "dunning.suspension_notice, that service is to be suspended.",
      .parameters = {step_parameter("suspension-notice"), days_parameter(), template_parameter()},
      .needs = {},
      .leaves = {},
      .uses_up = {},
      .create =
          [](const engine::HandlerSettings& settings) -> std::unique_ptr<engine::DunningHandler> {
        return std::make_unique<SuspensionNoticeHandler>(settings);
      }};
}

}  // namespace reckoner::handlers
