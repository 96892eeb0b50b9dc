#pragma once

#include "documents/issuer.hpp"
#include "domain/document.hpp"

namespace reckoner::documents {

inline time::Date day(int year, unsigned month, unsigned day_of_month) {
  return std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day_of_month);
}

inline money::Money usd(std::string_view amount) {
  return money::Money(money::Decimal::parse(amount), money::Currency::of("USD"));
}

inline domain::DocumentLine specimen_line(std::string label, bool true_up, std::string charge,
                                          std::string description, time::Date starts_on,
                                          time::Date ends_on, std::string_view quantity,
                                          std::string unit, std::string_view amount) {
  const auto since = std::chrono::sys_days(starts_on.year() / starts_on.month() / 1);
  return {.period = {.starts_at = since, .cycle = 1},
          .period_label = std::move(label),
          .true_up = true_up,
          .line = {.key = domain::make_line_key(1, charge, "", domain::Side::kArrears),
                   .subscription = 1,
                   .charge = charge,
                   .description = std::move(description),
                   .starts_on = starts_on,
                   .ends_on = ends_on,
                   .quantity = money::Decimal::parse(quantity),
                   .unit = std::move(unit),
                   .amount = usd(amount),
                   .facts = R"({"price":"0.03"})"},
          .tax_percent = std::nullopt};
}

/// An invoice without taxes, coupons and credits: two periods, an adjustment, a part of a month,
/// payments, a balance.
inline domain::Document specimen() {
  domain::Document document{.customer = {7},
                            .customer_key = "acme",
                            .customer_name = "Müller & Söhne",
                            .email = "billing@acme.example",
                            .zone = "Europe/Berlin",
                            .currency = money::Currency::of("USD"),
                            .ordinal = 3,
                            .number = "R-2026-000042",
                            .corrects = std::nullopt,
                            .corrects_number = "",
                            .reason = "",
                            .issued_on = day(2026, 11, 1),
                            .due_on = day(2026, 11, 15),
                            .lines = {},
                            .payments = {},
                            .coupons = {},
                            .taxes = {},
                            .credits = {},
                            .brought_forward = usd("40.00"),
                            .subtotal = usd("114.22"),
                            .total = usd("114.22"),
                            .credits_total = usd("0.00"),
                            .payments_total = usd("100.00"),
                            .carried_forward = usd("54.22"),
                            .credit_limit = usd("1000.00")};
  document.lines = {
      specimen_line("2026-09", true, "bandwidth", "Bandwidth above the allowance", day(2026, 9, 1),
                    day(2026, 10, 1), "10", "MB", "0.30"),
      specimen_line("2026-10", false, "fee", "Professional, monthly fee", day(2026, 10, 1),
                    day(2026, 11, 1), "31", "days", "100.00"),
      specimen_line("2026-10", false, "bandwidth", "Bandwidth above the allowance",
                    day(2026, 10, 15), day(2026, 11, 1), "464", "MB", "13.92"),
  };
  document.payments = {{1, "TX-1", day(2026, 10, 5), usd("60.00"), ""},
                       {2, "TX-2", day(2026, 10, 20), usd("40.00"), "by cheque"}};
  domain::check(document);
  return document;
}

inline domain::TaxTotal specimen_tax(std::string category, std::string_view percent,
                                     std::string_view base, std::string_view tax,
                                     bool included = false, std::string note = "") {
  return {"DE",     std::move(category), money::Decimal::parse(percent), usd(base), usd(tax),
          included, std::move(note)};
}

/// The same invoice with lines of two rates, coupons, prices that contain a tax and such that do
/// not, and prepaid credits.
inline domain::Document full_specimen() {
  domain::Document document = specimen();
  document.lines[0].tax_percent = 19;
  document.lines[1].tax_percent = 19;
  document.lines[2].line.tax = "reduced";
  document.lines[2].tax_percent = 7;
  document.coupons = {{2, "Welcome to Stratos", usd("10.00")}, {5, "Summer", usd("4.22")}};
  document.taxes = {specimen_tax("standard", "19", "87.74", "16.67"),
                    specimen_tax("reduced", "7", "11.46", "0.80", true, "books")};
  document.credits = {{1, "Startup programme", usd("20.00")}};
  domain::add_up(document);
  return document;
}

/// A credit note by hand against the full specimen: it gives back what that took.
inline domain::Document credit_note_specimen() {
  domain::Document document = full_specimen();
  document.kind = domain::DocumentKind::kCreditNote;
  document.ordinal = 4;
  document.number = "C-2026-000001";
  document.corrects = 3;
  document.corrects_number = "R-2026-000042";
  document.reason = "The line of October was charged although the service was not available";
  document.lines = {specimen_line("2026-10", true, "fee", "Professional, monthly fee",
                                  day(2026, 10, 1), day(2026, 11, 1), "-31", "days", "-100.00")};
  document.lines[0].tax_percent = 19;
  document.lines[0].counts = false;
  document.payments.clear();
  document.coupons = {{2, "Welcome to Stratos", usd("-10.00")}};
  document.taxes = {specimen_tax("standard", "19", "-90.00", "-17.10")};
  document.credits = {{1, "Startup programme", usd("-20.00")}};
  document.brought_forward = usd("50.89");
  domain::add_up(document);
  return document;
}

inline Issuer specimen_issuer() {
  return {"Stratos Ltd", {"1 Main Street", "London"}, "VAT GB123456789", "help@stratos.example"};
}

}  // namespace reckoner::documents
