#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metering/stored_event.hpp"
#include "meters/meter_reader.hpp"
#include "store/connection.hpp"
#include "text/json.hpp"
#include "time/time.hpp"

namespace reckoner::metering {

/// Who corrects, and why; neither may be empty.
struct CorrectionReason {
  std::string reason;
  std::string by;
  time::Instant at;
};

/// What an event should have said; what is not given stays as it was.
struct Amendment {
  std::optional<text::Json> data = std::nullopt;
  std::optional<time::Instant> occurred_at = std::nullopt;
  std::optional<std::string> subject = std::nullopt;
};

struct Corrected {
  StoredEvent event;                        ///< what does not count any more
  std::optional<StoredEvent> successor;     ///< what counts instead
  std::vector<std::string> meters;          ///< that had counted the event, by name
  std::vector<std::string> counted_meters;  ///< that count the successor, by name
  std::int64_t batch = 0;                   ///< of the correction
  std::int64_t cut = 0;                     ///< from which on it is known
};

/// Makes a counted event count no more, in one transaction: a new fact, never a change of the
/// event. A batch of its own takes back what the event added to the totals of each meter that
/// counted it (MeterReach; a meter whose totals do not have it is left alone), and a cut is closed
/// over it, so that the next document of a billed period shows the difference. The event's name
/// stays taken: a delivery of it remains a duplicate and does not count again. Throws Error, with
/// nothing stored, for an event that is unknown, only in quarantine, archived, or voided before.
Corrected void_event(store::Connection& connection, const meters::MeterReader& meters,
                     const EventName& name, const CorrectionReason& why);

/// The same, with a successor that counts in its place from the same cut on: an event of the same
/// source with the id `<id>~1`, or the next number that is free, of the customer who has its
/// subject at its time. It counts as an event that comes now, for the meters in force now. Also
/// throws for an amendment that changes nothing or cannot be counted, and where a meter that
/// counted the event has ended, because it could not count the successor.
Corrected amend_event(store::Connection& connection, const meters::MeterReader& meters,
                      const EventName& name, const Amendment& amendment,
                      const CorrectionReason& why);

}  // namespace reckoner::metering
