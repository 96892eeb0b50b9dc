#include "store/lineage.hpp"

#include <map>
#include <mutex>

namespace reckoner::store {

bool note_lineage(const Lineage& lineage) {
  static std::mutex mutex;
  static std::map<std::string, std::int64_t> latest;
  if (lineage.timeline == 0) return true;
  const std::lock_guard lock(mutex);
  std::int64_t& timeline = latest[lineage.system];
  if (lineage.timeline < timeline) return false;
  timeline = lineage.timeline;
  return true;
}

}  // namespace reckoner::store
