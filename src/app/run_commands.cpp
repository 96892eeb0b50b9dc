#include "app/run_commands.hpp"

namespace reckoner::app {

RunCommands::RunCommands(CLI::App& app, const Declare& declare, const DefaultTo& default_to) {
  CLI::App* runs = app.add_subcommand("runs", "what ran; alone: the latest");
  runs->require_subcommand(0, 1);
  const Work list = [this](System& system, const Console& console) {
    return list_runs_command(system, console, limit_);
  };
  default_to(runs, list);
  declare(*runs, "list", "the latest runs", list)
      ->add_option("--limit", limit_, "at most this many (default 100)")
      ->check(CLI::Range(1, 1'000'000));
  add_run(declare(*runs, "show",
                  "one run: how far it is, who works on it, whom it parked and holds",
                  [this](System& system, const Console& console) {
                    return show_run_command(system, console, run_);
                  }));
  add_run(declare(*runs, "cancel", "end a run; batches that are done stay",
                  [this](System& system, const Console& console) {
                    return cancel_run_command(system, console, run_);
                  }));
  declare(*runs, "held", "customers whose documents wait for a decision", list_held_command);
  add_verdict(declare(*runs, "approve", "issue what a run held, when it is still the same",
                      [this](System& system, const Console& console) {
                        verdict_.run = run_;
                        return approve_command(system, console, verdict_);
                      }));
  CLI::App* reject =
      declare(*runs, "reject", "drop what a run held: the customers are due again for the next run",
              [this](System& system, const Console& console) {
                verdict_.run = run_;
                return reject_command(system, console, verdict_);
              });
  add_verdict(reject);
  reject->get_option("--reason")->required();
}

void RunCommands::add_run(CLI::App* command) {
  command->add_option("run", run_, "its number")->required();
}

void RunCommands::add_verdict(CLI::App* command) {
  add_run(command);
  command->add_option("--customer", verdict_.customer, "only of this customer");
  command->add_option("--reason", verdict_.reason, "kept for ever");
}

}  // namespace reckoner::app
