#include <fmt/format.h>

#include "accounts/customers.hpp"
#include "app/commands.hpp"
#include "app/credited_line.hpp"
#include "app/document_files.hpp"
#include "app/presentation.hpp"
#include "app/recorded.hpp"
#include "base/durable_file.hpp"
#include "documents/document_json.hpp"
#include "documents/invoice_pdf.hpp"
#include "documents/invoice_text.hpp"
#include "documents/ubl.hpp"
#include "engine/corrections.hpp"
#include "engine/interim.hpp"
#include "engine/printed_document.hpp"
#include "store/document_rows.hpp"
#include "text/table.hpp"

namespace reckoner::app {

namespace {

constexpr std::chrono::days kInterimAheadMax{366};

void write_interim(text::JsonWriter& json, const engine::InterimInvoice& invoice) {
  json.begin_object().key("as_of").string(time::to_string(invoice.as_of));
  json.key("cut").number(invoice.cut);
  json.key("configuration_version").number(invoice.version.value);
  json.key("what_if").boolean(invoice.what_if);
  json.key("expected_total").string(invoice.expected_total.to_string());
  json.key("document");
  documents::write_json(json, invoice.document);
  json.end_object();
}

void write_file(const std::string& path, const std::string& bytes) {
  DurableFile file(path);
  file.write(bytes);
  file.commit();
}

std::string interim_notes(const engine::InterimInvoice& invoice) {
  std::string notes = fmt::format(
      "As of {}. Expected total at the end of the period, from the usage so far: {} {}.\n",
      time::to_string(invoice.as_of), invoice.expected_total.to_string(),
      invoice.document.currency.code());
  if (invoice.what_if) {
    notes +=
        "What if: this period was issued already; it is shown as if it had ended then and nothing "
        "had been billed.\n";
  }
  return notes;
}

}  // namespace

time::Instant parse_as_of(const std::string& text, const time::Zone& zone) {
  try {
    return text.size() == 10 ? zone.start_of(time::parse_date(text)) : time::parse_instant(text);
  } catch (const Error& error) {
    throw UsageError(fmt::format("--as-of {}: {}", text, error.what()));
  }
}

void note_limit(const Console& console, std::size_t shown, int limit) {
  if (shown < static_cast<std::size_t>(limit)) return;
  console.note(fmt::format("The first {}; --limit N shows more.", shown));
}

int interim_command(System& system, const Console& console, const std::string& customer,
                    const std::string& as_of) {
  return interim_command(system, console, customer, as_of, "");
}

int interim_command(System& system, const Console& console, const std::string& customer,
                    const std::string& as_of, const std::string& pdf) {
  const time::Instant now = system.clock()();
  auto connection = system.connection();
  const auto known = accounts::find_customer(*connection, customer, now);
  if (!known) throw Error(fmt::format("there is no customer '{}'", customer));
  const time::Instant instant = as_of.empty() ? now : parse_as_of(as_of, known->customer.zone);
  if (instant > now + kInterimAheadMax) {
    throw UsageError(fmt::format("--as-of {} is more than a year ahead", as_of));
  }
  const auto invoices = engine::interim_invoices(*connection, system.versions(), customer, instant);
  if (!pdf.empty()) {
    if (invoices.size() != 1) {
      throw Error(fmt::format("{} interim invoices of {}, and a PDF has the pages of one",
                              invoices.empty() ? "no" : "several", customer));
    }
    const auto printed = engine::printed_interim(*connection, system.versions(), invoices.front());
    write_file(pdf, documents::to_pdf(printed));
  }
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("invoices").begin_array();
    for (const engine::InterimInvoice& invoice : invoices) write_interim(json, invoice);
    json.end_array().end_object();
    console.result(json);
    return 0;
  }
  if (invoices.empty()) console.result(fmt::format("Nothing to bill for {} so far.", customer));
  for (const engine::InterimInvoice& invoice : invoices) {
    console.result(documents::to_text(invoice.document, issuer_of(system, invoice.document)));
    console.result(interim_notes(invoice));
  }
  return 0;
}

int invoices_command(System& system, const Console& console, const std::string& customer,
                     int limit) {
  auto connection = system.connection();
  store::DocumentFilter filter;
  if (!customer.empty()) {
    if (!accounts::find_customer(*connection, customer, system.clock()())) {
      throw Error(fmt::format("there is no customer '{}'", customer));
    }
    filter.customer_key = customer;
  }
  const auto documents = store::list_documents(*connection, filter, limit);
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("invoices").begin_array();
    for (const store::DocumentSummary& document : documents) write_summary(json, document);
    json.end_array().end_object();
    console.result(json);
  } else {
    console.result(document_table(documents));
    note_limit(console, documents.size(), limit);
  }
  return 0;
}

int show_command(System& system, const Console& console, const std::string& number) {
  return show_command(system, console, number, {});
}

int show_command(System& system, const Console& console, const std::string& number,
                 const WrittenFiles& files) {
  auto connection = system.connection();
  const auto id = store::find_document(*connection, number);
  if (!id) throw Error(fmt::format("there is no document '{}'", number));
  const domain::Document document = store::load_document(*connection, *id);
  if (!files.pdf.empty() || !files.ubl.empty()) {
    const auto printed = engine::printed_document(*connection, system.versions(), *id);
    if (!files.pdf.empty()) write_file(files.pdf, documents::to_pdf(printed));
    if (!files.ubl.empty()) write_file(files.ubl, documents::to_ubl(printed));
  }
  if (console.json()) {
    text::JsonWriter json;
    documents::write_json(json, document, engine::recipient_of(*connection, *id));
    console.result(json);
  } else {
    console.result(documents::to_text(document, issuer_of(system, document)));
  }
  return 0;
}

namespace {

void show_issued(System& system, const Console& console, const domain::Document& document) {
  if (console.json()) {
    text::JsonWriter json;
    documents::write_json(json, document);
    console.result(json);
  } else {
    console.result(documents::to_text(document, issuer_of(system, document)));
  }
}

accounts::AuditEntry entry_of(std::string action, const std::string& corrected,
                              const domain::Document& document) {
  text::JsonWriter after;
  after.begin_object().key("documents").begin_array().string(document.number);
  after.end_array().end_object();
  return {.action = std::move(action),
          .subject = fmt::format("document {}", corrected),
          .customer = document.customer,
          .after = after.finish()};
}

}  // namespace

engine::CreditedLine parse_credited_line(const std::string& text) {
  const std::size_t equals = text.find('=');
  const auto line = money::Decimal::try_parse(text.substr(0, equals));
  engine::CreditedLine credited;
  if (!line || !line->is_whole() || line->sign() <= 0 || text.size() > 30) {
    throw UsageError(fmt::format("--line '{}' is not LINE or LINE=AMOUNT", text));
  }
  credited.line = std::stoll(line->to_string());
  if (equals != std::string::npos) {
    credited.amount = money::Decimal::try_parse(text.substr(equals + 1));
    if (!credited.amount) {
      throw UsageError(fmt::format("--line '{}' is not LINE or LINE=AMOUNT", text));
    }
  }
  return credited;
}

int void_command(System& system, const Console& console, const std::string& number,
                 const std::string& mode, const std::string& reason) {
  const engine::VoidRequest request{
      number, mode == "waive" ? engine::VoidMode::kWaive : engine::VoidMode::kRebill, reason};
  show_issued(system, console,
              recorded(
                  system,
                  [&](store::Connection& connection) {
                    return engine::void_document(connection, system.versions(), request,
                                                 system.clock()());
                  },
                  [&](const domain::Document& document) {
                    return entry_of("customer.void", number, document);
                  }));
  return 0;
}

int credit_command(System& system, const Console& console, const std::string& number,
                   const std::vector<std::string>& lines, const std::string& nature,
                   const std::string& reason) {
  engine::CreditNoteRequest request{number, {}, invoicing::parse_credit_nature(nature), reason};
  for (const std::string& line : lines) request.lines.push_back(parse_credited_line(line));
  show_issued(system, console,
              recorded(
                  system,
                  [&](store::Connection& connection) {
                    return engine::credit_note(connection, system.versions(), request,
                                               system.clock()());
                  },
                  [&](const domain::Document& document) {
                    return entry_of("customer.credit-note", number, document);
                  }));
  return 0;
}

int customers_command(System& system, const Console& console, int limit) {
  auto connection = system.connection();
  const auto customers =
      accounts::list_customers(*connection, {.limit = limit, .offset = 0}, system.clock()());
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("customers").begin_array();
    for (const accounts::CustomerSummary& customer : customers) {
      json.begin_object().key("key").string(customer.customer.key);
      json.key("name").string(customer.customer.name);
      json.key("time_zone").string(customer.customer.zone.name());
      json.key("anchor_day").number(customer.customer.anchor_day);
      json.key("plans").begin_array();
      for (const std::string& plan : customer.plans) json.string(plan);
      json.end_array().key("balances").begin_array();
      for (const money::Money& balance : customer.balances) {
        json.begin_object().key("currency").string(balance.currency().code());
        json.key("amount").string(balance.to_string()).end_object();
      }
      json.end_array().key("parked");
      customer.parked ? json.string(*customer.parked) : json.null();
      json.end_object();
    }
    json.end_array().end_object();
    console.result(json);
    return 0;
  }
  text::Table table({{"customer"},
                     {"name"},
                     {"time zone"},
                     {"anchor", text::Align::kRight},
                     {"plans"},
                     {"balance", text::Align::kRight},
                     {"parked"}});
  for (const accounts::CustomerSummary& customer : customers) {
    std::vector<std::string> balances;
    for (const money::Money& balance : customer.balances) {
      balances.push_back(fmt::format("{} {}", balance.to_string(), balance.currency().code()));
    }
    table.add({customer.customer.key, customer.customer.name,
               std::string(customer.customer.zone.name()),
               std::to_string(customer.customer.anchor_day),
               fmt::format("{}", fmt::join(customer.plans, ", ")),
               fmt::format("{}", fmt::join(balances, ", ")), customer.parked.value_or("")});
  }
  console.result(table.to_string());
  note_limit(console, customers.size(), limit);
  return 0;
}

}  // namespace reckoner::app
