#include "metering/ingest.hpp"

#include <algorithm>

#include "base/failpoint.hpp"
#include "metering/ingest_transaction.hpp"
#include "store/transaction.hpp"

namespace reckoner::metering {

IngestCounts ingest(store::Connection& connection, const meters::MeterReader& meters,
                    std::string_view source, std::span<const UsageEvent> events,
                    time::Instant received_at, const Progress& progress) {
  constexpr std::size_t kChunk = 10'000;
  if (events.empty()) return {};
  std::vector<Arrival> arrivals = arrive(events, meters);
  std::vector<Arrival*> sorted;
  sorted.reserve(arrivals.size());
  for (Arrival& arrival : arrivals) {
    arrival.seq = static_cast<std::int32_t>(sorted.size());
    sorted.push_back(&arrival);
  }
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Arrival* a, const Arrival* b) { return comes_before(*a, *b); });

  store::Transaction transaction(connection);
  IngestTransaction work(connection, source, received_at, KeyPath::kCareful);
  work.find_customers(sorted);
  for (std::size_t done = 0; done < sorted.size();) {
    const std::size_t count = std::min(kChunk, sorted.size() - done);
    work.take(std::span<Arrival* const>(sorted).subspan(done, count));
    done += count;
    if (progress) {
      progress(static_cast<std::int64_t>(done), static_cast<std::int64_t>(sorted.size()));
    }
  }
  const IngestCounts counts = work.finish();
  RK_FAILPOINT("ingest.before-commit");
  transaction.commit();
  RK_FAILPOINT("ingest.after-commit");
  return counts;
}

}  // namespace reckoner::metering
