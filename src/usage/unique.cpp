#include "usage/unique.hpp"

#include <algorithm>

namespace reckoner::usage {

void UniqueIds::apply(std::string_view id, const Moment& moment, Operation operation) {
  const auto found = last_.find(id);
  if (found == last_.end()) {
    last_.emplace(id, Last{moment, operation});
  } else if (found->second.moment <= moment) {
    found->second = {moment, operation};
  }
}

void UniqueIds::merge(const UniqueIds& other) {
  for (const auto& [id, last] : other.last_) apply(id, last.moment, last.operation);
}

std::int64_t UniqueIds::count() const {
  return std::ranges::count_if(
      last_, [](const auto& entry) { return entry.second.operation == Operation::kAdd; });
}

}  // namespace reckoner::usage
