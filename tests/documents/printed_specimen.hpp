#pragma once

#include <fmt/format.h>

#include "documents/printed.hpp"
#include "specimen.hpp"

namespace reckoner::documents {

inline constexpr std::string_view kSpecimenLogo =
    R"(<svg xmlns="http://www.w3.org/2000/svg" width="120" height="32" viewBox="0 0 120 32">)"
    R"(<rect width="32" height="32" rx="7" fill="#1a4f8c"/><path d="M8 22 L16 8 L24 22 Z" fill="#fff"/>)"
    R"(<rect x="42" y="8" width="70" height="7" fill="#1a4f8c"/>)"
    R"(<rect x="42" y="19" width="46" height="5" fill="#9fb6d3"/></svg>)";

inline money::Money eur(std::string_view amount) {
  return money::Money(money::Decimal::parse(amount), money::Currency::of("EUR"));
}

inline domain::DocumentLine eur_line(std::string charge, std::string description,
                                     std::string_view quantity, std::string unit,
                                     std::string_view amount, std::string_view percent = "19") {
  domain::DocumentLine line =
      specimen_line("2026-10", false, std::move(charge), std::move(description), day(2026, 10, 1),
                    day(2026, 11, 1), quantity, std::move(unit), "0");
  line.line.amount = eur(amount);
  line.tax_percent = money::Decimal::parse(percent);
  return line;
}

inline pricing::Step step(std::string label, std::string_view quantity, std::string_view price) {
  const money::Ratio units(money::Decimal::parse(quantity));
  const money::Decimal each = money::Decimal::parse(price);
  return {std::move(label), units, each, units * money::Ratio(each)};
}

/// The tax at 19 % on the sum of the lines, the balance, and nothing else: sums are right.
inline void settle(domain::Document& document) {
  money::Money base(document.currency);
  for (const domain::DocumentLine& line : document.lines) base += line.line.amount;
  const money::Money tax =
      money::round_to_currency(base * money::Ratio(money::Decimal::parse("0.19")),
                               document.currency, money::Rounding::kHalfAwayFromZero);
  document.taxes = {{"DE", "standard", 19, base, tax, false, ""}};
  domain::add_up(document);
}

/// An invoice in EUR with everything that a page has: a logo, tiers, taxes, payments, other periods
/// and an account to pay to.
inline Printed printed_specimen(int more_lines = 0) {
  domain::Document document = specimen();
  document.currency = money::Currency::of("EUR");
  document.credit_limit.reset();
  document.lines = {
      eur_line("fee", "Professional, monthly fee", "31", "days", "100.00"),
      eur_line("bandwidth", "Bandwidth above the allowance", "4640", "GB", "314.40"),
      eur_line("devices", "Connected devices", "250", "devices", "62.50"),
  };
  std::vector<pricing::Trace> steps{
      {step("fee", "1", "100")},
      {step("tier up to 1000", "1000", "0.10"), step("tier up to 5000", "3640", "0.0589010989")},
      {step("per unit", "250", "0.25")}};
  for (int i = 0; i < more_lines; ++i) {
    document.lines.push_back(eur_line("requests", fmt::format("Requests of service {}", i + 1),
                                      std::to_string(1000 + i), "requests", "1.25"));
    steps.push_back({});
  }
  document.payments = {{1, "TX-4711", day(2026, 10, 20), eur("120.00"), ""}};
  document.brought_forward = eur("120.00");
  settle(document);
  return {.document = std::move(document),
          .issuer = specimen_issuer(),
          .details = {.iban = "DE89370400440532013000",
                      .bic = "COBADEFFXXX",
                      .country = "",
                      .logo = std::string(kSpecimenLogo)},
          .recipient = {.billing = {.address = {.street = {"Hof 2", "Hauptstraße 5"},
                                                .city = "Berlin",
                                                .postal_code = "10115",
                                                .subdivision = "",
                                                .country = ""},
                                    .buyer_reference = "04011000-12345-35",
                                    .purchase_order = "PO-2026-117"},
                        .country = "DE",
                        .tax_id = "DE811907980",
                        .language = ""},
          .steps = std::move(steps),
          .subscriptions = {{1, "IoT Professional"}},
          .periods = {{"2026-06", eur("310.00")},
                      {"2026-07", eur("352.10")},
                      {"2026-08", eur("298.40")},
                      {"2026-09", eur("401.00")},
                      {"2026-10", eur("476.90")}},
          .compared = {{"Bandwidth", eur("240.10"), eur("314.40")},
                       {"Monthly fee", eur("100.00"), eur("100.00")},
                       {"Devices", eur("60.90"), eur("62.50")}},
          .before = "R-2026-000031",
          .changes = {{"Bandwidth",
                       {eur("74.30"),
                        money::Decimal(31),
                        {{insight::LargeChange::Cause::kMoreUsage, eur("80.00")},
                         {insight::LargeChange::Cause::kLowerPrices, eur("-5.70")}}}}}};
}

}  // namespace reckoner::documents
