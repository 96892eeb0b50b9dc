#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "event_copy.hpp"
#include "load.hpp"
#include "machine.hpp"
#include "service.hpp"

namespace reckoner::bench {

struct IngestOptions {
  std::size_t batch = 100;
  double seconds = 20.0;
  double warmup_seconds = 3.0;
  std::size_t connections = 64;
  int duplicates = 0;         ///< percent of the events
  std::int64_t prefill = 0;   ///< rows of event_key
  double rate = 0.0;          ///< events/s; 0: saturation, then half of it
  bool commit_delay = false;  ///< a millisecond more for each fdatasync
  bool profile = false;
  bool json = false;
  std::filesystem::path program;
  std::filesystem::path data_directory = "/tmp";
};

/// A stretch of load with what it cost.
struct Stage {
  LoadFigures load;
  CpuUse cpu;                     ///< in the stretch
  double settled_seconds = 0.0;   ///< until the last answer, which `cpu` and what follows count
  std::int64_t transactions = 0;  ///< of ingestion
  std::int64_t received = 0;      ///< events, in them
  std::int64_t wal_bytes = 0;
  std::int64_t wal_syncs = 0;

  double transaction_events() const;
  /// CPU of all, as a share of all processors.
  double busy(unsigned processors) const;
};

struct IngestFigures {
  std::optional<Stage> saturation;
  std::optional<Stage> timetable;  ///< at half of it, or at --rate
  EventCopy copy;
  std::int64_t distinct = 0;  ///< events acknowledged, each once
  std::int64_t counted = 0;   ///< by the database; the same, or the benchmark fails
  double memory_mb = 0.0;     ///< the most that the daemon had

  /// Whose rate is the result.
  const Stage& rated() const { return saturation ? *saturation : *timetable; }
  /// Whose latencies are the result.
  const Stage& timed() const { return timetable ? *timetable : *saturation; }
  double ratio_to_copy() const { return rated().load.events_per_s() / copy.events_per_s(); }
};

/// What the figures were taken with.
struct ServerSettings {
  std::string postgresql, fsync, synchronous_commit, full_page_writes, shared_buffers, autovacuum;
};

std::string ingest_json(const IngestOptions& options, const Machine& machine,
                        const ServerSettings& settings, const IngestFigures& figures);
std::string ingest_table(const IngestFigures& figures, const Machine& machine);

}  // namespace reckoner::bench
