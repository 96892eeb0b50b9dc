#include "app/audit_commands.hpp"

namespace reckoner::app {

AuditCommands::AuditCommands(CLI::App& app, const Declare& declare) {
  add_verify(app, declare);
  add_replay(app, declare);
}

void AuditCommands::add_verify(CLI::App& app, const Declare& declare) {
  CLI::App* verify =
      declare(app, "verify", "prove that what is stored adds up; exit 1 when something does not",
              [this](System& system, const Console& console) {
                return verify_command(system, console, verify_);
              });
  verify->add_flag("--recompute", verify_.recompute,
                   "also compute all totals again from the raw events, and billed periods from "
                   "what is known");
  verify
      ->add_option("--sample", verify_.sample,
                   "with --recompute: only this many sides of billed periods, drawn by --seed")
      ->check(CLI::PositiveNumber);
  verify->add_option("--seed", verify_.seed, "of the sample (default 1)");
  verify
      ->add_option_function<std::vector<std::string>>(
          "--export-head",
          [this](const std::vector<std::string>& files) {
            verify_.export_head = files.empty() ? std::string() : files.front();
          },
          "when all holds, write how far each series has come to FILE, or print it")
      ->type_name("FILE")
      ->expected(0, 1);
  verify->add_option("--against", verify_.against,
                     "an exported head: also prove that every series goes on from there");
}

void AuditCommands::add_replay(CLI::App& app, const Declare& declare) {
  CLI::App* replay =
      declare(app, "replay", "compute issued documents again; exit 1 when one comes out otherwise",
              [this](System& system, const Console& console) {
                return replay_command(system, console, replay_);
              });
  replay->add_option("number", replay_.number, "of the document");
  replay->add_flag("--all", replay_.all, "every document");
  replay->add_option("--run", replay_.run, "with --all: those of this run");
}

}  // namespace reckoner::app
