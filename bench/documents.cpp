#include <fmt/format.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "documents/invoice_pdf.hpp"
#include "machine.hpp"
#include "text/json.hpp"

namespace reckoner::bench {

namespace {

using money::Decimal;

constexpr std::string_view kLogo =
    R"(<svg xmlns="http://www.w3.org/2000/svg" width="120" height="32" viewBox="0 0 120 32">)"
    R"(<rect width="32" height="32" rx="7" fill="#1a4f8c"/>)"
    R"(<path d="M8 22 L16 8 L24 22 Z" fill="#fff"/></svg>)";

struct Options {
  double seconds = 3.0;
  int rounds = 5;
  int lines = 2;
  std::string write;
  bool json = false;
};

money::Money eur(const Decimal& amount) {
  return money::Money(amount, money::Currency::of("EUR"));
}

time::Date day(unsigned month, unsigned day_of_month) {
  return std::chrono::year(2026) / std::chrono::month(month) / std::chrono::day(day_of_month);
}

domain::DocumentLine line(int number, int customer) {
  domain::DocumentLine line{
      .period = {.starts_at = std::chrono::sys_days(day(10, 1)), .cycle = 1},
      .period_label = "2026-10",
      .line = {.key = fmt::format("sub:1|service-{}||arrears", number),
               .subscription = 1,
               .charge = fmt::format("service-{}", number),
               .description = fmt::format("Requests of service {} above the allowance", number),
               .starts_on = day(10, 1),
               .ends_on = day(11, 1),
               .quantity = 4640 + number + customer,
               .unit = "requests",
               .amount = eur(Decimal::from_parts(31440 + number + customer * 7, 2)),
               .facts = ""},
      .tax_percent = 19};
  return line;
}

pricing::Trace tiers(int customer) {
  const auto step = [](std::string label, Decimal quantity, Decimal price) {
    return pricing::Step{std::move(label), quantity, price,
                         money::Ratio(quantity) * money::Ratio(price)};
  };
  return {step("tier up to 1000", 1000, Decimal::from_parts(1, 1)),
          step("tier up to 5000", 3640 + customer, Decimal::from_parts(589, 4))};
}

/// What a customer of several services gets: everything that a page can have, and by `number` other
/// names, places and figures.
documents::Printed made_up(int lines, int number) {
  domain::Document document{
      .customer = {7},
      .customer_key = fmt::format("customer-{}", number),
      .customer_name = fmt::format("Müller & Söhne {} GmbH", number),
      .email = "billing@acme.example",
      .zone = "Europe/Berlin",
      .currency = money::Currency::of("EUR"),
      .ordinal = 3,
      .number = fmt::format("R-2026-{:06}", number),
      .corrects = std::nullopt,
      .corrects_number = "",
      .reason = "",
      .issued_on = day(11, 1),
      .due_on = day(11, 15),
      .lines = {},
      .payments = {{1, fmt::format("TX-{}", number), day(10, 20), eur(120), ""}},
      .coupons = {},
      .taxes = {},
      .credits = {},
      .brought_forward = eur(120 + number),
      .subtotal = eur(0),
      .total = eur(0),
      .credits_total = eur(0),
      .payments_total = eur(0),
      .carried_forward = eur(0),
      .credit_limit = std::nullopt};
  documents::Printed printed{
      .document = std::move(document),
      .issuer = {"Stratos GmbH",
                 {"Hauptstraße 1", "10115 Berlin"},
                 "VAT DE123456789",
                 "billing@stratos.example"},
      .details = {.iban = "DE89370400440532013000",
                  .bic = "COBADEFFXXX",
                  .country = "DE",
                  .logo = std::string(kLogo)},
      .recipient = {.billing = {.address = {.street = {fmt::format("Am Markt {}", number)},
                                            .city = "Hamburg",
                                            .postal_code = fmt::format("{:05}", 20095 + number),
                                            .subdivision = "",
                                            .country = ""},
                                .buyer_reference = "",
                                .purchase_order = fmt::format("PO-2026-{}", number)},
                    .country = "DE",
                    .tax_id = fmt::format("DE{:09}", 811907980 + number),
                    .language = "de"},
      .subscriptions = {{1, "IoT Professional"}},
      .periods = {},
      .compared = {}};
  money::Money base = eur(0);
  for (int i = 0; i < lines; ++i) {
    printed.document.lines.push_back(line(i, number));
    printed.steps.push_back(i < 1 ? tiers(number) : pricing::Trace{});
    base += printed.document.lines.back().line.amount;
    if (i < 6) {
      printed.compared.push_back(
          {fmt::format("Service {}", i), eur(300 + number), eur(314 + i + number)});
    }
  }
  const money::Money tax =
      money::round_to_currency(base * money::Ratio(Decimal::from_parts(19, 2)), base.currency(),
                               money::Rounding::kHalfAwayFromZero);
  printed.document.taxes = {{"DE", "standard", 19, base, tax, false, ""}};
  domain::add_up(printed.document);
  for (int month = 1; month <= 10; ++month) {
    printed.periods.push_back({fmt::format("2026-{:02}", month), eur(2000 + 90 * month + number)});
  }
  return printed;
}

/// CPU seconds of this thread: what others do on the machine counts as little as possible.
double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Figures {
  double documents_per_s = 0.0;  ///< the median of the rounds
  double lowest = 0.0;
  double highest = 0.0;
  std::size_t bytes = 0;  ///< of one
};

/// Each document has another number; the fonts are read before.
Figures measure(const Options& options) {
  Figures figures;
  figures.bytes = documents::to_pdf(made_up(options.lines, 0)).size();
  std::vector<double> rounds;
  int number = 0;
  for (int round = 0; round < options.rounds; ++round) {
    const double begun = cpu_seconds();
    double used = 0.0;
    int made = 0;
    while (used < options.seconds) {
      if (documents::to_pdf(made_up(options.lines, ++number)).size() < 1000) {
        throw std::logic_error("a document came out empty");
      }
      ++made;
      used = cpu_seconds() - begun;
    }
    rounds.push_back(made / used);
  }
  std::ranges::sort(rounds);
  figures.documents_per_s = rounds[rounds.size() / 2];
  figures.lowest = rounds.front();
  figures.highest = rounds.back();
  return figures;
}

std::string fixed(double value, int digits) {
  return fmt::format("{:.{}f}", value, digits);
}

std::string as_json(const Options& options, const Machine& machine, const Figures& figures) {
  text::JsonWriter json(text::JsonLayout::kIndented);
  json.begin_object().key("benchmark").string("documents");
  json.key("pdfs_per_s").number(fixed(figures.documents_per_s, 1));
  json.key("range").begin_array().number(fixed(figures.lowest, 1));
  json.number(fixed(figures.highest, 1)).end_array();
  json.key("bytes_a_pdf").number(static_cast<std::int64_t>(figures.bytes));
  json.key("peak_rss_mb").number(fixed(peak_memory_mb(), 1));
  json.key("machine").begin_object().key("processor").string(machine.processor);
  json.key("processors").number(machine.processors).key("memory_mb").number(machine.memory_mb);
  json.key("system").string(machine.system);
  json.key("load_average_before").number(fixed(machine.load_average, 2)).end_object();
  json.key("versions").begin_object().key("reckoner").string(RECKONER_VERSION);
  json.key("compiler").string(__VERSION__).end_object();
  json.key("settings").begin_object().key("threads").number(1);
  json.key("seconds").string("CPU time of the thread");
  json.key("seconds_a_round").number(fixed(options.seconds, 2));
  json.key("rounds").number(options.rounds).key("lines").number(options.lines);
  json.end_object().end_object();
  return json.finish() + "\n";
}

int run(int argc, char** argv) {
  Options options;
  CLI::App app("Makes PDFs of made-up invoices, on one thread.");
  app.add_option("--seconds", options.seconds, "CPU time of a round")
      ->check(CLI::Range(0.01, 60.0))
      ->capture_default_str();
  app.add_option("--rounds", options.rounds, "the median counts")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--lines", options.lines, "of each invoice; 2 are one page")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--write", options.write, "write one to this file, and measure nothing");
  app.add_flag("--json", options.json, "print one JSON document");
  CLI11_PARSE(app, argc, argv);

  if (!options.write.empty()) {
    std::ofstream(options.write, std::ios::binary) << documents::to_pdf(made_up(options.lines, 42));
    return 0;
  }
  const Machine machine = this_machine();
  const Figures figures = measure(options);
  if (options.json) {
    fmt::print("{}", as_json(options, machine, figures));
  } else {
    fmt::print("{:.1f} PDFs/s ({:.1f} to {:.1f}), {} bytes each, {} lines\n",
               figures.documents_per_s, figures.lowest, figures.highest, figures.bytes,
               options.lines);
  }
  return 0;
}

}  // namespace

}  // namespace reckoner::bench

int main(int argc, char** argv) {
  try {
    return reckoner::bench::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "documents: {}\n", error.what());
    return 1;
  }
}
