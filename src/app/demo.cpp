#include <fmt/format.h>

#include <array>
#include <optional>
#include <set>

#include "accounts/import.hpp"
#include "accounts/users.hpp"
#include "app/commands.hpp"
#include "app/mail.hpp"
#include "app/presentation.hpp"
#include "app/sample_data.hpp"
#include "app/signals.hpp"
#include "base/log.hpp"
#include "documents/document_json.hpp"
#include "documents/invoice_text.hpp"
#include "engine/printed_document.hpp"
#include "metering/ingest.hpp"
#include "metering/quarantine.hpp"
#include "metering/reader.hpp"
#include "store/transaction.hpp"
#include "text/table.hpp"

namespace reckoner::app {

namespace {

constexpr std::string_view kUsageMapping =
    "id=id,subject=customer,time=time,type=meter,bytes=bytes,hours=hours";
constexpr std::int64_t kShownMax = 1000;

/// The demonstration, step by step. Every step may have happened before: nothing is loaded or
/// billed twice.
class Demo {
 public:
  Demo(System& system, const Console& console)
      : system_(system),
        console_(console),
        now_(sample_data::months(system.clock()())),
        months_(loaded_months().value_or(now_)) {}

  void load_and_run() {
    apply_sample_plan();
    import(accounts::ImportKind::kCustomers, "customers.csv");
    import(accounts::ImportKind::kSubscriptions, "subscriptions.csv");
    ingest("usage-before.csv");
    run(months_.month);
    // What becomes known only after the first month was billed.
    ingest("usage-late.csv");
    ingest("usage-month.csv");
    import(accounts::ImportKind::kPayments, "payments.csv",
           {{"invoice:acme", first_invoice_of("acme")},
            { "invoice:stark",
              first_invoice_of("stark") }});
    run(months_.next);
    if (now_.next != months_.next) run(now_.next);
    send_mails();
  }

  void show() {
    const auto documents = issued();
    const auto parked = system_.runner().parked(std::nullopt);
    auto connection = system_.connection();
    const auto quarantined = metering::list_quarantine(*connection, kShownMax);
    if (console_.json()) {
      show_json(documents, parked);
      return;
    }
    text::Table table({{"number"},
                       {"customer"},
                       {"periods"},
                       {"brought fwd", text::Align::kRight},
                       {"total", text::Align::kRight},
                       {"payments", text::Align::kRight},
                       {"carried fwd", text::Align::kRight},
                       {"", text::Align::kLeft},
                       {"what to see"}});
    for (const domain::Document& document : documents) {
      table.add({document.number, document.customer_key, periods_of(document),
                 document.brought_forward.to_string(), document.total.to_string(),
                 document.payments_total.to_string(), document.carried_forward.to_string(),
                 std::string(document.currency.code()), remarks_on(document)});
    }
    for (const engine::ParkedCustomer& customer : parked) {
      table.add({"(none)", customer.key, "", "", "", "", "", "", "parked: " + customer.reason});
    }
    console_.result(table.to_string());
    for (const metering::QuarantinedEvent& event : quarantined) {
      console_.result(fmt::format("in quarantine: event {} of {}: {}\n", event.id, event.subject,
                                  event.reason));
    }
    for (const domain::Document& document : documents) {
      if (document.customer_key != "globex" || subscriptions_in(document) < 2) continue;
      console_.result(documents::to_text(document, issuer_of(system_, document)));
      break;
    }
    const bool smtp = !system_.settings().text("mail.smtp.url").empty();
    console_.result(
        smtp
            ? fmt::format("The mails went to {}.", system_.settings().text("mail.smtp.url"))
            : fmt::format("No mail server is configured (mail.smtp.url): the mails are files in {}",
                          system_.mail_directory().string()));
  }

 private:
  /// The months of sample data that an earlier demonstration left: they are what is shown on.
  std::optional<sample_data::Months> loaded_months() {
    static constexpr store::Statement kFirst{"first sample subscription", R"(
      select s.starts_at from subscription s join customer_key k using (customer_id)
       where k.key = 'acme' and s.external_key = 'acme-1')"};
    auto connection = system_.connection();
    const auto row = connection->query(kFirst).at_most_one();
    if (!row) return std::nullopt;
    const time::Date before = time::Zone::named("Europe/Berlin").date_of(row->instant("starts_at"));
    return sample_data::Months{before, time::month_day(before, 1, 1),
                               time::month_day(before, 2, 1)};
  }

  void apply_sample_plan() {
    auto connection = system_.connection();
    store::Transaction transaction(*connection);
    const auto active = system_.versions().active(*connection);
    config::Files files = system_.versions().files(*connection, active.value());
    files.content["pricing/sample-partner.xml"] = sample_data::file("partner.xml", months_);
    system_.versions().apply(*connection, std::move(files), "demo", "sample plan",
                             system_.clock()());
    transaction.commit();
  }

  void import(accounts::ImportKind kind, std::string_view name,
              const std::map<std::string, std::string>& values = {}) {
    const auto version = system_.active();
    auto connection = system_.connection();
    const auto result =
        accounts::import_file(*connection, kind, name, sample_data::file(name, months_, values),
                              {version->configuration(), system_.clock()(), {}});
    console_.note(fmt::format("{}: {} {}, {} new", name, result.rows, accounts::to_string(kind),
                              result.created));
  }

  void ingest(std::string_view name) {
    const std::string content = sample_data::file(name, months_);
    const auto events =
        metering::read_events({name, content, "sample"}, metering::parse_mapping(kUsageMapping));
    const auto version = system_.active();
    auto connection = system_.connection();
    const auto counts =
        metering::ingest(*connection, version->meter_reader(), "sample", events, system_.clock()());
    console_.note(fmt::format("{}: {} events = {} counted + {} duplicate + {} quarantined", name,
                              counts.received, counts.counted, counts.duplicate,
                              counts.quarantined));
  }

  /// Bills what had ended everywhere when the month of `first_day` had just begun.
  void run(time::Date first_day) {
    ProgressBar bar(console_, "run monthly");
    const auto progress = [&bar](const engine::RunProgress& state) {
      bar.show(state.customers_done, state.customers);
    };
    for (RunId unfinished : system_.runner().unfinished(engine::kMonthlyEngine)) {
      system_.runner().work(unfinished, stop_requested(), progress);
    }
    const auto run = system_.runner().start(
        {.engine = engine::kMonthlyEngine, .fires_at = sample_data::ended_everywhere(first_day)});
    const auto summary = system_.runner().work(run.value(), stop_requested(), progress);
    console_.note(fmt::format(
        "run {} at {}: {} due = {} invoiced + {} parked + {} held + {} with nothing due",
        summary.run.value, time::to_string(summary.fires_at), summary.due, summary.counts.invoiced,
        summary.counts.parked, summary.counts.held, summary.counts.nothing_due));
  }

  void send_mails() {
    const auto result = mail_sender(system_).send_due(kShownMax, stop_requested());
    console_.note(fmt::format("mails: {} sent, {} to be tried again, {} given up\n", result.sent,
                              result.failed, result.dead));
  }

  std::string first_invoice_of(const std::string& customer) {
    auto connection = system_.connection();
    const auto documents =
        store::list_documents(*connection, {.customer_key = customer}, kShownMax);
    return documents.empty() ? "" : documents.back().number;
  }

  std::vector<domain::Document> issued() {
    auto connection = system_.connection();
    std::vector<store::DocumentId> ids;
    for (const auto& summary : store::list_documents(*connection, {}, kShownMax))
      ids.push_back(summary.id);
    std::vector<domain::Document> documents = store::load_documents(*connection, ids);
    return {documents.rbegin(), documents.rend()};
  }

  void show_json(const std::vector<domain::Document>& documents,
                 const std::vector<engine::ParkedCustomer>& parked) {
    text::JsonWriter json;
    json.begin_object().key("documents").begin_array();
    for (const domain::Document& document : documents) documents::write_json(json, document);
    json.end_array().key("parked_customers").begin_array();
    for (const engine::ParkedCustomer& customer : parked) {
      json.begin_object()
          .key("customer")
          .string(customer.key)
          .key("reason")
          .string(customer.reason);
      json.end_object();
    }
    json.end_array().key("mail_directory").string(system_.mail_directory().string()).end_object();
    console_.result(json);
  }

  static std::size_t subscriptions_in(const domain::Document& document) {
    std::set<std::int64_t> subscriptions;
    for (const domain::DocumentLine& line : document.lines) {
      if (line.line.subscription) subscriptions.insert(*line.line.subscription);
    }
    return subscriptions.size();
  }

  static std::string periods_of(const domain::Document& document) {
    std::set<std::string> labels;
    for (const domain::DocumentLine& line : document.lines) labels.insert(line.period_label);
    return fmt::format("{}", fmt::join(labels, " "));
  }

  static std::string remarks_on(const domain::Document& document) {
    std::vector<std::string> remarks;
    std::set<std::string> true_ups;
    for (const domain::DocumentLine& line : document.lines) {
      if (line.true_up) true_ups.insert(line.period_label);
    }
    if (subscriptions_in(document) > 1) remarks.push_back("plan change");
    for (const std::string& label : true_ups) remarks.push_back("late usage of " + label);
    for (const domain::Payment& payment : document.payments) {
      remarks.push_back("payment " + payment.reference);
    }
    if (document.carried_forward.sign() < 0) remarks.push_back("credit");
    if (document.credit_limit && document.carried_forward > *document.credit_limit) {
      remarks.push_back("over the credit limit: on the operator's report");
    }
    if (document.total.is_zero()) remarks.push_back("nothing to pay, no mail");
    if (document.zone == "Asia/Kolkata") remarks.push_back("periods begin at 18:30 UTC");
    if (document.customer_key == "hooli")
      remarks.push_back("periods begin on the month's last day");
    return fmt::format("{}", fmt::join(remarks, "; "));
  }

  System& system_;
  const Console& console_;
  const sample_data::Months now_;     ///< what has ended by now
  const sample_data::Months months_;  ///< what the data are about
};

/// Who can be tried in the browser: those who have not chosen a password yet get another one-time
/// one.
void show_logins(System& system, const Console& console, const std::string& url) {
  struct Person {
    std::string_view who;
    accounts::UserRequest request;
  };
  const std::array people{
      Person{"of acme, a customer", {"anna", accounts::UserRole::kTenantAdmin, "acme", ""}},
      Person{"who sees and changes all", {"admin", accounts::UserRole::kBillingAdmin, "", ""}}};
  const time::Instant now = system.clock()();
  std::string text = fmt::format("\nOpen {} and log in:\n", url);
  for (const Person& person : people) {
    const std::string login = accounts::login_of(person.request);
    const auto made =
        accounts::one_time_password(now + system.settings().duration("users.oneTimeTime"));
    const bool given = system.change([&](store::Connection& connection) {
      const auto known = accounts::find_user(connection, login);
      if (!known) {
        accounts::create_user(connection, person.request, made.stored, {"demo"}, now);
        return true;
      }
      if (!known->one_time_until) return false;
      return accounts::reset_user(connection, known->user_id, made.stored, {"demo"}, now)
          .has_value();
    });
    text += given ? fmt::format("  {:<10} password {}   ({})\n{:13}{}login#login={}&password={}\n",
                                login, made.text, person.who, "", url, login, made.text)
                  : fmt::format("  {:<10} with the password you have chosen   ({})\n", login,
                                person.who);
  }
  console.note(text);
}

}  // namespace

delivery::Sender mail_sender(System& system) {
  return delivery::Sender(
      system.pool(), [&system](store::Connection&) { return system.settings(); },
      system.mail_directory(), system.clock(), engine::document_file(system.versions()));
}

int demo_command(CommonOptions options, const Console& console, const DemoArguments& arguments) {
  if (options.database.empty()) options.data_dir = (data_directory(options) / "demo").string();
  System system(options);
  Demo demo(system, console);
  log::set_level(log::Level::kOff);  // who is parked is part of the sample, and shown
  demo.load_and_run();
  log::set_level(console.notes() ? log::Level::kWarning : log::Level::kError);
  demo.show();
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const std::string where =
      options.database.empty() ? fmt::format(" --data-dir {}", options.data_dir) : "";
  console.note(
      fmt::format("\nLook further with {}{}\n  invoices | show NUMBER | interim acme | customers | "
                  "mails | quarantine\n",
                  program.string(), where));
  if (arguments.no_serve) return 0;
  ServeArguments serve = arguments.serve;
  serve.when_served = [&](const std::string& url) { show_logins(system, console, url); };
  return serve_command(system, options, console, serve);
}

}  // namespace reckoner::app
