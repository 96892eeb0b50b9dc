#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "usage/moment.hpp"

namespace reckoner::usage {

enum class Operation { kAdd, kRemove };

/// Which different ids there are: of each the last operation is kept. Plain distinct counting is
/// adding only. Merging is associative and commutative as long as no two operations on one id have
/// the same Moment. Ids that were there before the period are carried over by merging the fold of
/// the time before.
class UniqueIds {
 public:
  void apply(std::string_view id, const Moment& moment, Operation operation = Operation::kAdd);
  void merge(const UniqueIds& other);

  /// The ids whose last operation added them.
  std::int64_t count() const;

  friend bool operator==(const UniqueIds&, const UniqueIds&) = default;

 private:
  struct Last {
    Moment moment;
    Operation operation;
    friend bool operator==(const Last&, const Last&) = default;
  };
  std::map<std::string, Last, std::less<>> last_;
};

}  // namespace reckoner::usage
