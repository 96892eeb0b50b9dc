#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "machine.hpp"

namespace reckoner::bench {

struct WebOptions {
  std::int64_t customers = 100'000;
  std::vector<std::size_t> tenants{1, 16, 64};  ///< that ask at the same time
  double seconds = 10.0;                        ///< of each measurement, after a tenth of it
  bool json = false;
  std::filesystem::path program;
  std::filesystem::path data_directory = "/tmp";
};

/// Answers to some tenants who each ask again as soon as they are answered.
struct WebLatency {
  std::size_t tenants = 0;
  std::int64_t requests = 0;
  double seconds = 0.0;
  double p50_ms = 0.0;
  double p99_ms = 0.0;
  double max_ms = 0.0;
  double bytes = 0.0;           ///< of an answer's body, the mean
  double cpu_daemon = 0.0;      ///< seconds
  double cpu_postgresql = 0.0;  ///< seconds
  double cpu_generator = 0.0;   ///< seconds
};

struct WebFigures {
  std::vector<WebLatency> interim;
  std::vector<WebLatency> overview;
  double filling = 0.0;    ///< seconds
  double memory_mb = 0.0;  ///< the most that the daemon had
};

/// What the figures were taken with.
struct WebSettings {
  std::string postgresql, fsync, synchronous_commit, shared_buffers;
};

std::string web_json(const WebOptions& options, const Machine& machine, const WebSettings& settings,
                     const WebFigures& figures);
std::string web_table(const WebFigures& figures);

}  // namespace reckoner::bench
