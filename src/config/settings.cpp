#include "config/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <vector>

#include "base/error.hpp"
#include "base/suggest.hpp"

namespace reckoner::config {

namespace {

constexpr std::array<std::string_view, 2> kRoundings{"NEAREST_CENT", "HALF_EVEN"};
constexpr std::array<std::string_view, 2> kTaxPoints{"period-end", "issue"};
constexpr std::array<std::string_view, 2> kTaxRoundings{"rate", "line"};
constexpr std::array<std::string_view, 3> kSecurities{"none", "starttls", "tls"};

/// FOCUS 1.0, column ServiceCategory: allowed values.
constexpr std::array<std::string_view, 19> kServiceCategories{"AI and Machine Learning",
                                                              "Analytics",
                                                              "Business Applications",
                                                              "Compute",
                                                              "Databases",
                                                              "Developer Tools",
                                                              "Multicloud",
                                                              "Identity",
                                                              "Integration",
                                                              "Internet of Things",
                                                              "Management and Governance",
                                                              "Media",
                                                              "Migration",
                                                              "Mobile",
                                                              "Networking",
                                                              "Security",
                                                              "Storage",
                                                              "Web",
                                                              "Other"};

constexpr std::array<std::string_view, 2> kKafkaProtocols{"none", "tls"};
constexpr std::array<std::string_view, 3> kKafkaMechanisms{"plain", "scram-sha-256",
                                                           "scram-sha-512"};

constexpr std::array kSpecs{
    SettingSpec{"billing.bounds.documentsPerDay", Kind::kInteger, "15",
                "Most documents of one customer on one day; a run holds what goes beyond until "
                "somebody approves (docs/runs.md). 0: any number."},
    SettingSpec{"billing.bounds.linesPerDocument", Kind::kInteger, "10000",
                "Most lines on one document; more are held. 0: any number."},
    SettingSpec{"billing.bounds.totalFloor", Kind::kDecimal, "1000",
                "A total up to this, in the document's currency, is never held for its size."},
    SettingSpec{"billing.bounds.totalTimes", Kind::kInteger, "10",
                "A total of more than so many times the mean of the customer's documents of the "
                "last year is held. 0: any total."},
    SettingSpec{"billing.creditNote.number", Kind::kNumberPattern, "CN-{year}-{seq:6}",
                "Numbers of credit notes: {seq} or {seq:N} once (N digits at least), {year} and "
                "{entity} (the legal entity) once or not at all."},
    SettingSpec{"billing.currency", Kind::kCurrency, "USD",
                "Currency of pricing files that name none."},
    SettingSpec{"billing.invoice.number", Kind::kNumberPattern, "INV-{year}-{seq:6}",
                "Numbers of invoices, written as those of credit notes."},
    SettingSpec{"billing.legalEntity.address", Kind::kText, "",
                "Its address as printed; lines divided by semicolons."},
    SettingSpec{"billing.legalEntity.bic", Kind::kText, "", "BIC of its bank."},
    SettingSpec{"billing.legalEntity.country", Kind::kText, "",
                "Where it is, such as DE; empty: the home country of taxes.xml."},
    SettingSpec{"billing.legalEntity.iban", Kind::kText, "",
                "Account that customers pay to; documents show it, and a code for banking "
                "applications where they are in EUR."},
    SettingSpec{"billing.legalEntity.logo", Kind::kText, "",
                "A picture for its documents: logo/NAME.svg of the configuration."},
    SettingSpec{"billing.legalEntity.name", Kind::kText, "",
                "Who issues the documents, as printed on them."},
    SettingSpec{"billing.legalEntity.taxId", Kind::kText, "", "Its tax number as printed."},
    SettingSpec{"billing.legalEntity.timeZone", Kind::kTimeZone, "UTC",
                "Zone of issue and due dates and of the year in document numbers."},
    SettingSpec{"billing.metering.cutLagMax", Kind::kDuration, "PT1H",
                "How long usage may wait for a cut before no run starts: whatever closes cuts does "
                "not work then."},
    SettingSpec{"billing.minimumCharge", Kind::kDecimal, "0",
                "What a customer is billed at least for a whole period, for each strategy that "
                "says no minimum of its own; in billing.currency. 0: no minimum."},
    SettingSpec{"billing.operator.email", Kind::kEmail, "",
                "Receives the report on each run; empty: nobody."},
    SettingSpec{"billing.payment.terms", Kind::kDuration, "P14D",
                "From the issue date to the due date."},
    SettingSpec{"billing.rounding", Kind::kChoice, "NEAREST_CENT",
                "How a line loses digits below the currency's smallest unit: NEAREST_CENT (half "
                "away from zero) or HALF_EVEN.",
                false, kRoundings},
    SettingSpec{
        "billing.tax.point", Kind::kChoice, "period-end",
        "Which day decides the rate of tax: period-end (the last day a line covers; of what "
        "is due in advance the day of issue) or issue (always the day of issue).",
        false, kTaxPoints},
    SettingSpec{"billing.tax.rounding", Kind::kChoice, "rate",
                "Where tax loses digits: once a rate on the document, or once a line.", false,
                kTaxRoundings},
    SettingSpec{"billing.trueUpAfter", Kind::kDuration, "P35D",
                "How long a reopened period waits for the customer's next document before it "
                "gets one of its own."},
    SettingSpec{"disputes.again", Kind::kInteger, "2",
                "How often a line, or a document as a whole, may be disputed again after a dispute "
                "of it has ended without a credit note."},
    SettingSpec{
        "focus.serviceCategory", Kind::kChoice, "Other",
        "ServiceCategory of all rows in FOCUS files: a value that the specification allows.", false,
        kServiceCategories},
    SettingSpec{"http.batchMax", Kind::kInteger, "10000",
                "Most events of one request; a longer batch is answered 413.", true},
    SettingSpec{"http.bodyMax", Kind::kInteger, "16777216",
                "Most bytes of a request's body; a longer one is answered 413.", true},
    SettingSpec{"http.bodyTime", Kind::kDuration, "PT20S",
                "For a request's body to arrive, once its head is there.", true},
    SettingSpec{"http.connections", Kind::kInteger, "1024",
                "Most connections at a time, each with a thread; idle ones give way to new ones, "
                "and beyond them the answer is 503.",
                true},
    SettingSpec{"http.headTime", Kind::kDuration, "PT10S",
                "For a request's head to arrive, from its first byte.", true},
    SettingSpec{"http.heavyMax", Kind::kInteger, "4",
                "Most requests at a time that may be at work for long (exports, roll-ups, margins, "
                "comparisons of plans); beyond them, after two seconds, the answer is 503.",
                true},
    SettingSpec{"http.idleTime", Kind::kDuration, "PT60S",
                "How long a connection is kept between two requests.", true},
    SettingSpec{
        "http.rate.address", Kind::kInteger, "500",
        "Requests a second of one address, other than this machine's own; those of 5 seconds "
        "may come at once, and beyond them the answer is 429. 0: without limit.",
        true},
    SettingSpec{"http.rate.caller", Kind::kInteger, "500",
                "The same of one user or API key; sending events does not count.", true},
    SettingSpec{"http.rate.customer", Kind::kInteger, "500",
                "The same of all who belong to one customer.", true},
    SettingSpec{"kafka.brokers", Kind::kText, "",
                "Brokers to begin with, HOST:PORT divided by commas.", true},
    SettingSpec{"kafka.clientId", Kind::kText, "reckoner",
                "What the brokers' logs and quotas know this program by.", true},
    SettingSpec{"kafka.group", Kind::kText, "reckoner",
                "Consumer group; all daemons of one database are in the same.", true},
    SettingSpec{"kafka.security.caFile", Kind::kText, "",
                "PEM file of the authorities that may certify the brokers; empty: the system's.",
                true},
    SettingSpec{"kafka.security.mechanism", Kind::kChoice, "scram-sha-512",
                "How user and password are shown: plain, scram-sha-256 or scram-sha-512.", true,
                kKafkaMechanisms},
    SettingSpec{"kafka.security.password", Kind::kSecret, "",
                "Password for the brokers: env:NAME or file:/PATH.", true},
    SettingSpec{"kafka.security.protocol", Kind::kChoice, "none",
                "none, or tls (encrypted, and the brokers' certificates are checked).", true,
                kKafkaProtocols},
    SettingSpec{"kafka.security.user", Kind::kText, "",
                "User at the brokers; empty: no authentication.", true},
    SettingSpec{"kafka.topics", Kind::kText, "",
                "Topics to take events from, divided by commas, each perhaps with the namespace of "
                "its events (usage, eu-usage=eu); empty: none.",
                true},
    SettingSpec{"mail.from", Kind::kEmail, "billing@localhost", "Sender of all mails.", true},
    SettingSpec{"mail.pdf", Kind::kBoolean, "true",
                "Whether mails to customers carry their document as a PDF.", true},
    SettingSpec{"mail.retry.for", Kind::kDuration, "P1D",
                "How long a mail that cannot be delivered is tried again.", true},
    SettingSpec{"mail.smtp.caFile", Kind::kText, "",
                "PEM file of the authorities that may certify the mail server; empty: the "
                "system's.",
                true},
    SettingSpec{"mail.smtp.password", Kind::kSecret, "",
                "Password for the mail server: env:NAME or file:/PATH.", true},
    SettingSpec{"mail.smtp.security", Kind::kChoice, "starttls",
                "none, starttls (required, not tried) or tls (from the first byte, as smtps:// "
                "always is).",
                true, kSecurities},
    SettingSpec{"mail.smtp.timeout", Kind::kDuration, "PT30S",
                "For one mail, from connecting to the server's last answer.", true},
    SettingSpec{"mail.smtp.url", Kind::kSmtpUrl, "",
                "The mail server, smtp://HOST[:PORT] or smtps://HOST[:PORT]; empty: mails are "
                "written as .eml files.",
                true},
    SettingSpec{"mail.smtp.user", Kind::kText, "",
                "User at the mail server; empty: no authentication.", true},
    SettingSpec{"payments.link", Kind::kText, "",
                "Where a document is paid: a URL with {document}, {amount} and {currency}; empty: "
                "no links."},
    SettingSpec{
        "payments.stripe.secrets", Kind::kSecret, "",
        "Secrets that events of Stripe, or of who signs as it does, are signed with, divided "
        "by blanks: env:NAME or file:/PATH. Empty: there are no such events.",
        true},
    SettingSpec{"users.oneTimeTime", Kind::kDuration, "P7D",
                "How long a one-time password is good for choosing another.", true},
    SettingSpec{"users.sessionIdleTime", Kind::kDuration, "PT30M",
                "A session that is not used for so long ends.", true},
    SettingSpec{"users.sessionTime", Kind::kDuration, "PT12H", "How long a session lasts at most.",
                true},
    SettingSpec{"users.totpKey", Kind::kSecret, "",
                "Key under which secrets of second factors are stored, 64 hexadecimal digits: "
                "env:NAME or file:/PATH, the same for all daemons of a database. Empty: totp.key "
                "in the data directory. Secrets of webhooks are sealed with it, too.",
                true},
    SettingSpec{"webhooks.caFile", Kind::kText, "",
                "PEM file of the authorities that may certify endpoints; empty: the system's.",
                true},
    SettingSpec{"webhooks.customers.networks", Kind::kText, "",
                "Networks that endpoints of customers may be in beside the public internet, such "
                "as 10.1.0.0/16; divided by commas. http:// reaches these alone.",
                true},
    SettingSpec{"webhooks.disableAfter", Kind::kDuration, "P5D",
                "An endpoint that has taken nothing for so long is told nothing more.", true},
    SettingSpec{"webhooks.house.networks", Kind::kText, "", "The same for endpoints of the house.",
                true},
    SettingSpec{"webhooks.keep", Kind::kDuration, "P90D",
                "How long it is known what was told, and can be told again.", true},
    SettingSpec{"webhooks.overlap", Kind::kDuration, "P1D",
                "How long an old secret signs beside a new one.", true},
    SettingSpec{"webhooks.redirects", Kind::kBoolean, "false",
                "Whether redirects of endpoints are followed.", true},
    SettingSpec{"webhooks.retry.for", Kind::kDuration, "P3D",
                "How long something is tried to be told.", true},
    SettingSpec{"webhooks.timeout", Kind::kDuration, "PT15S",
                "For one request, from resolving the name to the answer's end.", true},
};

const SettingSpec* find_spec(std::string_view name) {
  const auto* const found = std::find_if(
      kSpecs.begin(), kSpecs.end(), [&](const SettingSpec& spec) { return spec.name == name; });
  return found == kSpecs.end() ? nullptr : found;
}

/// Whether the variable is called like a setting: its first word is the first word of one.
bool is_called_like_setting(std::string_view variable) {
  return std::any_of(kSpecs.begin(), kSpecs.end(), [&](const SettingSpec& spec) {
    return variable.starts_with(environment_name(spec.name.substr(0, spec.name.find('.') + 1)));
  });
}

}  // namespace

std::span<const SettingSpec> setting_specs() {
  return kSpecs;
}

std::string environment_name(std::string_view setting) {
  std::string name = "RECKONER_";
  for (const char c : setting) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper) name += '_';
    name += c == '.' ? '_' : (upper ? c : static_cast<char>(c - 'a' + 'A'));
  }
  return name;
}

Settings::Settings() {
  for (const SettingSpec& spec : kSpecs) {
    tree_.put(std::string(spec.name), std::string(spec.default_value));
  }
}

void Settings::set(std::string_view name, std::string_view value) {
  const SettingSpec* spec = find_spec(name);
  if (spec == nullptr) {
    std::vector<std::string> names;
    names.reserve(kSpecs.size());
    for (const SettingSpec& known : kSpecs) names.emplace_back(known.name);
    throw Error(fmt::format("unknown setting '{}'{}", name, suggestion(name, names)));
  }
  try {
    check_value(spec->kind, value, spec->choices);
  } catch (Error& error) {
    throw Error(fmt::format("setting {}: {}", name, error.what()));
  }
  tree_.put(std::string(name), std::string(value));
}

void Settings::check() const {
  for (const std::string_view name :
       {"http.batchMax", "http.bodyMax", "http.connections", "http.heavyMax"}) {
    if (integer(name) < 1) throw Error(fmt::format("setting {}: it is at least 1", name));
  }
  for (const std::string_view name :
       {"billing.bounds.documentsPerDay", "billing.bounds.linesPerDocument",
        "billing.bounds.totalTimes", "http.rate.address", "http.rate.caller",
        "http.rate.customer"}) {
    if (integer(name) < 0) throw Error(fmt::format("setting {}: it is not below 0", name));
  }
  for (const std::string_view name :
       {"http.bodyTime", "http.headTime", "http.idleTime", "users.oneTimeTime",
        "users.sessionIdleTime", "users.sessionTime", "webhooks.timeout"}) {
    if (duration(name).count() < 1)
      throw Error(fmt::format("setting {}: it is at least PT1S", name));
  }
  const std::string invoices = text("billing.invoice.number");
  const std::string credit_notes = text("billing.creditNote.number");
  if (can_coincide(invoices, credit_notes)) {
    throw Error(
        fmt::format("settings billing.invoice.number '{}' and billing.creditNote.number '{}' can "
                    "give two documents the same number",
                    invoices, credit_notes));
  }
}

Settings Settings::overridden_by(const std::map<std::string, std::string>& environment) const {
  Settings result = *this;
  std::map<std::string, const SettingSpec*> variables;
  std::vector<std::string> names;
  names.reserve(kSpecs.size());
  for (const SettingSpec& spec : kSpecs) {
    names.push_back(environment_name(spec.name));
    variables.emplace(names.back(), &spec);
  }
  for (const auto& [name, value] : environment) {
    if (!is_called_like_setting(name)) continue;
    const auto found = variables.find(name);
    if (found == variables.end()) {
      throw Error(fmt::format("environment variable {} stands for no setting{}", name,
                              suggestion(name, names)));
    }
    if (!found->second->may_override) {
      throw Error(
          fmt::format("environment variable {}: {} decides what documents say; set it in "
                      "billing-config.xml",
                      name, found->second->name));
    }
    try {
      result.set(found->second->name, value);
    } catch (Error& error) {
      error.in(fmt::format("environment variable {}", name));
      throw;
    }
  }
  result.check();
  return result;
}

std::string Settings::text(std::string_view name) const {
  RK_CHECK(find_spec(name) != nullptr);
  return tree_.get<std::string>(std::string(name));
}

std::int64_t Settings::integer(std::string_view name) const {
  return std::stoll(text(name));
}

std::chrono::seconds Settings::duration(std::string_view name) const {
  return time::parse_duration(text(name));
}

money::Currency Settings::currency(std::string_view name) const {
  return money::Currency::of(text(name));
}

time::Zone Settings::zone(std::string_view name) const {
  return time::Zone::named(text(name));
}

money::Rounding Settings::rounding() const {
  return text("billing.rounding") == "HALF_EVEN" ? money::Rounding::kHalfEven
                                                 : money::Rounding::kHalfAwayFromZero;
}

std::string Settings::secret(std::string_view name) const {
  const std::string reference = text(name);
  if (reference.starts_with("env:")) {
    const char* value = std::getenv(reference.c_str() + 4);
    if (value == nullptr) {
      throw Error(
          fmt::format("setting {}: environment variable {} is not set", name, reference.substr(4)));
    }
    return value;
  }
  if (reference.empty()) return "";
  std::ifstream file(reference.substr(5), std::ios::binary);
  std::string value{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw Error(fmt::format("setting {}: {} cannot be read", name, reference));
  if (value.ends_with('\n')) value.pop_back();
  if (value.ends_with('\r')) value.pop_back();
  return value;
}

}  // namespace reckoner::config
