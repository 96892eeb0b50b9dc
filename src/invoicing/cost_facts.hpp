#pragma once

#include <string>
#include <vector>

#include "invoicing/cost_allocation.hpp"
#include "text/json.hpp"

namespace reckoner::invoicing {

/// What a customer's share of a cost pool came from: the facts of its line.
struct CostFacts {
  std::string pool;
  std::string month;  ///< "2026-10"
  struct Meter {
    std::string meter;
    money::Decimal weight;
  };
  std::vector<Meter> meters;         ///< in the order of CostDivision::used
  CostPath path;                     ///< at least one division
  std::vector<DividedCost> divided;  ///< of each division
};

/// {"model":"allocation","pool":"gpu","month":"2026-10","meters":[{"meter":"tokens","weight":1}],
/// "divisions":[{"part":"acme","basis":"usage","used":[{"quantity":3,"total":4}],"fraction":0.75,
/// "of":1,"whole":100,"one_more":false,"amount":75}]}
std::string to_json(const CostFacts& facts);

/// Throws Error for what to_json does not write.
CostFacts parse_cost_facts(const text::Json& json, money::Currency currency);

/// How it came about, a line a statement: "A bears 6116.67 of 10000.00, by usage: 0.61 of 1", and
/// by meter "devices: 2500 of 3000, weight 0.4".
std::vector<std::string> words_of(const CostFacts& facts);

/// What the share comes to, computed from its divisions again. Throws Error where the amounts do
/// not follow from the fractions.
money::Money amount_of(const CostFacts& facts, money::Currency currency);

}  // namespace reckoner::invoicing
