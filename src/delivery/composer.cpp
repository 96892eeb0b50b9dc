#include "delivery/composer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/error.hpp"
#include "delivery/notices.hpp"
#include "documents/payment_link.hpp"
#include "domain/cost_centre.hpp"
#include "store/document_rows.hpp"
#include "text/utf8.hpp"

namespace reckoner::delivery {

namespace {

constexpr store::Statement kFiles{"files of a mail's configuration", R"(
  select name, content from config_file where version_id = $1 and kind = 'file')"};

constexpr store::Statement kNumber{"number of a mailed document", R"(
  select number from issued where customer_id = $1 and ordinal = $2)"};

// The plans are those of the subscriptions that the document bills.
constexpr store::Statement kOverLimit{"documents over their credit limit", R"(
  select c.key, d.currency, d.carried_forward, d.credit_limit, d.issued_on,
         (select string_agg(distinct s.plan, ', ' order by s.plan)
            from document_line l
            join subscription s on s.customer_id = l.customer_id and s.subscription = l.subscription
           where l.customer_id = d.customer_id and l.ordinal = d.ordinal) as plans
    from over_limit o
    join document d on d.customer_id = o.customer_id and d.ordinal = o.ordinal
    join customer c on c.customer_id = d.customer_id
   where o.run_id = $1 order by c.key, d.ordinal)"};

constexpr store::Statement kParked{"parked customers of a report", R"(
  select c.key, p.reason from parked p join customer c on c.customer_id = p.customer_id
   where p.run_id = $1 order by c.key)"};

constexpr store::Statement kHeld{"held customers of a report", R"(
  select c.key, h.reasons as reason from held h join customer c on c.customer_id = h.customer_id
   where h.run_id = $1 and h.state = 'open' order by c.key)"};

constexpr store::Statement kEnded{"end of a reported run", R"(
  select coalesce(ended_at, started_at) as at from engine_run where run_id = $1)"};

constexpr std::string_view kDocument = "document";
constexpr std::string_view kAdminReport = "admin-report";
constexpr std::string_view kAlert = "alert";
constexpr std::string_view kDunning = "dunning";
constexpr std::string_view kDispute = "dispute";

constexpr store::Statement kToldCostCentreAlert{"alert of a cost centre's mail", R"(
  select cost_centre as name, month, currency, charge, basis, limit_amount, budget_amount, percent,
         spent, told_at
    from cost_centre_alert where alert = $1)"};
constexpr store::Statement kToldAlert{"alert of a mail", R"(
  select c.key, c.name, c.legal_entity, a.month, a.currency, a.charge, a.basis, a.limit_amount,
         a.budget_amount, a.percent, a.spent, a.told_at
    from alert a join customer c on c.customer_id = a.customer_id
   where a.customer_id = $1 and a.alert = $2)"};

/// The number behind the kind in the key: "document:3", "copy:3:1".
std::int64_t subject_of(const ClaimedMail& mail) {
  std::int64_t number = 0;
  const std::size_t colon = mail.key.find(':');
  const std::size_t last = std::min(mail.key.find(':', colon + 1), mail.key.size());
  const char* const end = mail.key.data() + last;
  const char* const begin = colon == std::string::npos ? end : mail.key.data() + colon + 1;
  const auto parsed = std::from_chars(begin, end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end || number < 1) {
    throw Error(fmt::format("mail key '{}' names nothing", text::printable(mail.key)));
  }
  return number;
}

/// The first two numbers in the key: "dunning:3:1" and its copies "dunning:3:1:2".
DunningPlace numbers_of(const ClaimedMail& mail) {
  const std::size_t colon = mail.key.find(':', mail.key.find(':') + 1);
  if (colon == std::string::npos) {
    throw Error(fmt::format("mail key '{}' names nothing", text::printable(mail.key)));
  }
  ClaimedMail step = mail;
  step.key = mail.key.substr(colon);
  return {subject_of(mail), subject_of(step)};
}

std::vector<documents::UnbilledCustomer> unbilled(const store::Rows& rows) {
  std::vector<documents::UnbilledCustomer> customers;
  for (const store::Row& row : rows) customers.push_back({row.text("key"), row.text("reason")});
  return customers;
}

documents::AdminReport load_report(store::Connection& connection, std::int64_t run) {
  documents::AdminReport report{};
  report.run = std::to_string(run);
  if (const auto ended = connection.query(kEnded, {run}).at_most_one()) {
    report.date = time::Date(std::chrono::floor<std::chrono::days>(ended->instant("at")));
  }
  for (const store::Row& row : connection.query(kOverLimit, {run})) {
    const auto currency = money::Currency::of(row.text("currency"));
    report.date = std::max(report.date, row.date("issued_on"));
    report.customers.push_back({.customer_key = row.text("key"),
                                .plan = row.optional_text("plans").value_or(""),
                                .balance = money::Money(row.decimal("carried_forward"), currency),
                                .limit = money::Money(row.decimal("credit_limit"), currency)});
  }
  report.parked = unbilled(connection.query(kParked, {run}));
  report.held = unbilled(connection.query(kHeld, {run}));
  if (report.customers.empty() && report.parked.empty() && report.held.empty()) {
    throw NothingToTell(fmt::format("run {} has nothing to report any more", run));
  }
  return report;
}

/// What people call a charge of any plan.
std::string title_of(const config::Configuration& configuration, const std::string& name) {
  for (const domain::Plan& plan : configuration.plans) {
    for (const domain::Charge& charge : plan.charges) {
      if (charge.name == name && !charge.title.empty()) return charge.title;
    }
  }
  return name;
}

struct AlertMail {
  documents::BudgetAlert alert;
  std::string legal_entity;
};

/// What both kinds have; whose it is, is left empty.
documents::BudgetAlert alert_of(const store::Row& row, const config::Configuration& configuration) {
  const money::Currency currency = money::Currency::of(row.text("currency"));
  const auto money = [&](const char* name) { return money::Money(row.decimal(name), currency); };
  const std::string charge = row.text("charge");
  const auto percent = row.optional_decimal("percent");
  return {.customer = {},
          .customer_key = {},
          .cost_centre = {},
          .month = row.text("month"),
          .charge = charge.empty() ? "" : title_of(configuration, charge),
          .is_forecast = row.text("basis") == "forecast",
          .spent = money("spent"),
          .limit = money("limit_amount"),
          .percent = percent ? percent->to_string() : "",
          .budget = money("budget_amount"),
          .told_on = time::Zone::utc().date_of(row.instant("told_at"))};
}

/// Of a cost centre: its title stands where a customer's name does.
AlertMail load_cost_centre_alert(store::Connection& connection, std::int64_t number,
                                 const config::Configuration& configuration) {
  const auto row = connection.query(kToldCostCentreAlert, {number}).at_most_one();
  if (!row) throw Error(fmt::format("there is no alert {} of a cost centre", number));
  const domain::CostCentres centres(configuration.allocation);
  const std::string name = row->text("name");
  const auto node = centres.find(name);
  AlertMail mail{alert_of(*row, configuration), ""};
  mail.alert.cost_centre = node ? centres.nodes()[*node].title : name;
  mail.alert.customer = mail.alert.cost_centre;
  mail.alert.customer_key = name;
  return mail;
}

AlertMail load_alert(store::Connection& connection, const ClaimedMail& mail,
                     const config::Configuration& configuration) {
  if (mail.customer == CustomerId{0}) {
    return load_cost_centre_alert(connection, subject_of(mail), configuration);
  }
  const auto row = connection.query(kToldAlert, {mail.customer, subject_of(mail)}).at_most_one();
  if (!row) throw Error(fmt::format("there is no alert {} of its customer", subject_of(mail)));
  AlertMail told{alert_of(*row, configuration), row->text("legal_entity")};
  const std::string name = row->text("name");
  told.alert.customer_key = row->text("key");
  told.alert.customer = name.empty() ? told.alert.customer_key : name;
  return told;
}

}  // namespace

std::string Composer::compose(store::Connection& connection, const ClaimedMail& mail,
                              const documents::Mailbox& from, time::Instant date,
                              const DocumentFile& file) {
  const config::Configuration& configuration = version(connection, mail.version);
  const auto found = configuration.templates.find(mail.template_name);
  const std::string_view text = found == configuration.templates.end()
                                    ? documents::shipped_template(mail.template_name)
                                    : std::string_view(found->second);
  if (text.empty()) {
    throw Error(fmt::format("configuration version {} has no template '{}'", mail.version.value,
                            text::printable(mail.template_name)));
  }
  const auto issuer_of = [&](std::string_view legal_entity) {
    documents::Issuer issuer = documents::issuer_of(configuration.legal_entity(legal_entity));
    if (issuer.name.empty()) issuer.name = from.address;
    return issuer;
  };
  documents::Mailbox to = documents::parse_mailbox(mail.recipient);
  documents::MailText body;
  std::vector<documents::Attachment> attachments;
  if (mail.kind == kDocument) {
    const domain::Document document =
        store::load_document(connection, {mail.customer, subject_of(mail)});
    to.name = text::printable(document.customer_name);
    documents::check_template(documents::TemplateKind::kInvoice, mail.template_name, text);
    const std::string link =
        documents::payment_link(configuration.settings.text("payments.link"), document.number,
                                documents::open_at_issue(document));
    body = documents::render(text, document, issuer_of(document.legal_entity), link);
    if (file) attachments.push_back(file(connection, mail.customer, document.ordinal));
  } else if (mail.kind == kAdminReport) {
    const documents::AdminReport report = load_report(connection, subject_of(mail));
    documents::check_template(documents::TemplateKind::kAdminReport, mail.template_name, text);
    body = documents::render(text, report, issuer_of(""));
  } else if (mail.kind == kAlert) {
    const AlertMail told = load_alert(connection, mail, configuration);
    to.name = text::printable(told.alert.customer);
    documents::check_template(documents::TemplateKind::kAlert, mail.template_name, text);
    body = documents::render(text, told.alert, issuer_of(told.legal_entity));
  } else if (mail.kind == kDunning) {
    DunningMail told = load_dunning(connection, mail.customer, numbers_of(mail));
    told.notice.payment_link = documents::payment_link(configuration.settings.text("payments.link"),
                                                       told.notice.number, told.notice.overdue);
    to.name = text::printable(told.notice.customer);
    documents::check_template(documents::TemplateKind::kDunning, mail.template_name, text);
    body = documents::render(text, told.notice, issuer_of(told.legal_entity));
  } else if (mail.kind == kDispute) {
    const DisputeMail told = load_dispute(connection, mail.customer, subject_of(mail));
    if (mail.recipient == told.email) to.name = text::printable(told.notice.customer);
    documents::check_template(documents::TemplateKind::kDispute, mail.template_name, text);
    body = documents::render(text, told.notice, issuer_of(told.legal_entity));
  } else {
    throw Error(fmt::format("unknown kind of mail '{}'", text::printable(mail.kind)));
  }
  return documents::to_mime({.from = from,
                             .to = to,
                             .subject = body.subject,
                             .message_id = mail.message_id,
                             .text = body.text,
                             .html = body.html,
                             .attachments = std::move(attachments)},
                            date);
}

const config::Configuration& Composer::version(store::Connection& connection, VersionId id) {
  const auto known = versions_.find(id);
  if (known != versions_.end()) return known->second;
  config::Files files;
  for (const store::Row& row : connection.query(kFiles, {id})) {
    files.content.emplace(row.text("name"), row.bytes("content"));
  }
  return versions_.emplace(id, config::parse(files)).first->second;
}

namespace {

/// "" of the mail to the customer itself, "-1" of the first copy.
std::string copy_of(std::string_view key) {
  const std::size_t first = key.find(':');
  const std::size_t second = first == key.npos ? first : key.find(':', first + 1);
  return second == key.npos ? "" : fmt::format("-{}", key.substr(second + 1));
}

}  // namespace

std::string file_name(store::Connection& connection, const ClaimedMail& mail) {
  const auto day = std::chrono::floor<std::chrono::days>(mail.created_at);
  std::string name = mail.key;
  std::replace(name.begin(), name.end(), ':', '-');
  if (mail.kind == kDocument) {
    const auto issued = connection.query(kNumber, {mail.customer, subject_of(mail)}).at_most_one();
    if (issued) name = issued->text("number") + copy_of(mail.key);
  }
  return fmt::format("{}-{}", time::to_string(time::Date(day)), name);
}

}  // namespace reckoner::delivery
