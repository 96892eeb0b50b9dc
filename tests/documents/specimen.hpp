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
  return {domain::PeriodKey{.starts_at = since, .cycle = 1},
          std::move(label),
          true_up,
          {domain::make_line_key(1, charge, "", domain::Side::kArrears), 1, charge,
           std::move(description), starts_on, ends_on, money::Decimal::parse(quantity),
           std::move(unit), usd(amount), R"({"price":"0.03"})"}};
}

/// Every kind of content at once: two periods, an adjustment, a part of a month, payments, a
/// balance.
inline domain::Document specimen() {
  domain::Document document{.customer = {7},
                            .customer_key = "acme",
                            .customer_name = "Müller & Söhne",
                            .email = "billing@acme.example",
                            .zone = "Europe/Berlin",
                            .currency = money::Currency::of("USD"),
                            .ordinal = 3,
                            .number = "R-2026-000042",
                            .issued_on = day(2026, 11, 1),
                            .due_on = day(2026, 11, 15),
                            .lines = {},
                            .payments = {},
                            .brought_forward = usd("40.00"),
                            .total = usd("114.22"),
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

inline Issuer specimen_issuer() {
  return {"Stratos Ltd", {"1 Main Street", "London"}, "VAT GB123456789", "help@stratos.example"};
}

}  // namespace reckoner::documents
