#include "invoicing/receivables.hpp"

#include <algorithm>
#include <map>

namespace reckoner::invoicing {

namespace {

/// Lowers what is open by the amount, as far as it goes, and gives how much that was.
money::Money lower(money::Money& open, const money::Money& amount) {
  const money::Money part = std::min(open, amount);
  open -= part;
  return part;
}

}  // namespace

std::vector<money::Money> open_amounts(std::span<const Demand> demands,
                                       std::span<const NamedPayment> named,
                                       const money::Money& balance) {
  const money::Money zero(balance.currency());
  std::vector<money::Money> open;
  money::Money demanded = zero;
  for (const Demand& demand : demands) {
    open.push_back(std::max(demand.amount, zero));
    demanded += open.back();
  }
  // Everything that is not open any more, whatever it was paid with.
  money::Money settled = demanded - balance;
  const auto settle = [&](std::int64_t ordinal, const money::Money& amount) {
    for (std::size_t i = 0; i < demands.size(); ++i) {
      if (demands[i].ordinal != ordinal) continue;
      settled -= lower(open[i], std::min(amount, std::max(settled, zero)));
    }
  };
  for (const Demand& demand : demands) {
    if (demand.corrects && demand.amount < zero) settle(*demand.corrects, -demand.amount);
  }
  // What was paid and taken back again has settled nothing.
  std::map<std::int64_t, money::Money> paid;
  for (const NamedPayment& payment : named) {
    paid.try_emplace(payment.ordinal, zero).first->second += payment.amount;
  }
  for (const auto& [ordinal, amount] : paid) {
    if (amount > zero) settle(ordinal, amount);
  }
  for (money::Money& amount : open) {
    if (settled <= zero) break;
    settled -= lower(amount, settled);
  }
  return open;
}

}  // namespace reckoner::invoicing
