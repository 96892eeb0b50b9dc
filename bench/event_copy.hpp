#pragma once

#include <cstdint>
#include <string>

namespace reckoner::bench {

struct EventCopy {
  std::int64_t events = 0;  ///< each one row of event_key and one of raw_event
  std::int64_t transaction_events = 0;
  double seconds = 0.0;

  double events_per_s() const { return static_cast<double>(events) / seconds; }
};

/// What storing alone would take: the rows of event_key and raw_event that `source` has received in
/// batches after `after_batch`, stored again in the same tables of the database `target`, by one
/// connection with COPY BINARY, as they lie, in transactions of `transaction_events`, at most
/// `events_max`. Reading them is not part of the seconds.
EventCopy copy_events(const std::string& source, const std::string& target,
                      std::int64_t after_batch, std::int64_t transaction_events,
                      std::int64_t events_max);

/// Fills event_key with made-up keys by COPY, in transactions as large as those of a busy daemon.
void fill_event_keys(const std::string& conninfo, std::int64_t rows);

}  // namespace reckoner::bench
