#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/interim.hpp"
#include "web/customer_session.hpp"

namespace reckoner::web {

/// What was billed of the customer's charges in one currency, by label of the period and charge.
/// Credit notes count, so what was voided is nothing.
struct BilledCosts {
  struct OfCharge {
    money::Decimal amount;
    std::optional<std::int64_t> subscription;  ///< one that has it
    std::string description;                   ///< of one of its lines
  };
  struct OfMonth {
    money::Decimal subtotal;
    std::map<std::string, OfCharge> charges;
    std::vector<std::int64_t> documents;  ///< ordinals, ascending
  };
  std::map<std::string, OfMonth> months;

  /// None where nothing of the month has been billed.
  const OfMonth* find(const std::string& label) const;
};

/// Of the periods that start within the stretch.
BilledCosts read_billed_costs(CustomerSession& session, money::Currency currency,
                              const time::Period& stretch);

/// The currencies that the customer is or was billed in, the one subscribed in last first.
std::vector<money::Currency> currencies_of(CustomerSession& session);

/// Its cycle of that currency; none where it has none.
std::optional<time::CycleRule> cycle_of(CustomerSession& session, money::Currency currency);

/// "2026-09" for "2026-10" and −1.
std::string month_after(const std::string& label, int months);

/// What people call charges: as the plans of the active configuration do that the customer is or
/// was on.
class ChargeTitles {
 public:
  explicit ChargeTitles(CustomerSession& session);

  /// `otherwise` where no plan of the subscription has the charge.
  std::string of(const std::string& charge, std::optional<std::int64_t> subscription,
                 const std::string& otherwise) const;

 private:
  std::map<std::pair<std::int64_t, std::string>, std::string> titles_;  // by subscription, charge
};

/// The amounts of a document's lines of periods with that label by charge, in the order of the
/// document, with the numbers of the lines.
struct ChargeLines {
  std::string charge;
  std::optional<std::int64_t> subscription;  ///< of its first line
  std::string description;                   ///< likewise
  money::Decimal amount;
  std::vector<std::int64_t> lines;  ///< from 1
};
std::vector<ChargeLines> charges_of(const domain::Document& document, const std::string& label);

/// The document of the currency; none when there is none.
const domain::Document* document_in(const std::vector<domain::Document>& documents,
                                    money::Currency currency);

/// Numbers of issued documents by ordinal.
std::map<std::int64_t, std::string> document_numbers(CustomerSession& session,
                                                     const std::vector<std::int64_t>& ordinals);

}  // namespace reckoner::web
