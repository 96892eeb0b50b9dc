#include "app/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <functional>
#include <set>

#include "app/account_commands.hpp"
#include "app/allocation_commands.hpp"
#include "app/audit_commands.hpp"
#include "app/commands.hpp"
#include "app/commands_bank.hpp"
#include "app/commands_disputes.hpp"
#include "app/commands_doctor.hpp"
#include "app/commands_dunning.hpp"
#include "app/commands_keys.hpp"
#include "app/commands_pricing.hpp"
#include "app/commands_users.hpp"
#include "app/commands_webhooks.hpp"
#include "app/document_files.hpp"
#include "app/export_commands.hpp"
#include "app/insight_commands.hpp"
#include "app/journal_commands.hpp"
#include "app/metering_commands.hpp"
#include "app/run_commands.hpp"
#include "app/schema_commands.hpp"
#include "app/signals.hpp"
#include "app/structure_commands.hpp"
#include "base/log.hpp"
#include "base/mistakes.hpp"
#include "base/suggest.hpp"
#include "store/database_error.hpp"
#include "text/utf8.hpp"

namespace reckoner::app {

namespace {

constexpr int kSomethingWrong = 1;
constexpr int kUsage = 2;
constexpr int kCouldNotStart = 3;

/// A command as chosen: what to do once everything is parsed.
using Action = std::function<int(const Console&)>;

/// Declares the commands; `action` is what the last one parsed wants done.
class CommandLine {
 public:
  explicit CommandLine(std::span<const EmbeddedFile> pages) {
    serve_.pages = pages;
    demo_.serve.pages = pages;
    app_.description(
        "Reckoner meters usage, prices it, and issues invoices that can be proved right.");
    app_.require_subcommand(1);
    app_.set_version_flag("--version", "reckoner " RECKONER_VERSION);
    app_.fallthrough();
    add_common_options();
    add_daemon_commands();
    add_run_commands();
    add_document_commands();
    add_customer_commands();
    const auto declare = [this](CLI::App& parent, const std::string& name, const std::string& help,
                                std::function<int(System&, const Console&)> work) {
      return on_system(parent, name, help, std::move(work));
    };
    account_commands_.emplace(app_, declare);
    user_commands_.emplace(app_, declare);
    key_commands_.emplace(app_, declare);
    webhook_commands_.emplace(app_, declare);
    bank_commands_.emplace(app_, declare);
    dunning_commands_.emplace(app_, declare);
    dispute_commands_.emplace(app_, declare);
    metering_commands_.emplace(app_, declare, [this](CLI::App* group, MeteringCommands::Work work) {
      default_to(group, std::move(work));
    });
    audit_commands_.emplace(app_, declare);
    insight_commands_.emplace(app_, *invoices_, declare,
                              [this](CLI::App* group, InsightCommands::Work work) {
                                default_to(group, std::move(work));
                              });
    journal_commands_.emplace(app_, declare, [this](CLI::App* group, JournalCommands::Work work) {
      default_to(group, std::move(work));
    });
    allocation_commands_.emplace(app_, declare,
                                 [this](CLI::App* group, AllocationCommands::Work work) {
                                   default_to(group, std::move(work));
                                 });
    export_commands_.emplace(app_, declare, [this](CLI::App* group, ExportCommands::Work work) {
      default_to(group, std::move(work));
    });
    run_commands_.emplace(app_, declare, [this](CLI::App* group, RunCommands::Work work) {
      default_to(group, std::move(work));
    });
    add_quote_command();
    add_fact_commands();
    add_config_commands();
    schema_commands_.emplace(app_, declare);
    structure_commands_.emplace(app_, declare);
  }

  CLI::App& app() { return app_; }
  int run() {
    log::set_level(options_.quiet ? log::Level::kError : log::Level::kWarning);
    install_signal_handlers();
    return action_(Console(options_.json ? Output::kJson : Output::kText, options_.quiet));
  }

 private:
  void add_common_options() {
    app_.add_option("--database", options_.database,
                    "PostgreSQL connection string; without it a private cluster in the data "
                    "directory is used")
        ->envname("RECKONER_DATABASE");
    app_.add_option(
            "--data-dir", options_.data_dir,
            "data directory (default /var/lib/reckoner for root, else ~/.local/share/reckoner)")
        ->envname("RECKONER_DATA_DIR");
    app_.add_option("--config", options_.config,
                    "directory of the configuration (default ./config)")
        ->envname("RECKONER_CONFIG");
    app_.add_option("--plugins", options_.plugins, "directory of plug-in libraries")
        ->envname("RECKONER_PLUGINS");
    app_.add_flag("--allow-unsafe-database", options_.allow_unsafe_database,
                  "also use a server that loses what it has committed in a power cut (fsync off)")
        ->envname("RECKONER_ALLOW_UNSAFE_DATABASE");
    app_.add_flag("--json", options_.json, "print one JSON document and nothing else");
    app_.add_flag("--quiet", options_.quiet, "no progress and no remarks");
  }

  /// A command that works on the database.
  CLI::App* on_system(CLI::App& parent, const std::string& name, const std::string& help,
                      std::function<int(System&, const Console&)> work) {
    CLI::App* command = parent.add_subcommand(name, help);
    command->callback([this, work = std::move(work)] {
      action_ = [this, work](const Console& console) {
        System system(options_);
        return work(system, console);
      };
    });
    return command;
  }

  /// A word that further commands follow.
  CLI::App* group(const std::string& name, const std::string& help) {
    CLI::App* command = app_.add_subcommand(name, help);
    command->require_subcommand(0, 1);
    return command;
  }

  /// What a group does when nothing follows it.
  void default_to(CLI::App* group, std::function<int(System&, const Console&)> work) {
    group->callback([this, group, work = std::move(work)] {
      if (!group->get_subcommands().empty()) return;
      if (!group->remaining().empty()) throw CLI::ExtrasError(group->remaining());
      action_ = [this, work](const Console& console) {
        System system(options_);
        return work(system, console);
      };
    });
  }

  void add_daemon_commands() {
    CLI::App* serve = on_system(app_, "serve", "the daemon: scheduler, engines, HTTP, mail",
                                [this](System& system, const Console& console) {
                                  return serve_command(system, options_, console, serve_);
                                });
    serve->footer("Ends at SIGTERM, when the batch and the requests in hand are finished.");
    add_listen(serve, serve_);
    serve->add_option("--roles", serve_.roles,
                      "only these of scheduler, engine, ingest, web, delivery; divided by commas");
    CLI::App* demo = app_.add_subcommand(
        "demo", "sample customers and usage, a monthly run, invoices on the screen, then serve");
    demo->add_flag("--no-serve", demo_.no_serve, "end when the invoices are shown");
    add_listen(demo, demo_.serve);
    demo->callback([this] {
      action_ = [this](const Console& console) { return demo_command(options_, console, demo_); };
    });
  }

  /// Into a variable of each command's own: the environment is read for commands that are not run,
  /// too.
  static void add_listen(CLI::App* command, ServeArguments& arguments) {
    command
        ->add_option("--listen", arguments.listen,
                     "where HTTP is served, HOST:PORT (default 127.0.0.1:8080; port 0: a free "
                     "one), or none")
        ->envname("RECKONER_LISTEN");
    command
        ->add_option("--tls-cert", arguments.tls_certificate,
                     "serve HTTPS with this certificate, a PEM file with its chain")
        ->envname("RECKONER_TLS_CERT");
    command
        ->add_option("--tls-key", arguments.tls_key,
                     "key of the certificate, a PEM file without password")
        ->envname("RECKONER_TLS_KEY");
  }

  void add_run_commands() {
    CLI::App* run =
        on_system(app_, "run", "run an engine now", [this](System& system, const Console& console) {
          return run_command(system, console, run_);
        });
    run->add_option("engine", run_.engine, "engine of billing-config.xml, such as monthly")
        ->required();
    run->add_option("--period", run_.period, "only periods with this label, such as 2026-10");
    run->add_option("--customer", run_.customer, "only this customer");
    run->add_flag("--dry-run", run_.dry_run, "compute and show, store nothing");
    run->add_flag("--retry-parked", run_.retry_parked, "try parked customers again");
    run->add_flag("--true-ups", run_.true_ups,
                  "bill differences of earlier periods even where nothing else is due");
  }

  void add_document_commands() {
    CLI::App* interim =
        on_system(app_, "interim", "what a customer owes now; stores nothing",
                  [this](System& system, const Console& console) {
                    return interim_command(system, console, customer_, as_of_, files_.pdf);
                  });
    interim->add_option("customer", customer_, "the customer's key")->required();
    interim->add_option(
        "--as-of", as_of_,
        "an instant such as 2026-10-15T12:00:00Z, or a day of the customer's calendar "
        "(default now)");
    add_pdf(interim);

    invoices_ = group("invoices", "issued documents, latest first");
    default_to(invoices_, [this](System& system, const Console& console) {
      return invoices_command(system, console, customer_, limit_);
    });
    invoices_->add_option("customer", customer_, "only this customer's");
    add_limit(invoices_);

    CLI::App* show = on_system(app_, "show", "one issued document",
                               [this](System& system, const Console& console) {
                                 return show_command(system, console, text_, files_);
                               });
    show->add_option("number", text_, "its number, such as INV-2026-000001")->required();
    add_pdf(show);
    show->add_option("--ubl", files_.ubl,
                     "also write it to this file as an electronic invoice, UBL 2.1 by EN 16931");

    CLI::App* explain = on_system(app_, "explain", "how a line of an issued document came about",
                                  [this](System& system, const Console& console) {
                                    return explain_command(system, console, explain_);
                                  });
    explain->add_option("number", explain_.number, "of the document")->required();
    explain->add_option("line", explain_.line, "from 1, as in show")->required();
    explain->add_option("--events", explain_.events, "how many events are listed (default 20)")
        ->check(CLI::Range(0, 1'000'000));

    add_correction_commands();

    CLI::App* mails = group("mails", "mails that wait, were sent, or could not be sent");
    default_to(mails, [this](System& system, const Console& console) {
      return list_mails_command(system, console, text_, limit_);
    });
    CLI::App* list = on_system(*mails, "list", "the latest first",
                               [this](System& system, const Console& console) {
                                 return list_mails_command(system, console, text_, limit_);
                               });
    list->add_option("--state", text_, "only these")
        ->check(CLI::IsMember({"pending", "sent", "dead", "unwanted"}));
    add_limit(list);
    CLI::App* retry = on_system(*mails, "retry", "send a mail again that was given up",
                                [this](System& system, const Console& console) {
                                  return retry_mail_command(system, console, text_);
                                });
    retry->add_option("mail", text_, "its name in the list")->required();
  }

  void add_correction_commands() {
    CLI::App* undo = on_system(app_, "void", "issue the document that voids another",
                               [this](System& system, const Console& console) {
                                 return void_command(system, console, text_, mode_, reason_);
                               });
    undo->add_option("number", text_, "of the document")->required();
    undo->add_option("mode", mode_, "rebill: its periods are due again; waive: nobody pays them")
        ->required()
        ->check(CLI::IsMember({"rebill", "waive"}));
    undo->add_option("--reason", reason_, "printed on the document")->required();

    CLI::App* credit =
        on_system(app_, "credit", "issue a credit note for lines of a document",
                  [this](System& system, const Console& console) {
                    return credit_command(system, console, text_, lines_, mode_, reason_);
                  });
    credit->add_option("number", text_, "of the document")->required();
    credit->add_option("--line", lines_, "LINE or LINE=AMOUNT; more than once")
        ->required()
        ->allow_extra_args(false);
    credit
        ->add_option("--as", mode_,
                     "correction: a fact was wrong, it counts as billed; concession: a favour")
        ->required()
        ->check(CLI::IsMember({"correction", "concession"}));
    credit->add_option("--reason", reason_, "printed on the document")->required();
  }

  void add_quote_command() {
    CLI::App* quote = app_.add_subcommand("quote", "what a plan would cost; needs no database");
    quote->add_option("--plan", quote_.plan, "its name")->required();
    quote
        ->add_option("--usage", quote_.usage,
                     "METER=QTY in meter units, with dimensions and a time where they count: "
                     "storage[class=hot]@2026-10-03T22:00:00Z=5; more than once")
        ->allow_extra_args(false);
    quote->add_option("--quantity", quote_.quantities, "such as seats=5; more than once")
        ->allow_extra_args(false);
    quote->add_option("--currency", quote_.currency, "where the plan has several");
    quote->add_option("--environment", quote_.environment, "default production");
    quote->add_option("--month", quote_.month, "such as 2026-10 (default this month)");
    quote->add_option("--subscribe-on", quote_.subscribe_on, "first day (default: before)");
    quote->add_option("--until", quote_.until, "first day that is not subscribed any more");
    quote->add_option("--time-zone", quote_.time_zone, "of the customer (default UTC)");
    quote->add_option("--country", quote_.country, "of the customer, for tax");
    quote->add_option("--tax-id", quote_.tax_id, "of the customer");
    quote->callback([this] {
      action_ = [this](const Console& console) { return quote_command(options_, console, quote_); };
    });
  }

  void add_customer_commands() {
    CLI::App* customers = group("customers", "customers with plans and balances");
    add_limit(customers);
    default_to(customers, [this](System& system, const Console& console) {
      return customers_command(system, console, limit_);
    });
    CLI::App* show =
        on_system(*customers, "show", "one customer with its subscriptions, agreements and credits",
                  [this](System& system, const Console& console) {
                    return show_customer_command(system, console, customer_);
                  });
    show->add_option("customer", customer_, "the customer's key")->required();
  }

  void add_fact_commands() {
    CLI::App* import = on_system(app_, "import", "import a CSV or JSON lines file, all or nothing",
                                 [this](System& system, const Console& console) {
                                   return import_command(system, console, text_, file_);
                                 });
    import
        ->add_option(
            "kind", text_,
            "customers, subscriptions, payments, discounts, charges, credits, agreements or "
            "cost-pools")
        ->required();
    import->add_option("file", file_, "the file (docs/import.md)")->required();

    CLI::App* ingest =
        on_system(app_, "ingest", "take usage events in from files, each counted once for ever",
                  [this](System& system, const Console& console) {
                    return ingest_command(system, console, ingest_);
                  });
    ingest
        ->add_option("files", ingest_.files,
                     "CSV, JSON lines, CloudEvents or access logs (docs/ingest.md)")
        ->required();
    ingest
        ->add_option("--source", ingest_.source,
                     "name of the source; an event is unique by source and id")
        ->required();
    ingest->add_option("--mapping", ingest_.mapping,
                       "which field is what: subject=tenant,time=at,type:=bandwidth,bytes=size");
  }

  void add_config_commands() {
    CLI::App* config = group("config", "configuration versions; alone: their history");
    default_to(config, [](System& system, const Console& console) {
      return config_history_command(system, console);
    });
    CLI::App* check =
        config->add_subcommand("check", "read and check a directory; needs no database");
    check->add_option("directory", text_, "default: --config");
    check->callback([this] {
      action_ = [this](const Console& console) {
        return config_check_command(options_, console, text_);
      };
    });
    CLI::App* plan =
        on_system(*config, "plan", "what applying a directory would change",
                  [this](System& system, const Console& console) {
                    return config_plan_command(system, console, directory(), apply_.reprice);
                  });
    plan->add_option("directory", text_, "default: --config");
    plan->add_option("--reprice", apply_.reprice,
                     "FROM or FROM..TO: the effect on billed periods that start on those days");
    CLI::App* apply = on_system(*config, "apply", "make a directory the active version",
                                [this](System& system, const Console& console) {
                                  apply_.directory = directory();
                                  return config_apply_command(system, console, apply_);
                                });
    apply->add_option("directory", text_, "default: --config");
    apply->add_option("--comment", apply_.comment, "why");
    apply->add_option("--reprice", apply_.reprice,
                      "FROM or FROM..TO: bill periods that start on those days again, by this "
                      "version");
    apply->add_option("--drop-meter", apply_.dropped_meters,
                      "a meter of the active version that the directory lacks on purpose");
    on_system(*config, "history", "which version was active when",
              [](System& system, const Console& console) {
                return config_history_command(system, console);
              });
    CLI::App* activate = on_system(*config, "activate", "go back to an earlier version",
                                   [this](System& system, const Console& console) {
                                     return config_activate_command(system, console, number_);
                                   });
    activate->add_option("version", number_, "its number")->required();

    CLI::App* handlers = app_.add_subcommand("handlers", "the handlers a chain may name");
    handlers->callback([this] { action_ = handlers_command; });
    CLI::App* doctor = app_.add_subcommand(
        "doctor", "what carries each guarantee here, and what to do where something does not");
    doctor->callback([this] {
      action_ = [this](const Console& console) { return doctor_command(options_, console); };
    });
  }

  void add_pdf(CLI::App* command) {
    command->add_option("--pdf", files_.pdf, "also write its pages to this file, as a PDF");
  }

  void add_limit(CLI::App* command) {
    command->add_option("--limit", limit_, "at most this many (default 100)")
        ->check(CLI::Range(1, 1'000'000));
  }

  std::string directory() const {
    return text_.empty() ? config_directory(options_).string() : text_;
  }

  CLI::App app_;
  CommonOptions options_;
  Action action_;
  RunArguments run_;
  IngestArguments ingest_;
  ServeArguments serve_;
  DemoArguments demo_;
  std::optional<AccountCommands> account_commands_;
  std::optional<UserCommands> user_commands_;
  std::optional<KeyCommands> key_commands_;
  std::optional<WebhookCommands> webhook_commands_;
  std::optional<BankCommands> bank_commands_;
  std::optional<DunningCommands> dunning_commands_;
  std::optional<DisputeCommands> dispute_commands_;
  std::optional<MeteringCommands> metering_commands_;
  std::optional<AuditCommands> audit_commands_;
  CLI::App* invoices_ = nullptr;
  std::optional<InsightCommands> insight_commands_;
  std::optional<RunCommands> run_commands_;
  std::optional<SchemaCommands> schema_commands_;
  std::optional<JournalCommands> journal_commands_;
  std::optional<AllocationCommands> allocation_commands_;
  std::optional<StructureCommands> structure_commands_;
  std::optional<ExportCommands> export_commands_;
  std::string customer_;
  std::string as_of_;
  WrittenFiles files_;
  std::string text_;
  std::string mode_;
  std::string reason_;
  std::vector<std::string> lines_;
  ApplyArguments apply_;
  ExplainArguments explain_;
  QuoteArguments quote_;
  std::string file_;
  std::int64_t number_ = 0;
  int limit_ = 100;
};

/// The first word that stands where a command should and is none; CLI11 itself says only that one
/// is missing.
std::string unknown_command(const CLI::App& app) {
  const CLI::App* group = &app;
  while (!group->get_subcommands().empty()) group = group->get_subcommands().front();
  for (const std::string& word : app.remaining(true)) {
    if (word.starts_with('-')) return "";
    std::vector<std::string> names;
    for (const CLI::App* command : group->get_subcommands([](const CLI::App*) { return true; })) {
      names.push_back(command->get_name());
    }
    return fmt::format("unknown command '{}'{}", word, suggestion(word, names));
  }
  return "";
}

/// On standard error for people; with --json also as the one document on standard output.
int fail(bool json, int code, std::string_view message) {
  fmt::print(stderr, "reckoner: {}\n", message);
  if (json) {
    text::JsonWriter document;
    document.begin_object().key("error").string(text::printable(message));
    document.key("exit_code").number(code).end_object();
    fmt::print("{}\n", document.finish());
  }
  return code;
}

}  // namespace

int run_command_line(int argc, char** argv, std::span<const EmbeddedFile> pages) {
  const bool json =
      std::any_of(argv, argv + argc, [](std::string_view word) { return word == "--json"; });
  CommandLine command_line(pages);
  try {
    command_line.app().parse(argc, argv);
  } catch (const CLI::Success& help_or_version) {
    return command_line.app().exit(help_or_version);
  } catch (const CLI::ParseError& error) {
    const std::string unknown = unknown_command(command_line.app());
    return fail(json, kUsage,
                unknown.empty() ? fmt::format("{}; --help says more", error.what()) : unknown);
  }
  try {
    return command_line.run();
  } catch (const UsageError& error) {
    return fail(json, kUsage, error.what());
  } catch (const StartError& error) {
    return fail(json, kCouldNotStart, error.what());
  } catch (const store::DatabaseError& error) {
    return fail(json, error.connection_lost() ? kCouldNotStart : kSomethingWrong, error.what());
  } catch (const Mistakes& mistakes) {
    const int code = fail(json, kSomethingWrong, mistakes.what());
    std::set<std::string> told{mistakes.what()};
    for (const std::string& message : mistakes.messages()) {
      if (told.insert(message).second) fmt::print(stderr, "reckoner: {}\n", message);
    }
    return code;
  } catch (const std::exception& error) {
    return fail(json, kSomethingWrong, error.what());
  }
}

}  // namespace reckoner::app
