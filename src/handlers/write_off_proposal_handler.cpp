#include "handlers/write_off_proposal_handler.hpp"

#include "handlers/dunning_parameters.hpp"

namespace reckoner::handlers {

namespace {

class WriteOffProposalHandler : public engine::DunningHandler {
 public:
  explicit WriteOffProposalHandler(const engine::HandlerSettings& settings)
      : step_(step_of(settings)) {}

  invoicing::DunningStep step() const override { return step_; }

  void take(engine::DunningAction& action) const override {
    action.proposes_write_off = true;
    action.announcements.emplace_back("dunning.write_off_proposed");
  }

 private:
  const invoicing::DunningStep step_;
};

}  // namespace

engine::HandlerSpec write_off_proposal_spec() {
  return {
      .class_name = "WriteOffProposalHandler",
      .summary =
          "Puts an overdue document on the work list of what may be given up; people "
          "decide.",
      .parameters = {step_parameter("write-off-proposal"), days_parameter()},
      .needs = {},
      .leaves = {},
      .uses_up = {},
      .create =
          [](const engine::HandlerSettings& settings) -> std::unique_ptr<engine::DunningHandler> {
        return std::make_unique<WriteOffProposalHandler>(settings);
      }};
}

}  // namespace reckoner::handlers
