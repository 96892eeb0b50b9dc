#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "load.hpp"
#include "machine.hpp"
#include "service.hpp"

namespace reckoner::bench {

struct PaperOptions {
  std::vector<std::size_t> tenants{100, 500, 1000};
  double rate = 10.0;  ///< events/s of a tenant, each within kSpread of it
  std::size_t batch = 1;
  double seconds = 120.0;  ///< a step
  std::uint64_t seed = 1;
  bool faults = true;
  bool json = false;
  std::filesystem::path program;
  std::filesystem::path data_directory = "/tmp";
};

/// A tenant's rate is its own, within this share of the mean.
inline constexpr double kSpread = 0.2;
inline constexpr std::size_t kDaemons = 2;

/// What the database must have of each tenant's meter.
struct Expected {
  std::int64_t events = 0;
  std::int64_t hundredths = 0;
};

struct Accuracy {
  std::int64_t sent = 0;        ///< events acknowledged
  std::int64_t counted = 0;     ///< of them
  std::int64_t extra = 0;       ///< counted and never sent, or twice
  std::int64_t wrong_sums = 0;  ///< tenants whose quantity is not what they have sent
  double percent() const;
};

/// Latencies in milliseconds.
struct Latency {
  double mean = 0.0, p50 = 0.0, p99 = 0.0, most = 0.0;
  std::size_t samples = 0;
};

struct PaperStep {
  std::size_t tenants = 0;
  LoadFigures load;
  Latency ingest, process;
  Accuracy accuracy;
  CpuUse cpu;
};

struct PaperFault {
  std::string name;
  double recovery_s = 0.0;  ///< from the kill to the next acknowledgement by what was killed
  double visible_s = 0.0;   ///< from the kill until an event acknowledged behind it was in a query
  double silence_s = 0.0;   ///< the longest without any acknowledgement
  double ack_max_ms = 0.0;  ///< the longest that an event waited, by the timetable
  std::int64_t resent = 0;  ///< requests whose connection broke
  Accuracy accuracy;
};

/// Tenants, daemons and what they must have sent; one load after the other.
class PaperWorld {
 public:
  PaperWorld(const PaperOptions& options, const std::filesystem::path& directory,
             const std::atomic<bool>& stop);

  PaperStep step(std::size_t tenants);
  /// All faults, each under the load of so many tenants.
  std::vector<PaperFault> faults(std::size_t tenants);
  std::string server_setting(std::string_view name) const { return service_.server_setting(name); }

 private:
  LoadOptions load_options(std::size_t tenants);
  std::vector<std::uint16_t> ports() const;
  std::vector<std::int64_t> hundredths_so_far() const;
  /// Adds what the load has had acknowledged, and compares it with the database.
  Accuracy settle(const Load& load);
  PaperFault fault(const std::string& name, std::size_t tenants,
                   const std::vector<std::size_t>& daemons, bool postgresql);
  double break_and_mend(Load& load, const std::vector<std::size_t>& daemons, bool postgresql,
                        std::chrono::nanoseconds& broken_at);

  const PaperOptions options_;
  const std::atomic<bool>& stop_;
  Service service_;
  std::vector<Expected> expected_;  ///< by tenant, of all loads so far
  int loads_ = 0;
};

std::string paper_json(const PaperOptions& options, const Machine& machine, const PaperWorld& world,
                       const std::vector<PaperStep>& steps, const std::vector<PaperFault>& faults);
std::string paper_table(const std::vector<PaperStep>& steps, const std::vector<PaperFault>& faults);

}  // namespace reckoner::bench
