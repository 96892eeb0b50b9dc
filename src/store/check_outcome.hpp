#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace reckoner::store {

/// What a check of stored rows found: `claim` holds for all that was checked, or the rows are named
/// for which it does not.
struct CheckOutcome {
  static constexpr std::size_t kWrongShown = 20;

  std::string name;       ///< one word or two with '-': "deliveries"
  std::string claim;      ///< "received = counted + duplicate + quarantined + dropped"
  std::string unit = {};  ///< what was counted: "namespaces"
  std::int64_t checked = 0;
  std::int64_t wrong_total = 0;
  std::vector<std::string> wrong = {};    ///< the first kWrongShown of them, each in words
  std::vector<std::string> remarks = {};  ///< figures for people, and what could not be checked
  std::string invariant = {};             ///< which of docs/verify.md it is for: "V7", "V7 V20"
  std::chrono::milliseconds took{0};      ///< of the clock on the wall

  bool holds() const { return wrong_total == 0; }
  void add_wrong(std::string row) {
    ++wrong_total;
    if (wrong.size() < kWrongShown) wrong.push_back(std::move(row));
  }
};

}  // namespace reckoner::store
