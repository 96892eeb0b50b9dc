#pragma once

#include <string>
#include <vector>

#include "domain/document.hpp"
#include "golden/bill_world.hpp"

namespace reckoner::bill {

/// Documents as a story writes them: lines that cost something, then what was taken off, added and
/// paid, and the sums. Of lines of 0.00 and of sums only those that stand in `wanted`.
std::vector<std::string> rendered(const std::vector<domain::Document>& documents,
                                  const std::vector<std::string>& wanted);

struct Comparison {
  bool same = false;
  std::string shown;                ///< what is missing (-) and what is too much (+), a line each
  std::vector<std::string> actual;  ///< rendered()
};

/// The lines of a document may stand in any order.
Comparison compare(const std::vector<std::string>& expected,
                   const std::vector<domain::Document>& documents);

void add_up(const domain::Document& document, Billed& billed);

/// What differs between a world with usage in time and one with late usage.
std::vector<std::string> differences(const Billed& in_time, const Billed& late);

}  // namespace reckoner::bill
