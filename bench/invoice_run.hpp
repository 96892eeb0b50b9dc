#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/steps.hpp"
#include "machine.hpp"

namespace reckoner::bench {

/// What was measured of one size of a load with one number of workers. Seconds are wall-clock.
struct RunFigures {
  std::int64_t customers = 0;
  int workers = 0;
  std::int64_t rows = 0;  ///< that the run has inserted
  double peak_rss_mb = 0.0;

  double filling = 0.0;
  double planning = 0.0;
  double batches = 0.0;
  double finishing = 0.0;
  double copy_binary = 0.0;
  std::optional<double> copy_text;  ///< not of the largest loads
  double sql_script = 0.0;
  std::int64_t sql_script_rows = 0;
  std::vector<std::vector<steps::Spent>> steps;  ///< of each thread; the first plans and finishes

  struct Latency {
    std::int64_t requests = 0;
    double p50_ms = 0.0;
    double p99_ms = 0.0;
    double max_ms = 0.0;
  };
  Latency interim_idle;
  Latency interim;  ///< while another run is in progress

  double run() const { return planning + batches + finishing; }
  double invoices_per_s() const { return static_cast<double>(customers) / run(); }
  double rows_per_s() const { return static_cast<double>(rows) / run(); }
  double ratio_to_copy() const { return copy_binary / run(); }
  double ratio_to_sql_script() const { return sql_script / run(); }
};

/// What the figures were taken with.
struct RunSettings {
  std::string postgresql;
  std::string fsync;
  std::string synchronous_commit;
  std::string full_page_writes;
  std::string shared_buffers;
  int lines = 0;  ///< of each invoice
};

/// One JSON document; the last figures stand at its top. `figures` is not empty.
std::string run_figures_as_json(const std::vector<RunFigures>& figures, const Machine& machine,
                                const RunSettings& settings);
/// Tables for people.
std::string run_figures_as_tables(const std::vector<RunFigures>& figures);

}  // namespace reckoner::bench
