#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace reckoner::domain {

/// What happens to customers that others may want to be told of.
struct EventKind {
  std::string_view name;  ///< "invoice.issued": what is told carries it as its type
  std::string_view what;  ///< one sentence for people
  bool for_customers;     ///< whether a customer's own people may be told, or the house alone
};

/// All kinds, sorted by name (docs/webhooks.md describes the data of each).
inline constexpr auto kEventKinds = std::to_array<EventKind>({
    {"budget.reached", "A month has reached a threshold of a budget, or is forecast to.", true},
    {"cost_centre.budget_reached",
     "A month of a cost centre has reached a threshold of its budget, or is forecast to.", false},
    {"credit_note.issued", "A credit note has its number.", true},
    {"customer.held", "Documents of a customer wait for approval.", false},
    {"customer.parked", "A customer could not be billed, and was not waiting for that before.",
     false},
    {"dispute.opened", "A customer does not agree to a document or a line of it.", true},
    {"dispute.settled", "A dispute was credited, refused or withdrawn.", true},
    {"dunning.ended", "An overdue document was paid, credited, voided or given up.", true},
    {"dunning.reminder", "A customer was reminded of an overdue document.", true},
    {"dunning.suspension_notice", "A customer is to be suspended for an overdue document.", true},
    {"dunning.write_off_proposed", "An overdue document is proposed to be given up.", false},
    {"endpoint.disabled", "An endpoint of a customer is told nothing more.", false},
    {"invoice.issued", "An invoice has its number.", true},
    {"payment.booked", "A payment was booked, or taken back.", true},
    {"showback.issued", "A showback document has its number.", true},
});

/// Or nullptr.
constexpr const EventKind* find_event_kind(std::string_view name) {
  const auto* const found = std::find_if(kEventKinds.begin(), kEventKinds.end(),
                                         [&](const EventKind& kind) { return kind.name == name; });
  return found == kEventKinds.end() ? nullptr : found;
}

/// In a list of wanted kinds: all that there are, and will be.
inline constexpr std::string_view kAllEvents = "*";

}  // namespace reckoner::domain
