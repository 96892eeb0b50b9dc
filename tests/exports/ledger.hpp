#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "exports/entry.hpp"

namespace reckoner::exports {

inline EntryLine line(std::string account, std::string_view amount, std::string_view currency) {
  return {std::move(account),
          money::Money(money::Decimal::parse(amount), money::Currency::of(currency))};
}

/// The invoice of docs/journal.md, a payment in another currency with a reference of a bank, and a
/// transfer of another legal entity on an account that the chart does not have any more.
inline std::vector<Entry> some_entries() {
  return {
      {.booked_on = time::parse_date("2026-11-01"),
       .customer = "acme",
       .name = "document:1",
       .reference = "INV-2026-000001",
       .legal_entity = "default",
       .lines = {line("prepaid", "30.00", "EUR"), line("receivable", "100.90", "EUR"),
                 line("revenue", "-110.00", "EUR"), line("tax", "-20.90", "EUR")}},
      {.booked_on = time::parse_date("2026-11-02"),
       .customer = "Müller; [x] | \"y\"",
       .name = "payment:1",
       .reference = "=wire, \"7\"\n",
       .legal_entity = "default",
       .lines = {line("cash", "1500", "JPY"), line("receivable", "-1500", "JPY")}},
      {.booked_on = time::parse_date("2026-11-03"),
       .customer = "acme",
       .name = "transfer:1:BHD:in",
       .reference = "",
       .legal_entity = "de",
       .lines = {line("old_account", "1.500", "BHD"), line("between-entities", "-1.500", "BHD")}}};
}

/// What a writer of entries makes of them.
template <class Writer, class... Arguments>
std::string written(const std::vector<Entry>& entries, Arguments&&... arguments) {
  std::string text;
  Writer writer(std::forward<Arguments>(arguments)...,
                [&](std::string_view piece) { text += piece; });
  for (const Entry& entry : entries) writer.write(entry);
  writer.finish();
  return text;
}

}  // namespace reckoner::exports
