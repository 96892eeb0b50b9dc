#include "invoicing/cost_facts.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace reckoner::invoicing {

namespace {

money::Decimal number(const text::Json& json, std::string_view name) {
  return money::Decimal::parse(json.at(name).as_number());
}

void write_division(text::JsonWriter& json, const CostDivision& division, const DividedCost& cost) {
  json.begin_object().key("part").string(division.part);
  json.key("basis").string(to_string(division.basis));
  json.key("used").begin_array();
  for (const CostDivision::Used& used : division.used) {
    json.begin_object().key("quantity").number(used.quantity.to_string());
    json.key("total").number(used.total.to_string()).end_object();
  }
  json.end_array().key("fraction").number(division.fraction.to_string());
  json.key("of").number(cost.of.to_string());
  json.key("whole").number(cost.whole.amount().to_string());
  json.key("one_more").boolean(cost.one_more);
  json.key("amount").number(cost.amount.amount().to_string()).end_object();
}

}  // namespace

std::string to_json(const CostFacts& facts) {
  text::JsonWriter json;
  json.begin_object().key("model").string("allocation");
  json.key("pool").string(facts.pool).key("month").string(facts.month);
  json.key("meters").begin_array();
  for (const CostFacts::Meter& meter : facts.meters) {
    json.begin_object().key("meter").string(meter.meter);
    json.key("weight").number(meter.weight.to_string()).end_object();
  }
  json.end_array().key("divisions").begin_array();
  for (std::size_t i = 0; i < facts.path.size(); ++i) {
    write_division(json, facts.path[i], facts.divided.at(i));
  }
  json.end_array().end_object();
  return json.finish();
}

CostFacts parse_cost_facts(const text::Json& json, money::Currency currency) {
  CostFacts facts{.pool = json.at("pool").as_string(),
                  .month = json.at("month").as_string(),
                  .meters = {},
                  .path = {},
                  .divided = {}};
  for (const text::Json& meter : json.at("meters").as_array()) {
    facts.meters.push_back({meter.at("meter").as_string(), number(meter, "weight")});
  }
  for (const text::Json& one : json.at("divisions").as_array()) {
    CostDivision division{one.at("part").as_string(), parse_cost_basis(one.at("basis").as_string()),
                          number(one, "fraction")};
    for (const text::Json& used : one.at("used").as_array()) {
      division.used.push_back({number(used, "quantity"), number(used, "total")});
    }
    facts.path.push_back(std::move(division));
    facts.divided.push_back({.whole = money::Money(number(one, "whole"), currency),
                             .of = number(one, "of"),
                             .one_more = one.at("one_more").as_boolean(),
                             .amount = money::Money(number(one, "amount"), currency)});
  }
  if (facts.path.empty()) throw Error("an allocation has at least one division");
  return facts;
}

std::vector<std::string> words_of(const CostFacts& facts) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < facts.path.size(); ++i) {
    const CostDivision& division = facts.path[i];
    const DividedCost& cost = facts.divided.at(i);
    words.push_back(fmt::format("{} bears {} of {}, by {}: {} of {}", division.part,
                                cost.amount.to_string(), cost.whole.to_string(),
                                to_string(division.basis), division.fraction.to_string(),
                                cost.of.to_string()));
    for (std::size_t m = 0; m < division.used.size(); ++m) {
      words.push_back(fmt::format("  {}: {} of {}, weight {}", facts.meters.at(m).meter,
                                  division.used[m].quantity.to_string(),
                                  division.used[m].total.to_string(),
                                  facts.meters[m].weight.to_string()));
    }
  }
  return words;
}

money::Money amount_of(const CostFacts& facts, money::Currency currency) {
  money::Money amount(currency);
  for (std::size_t i = 0; i < facts.path.size(); ++i) {
    const DividedCost& cost = facts.divided[i];
    if (i > 0 && cost.whole != amount) {
      throw Error(fmt::format("'{}' divides {}, and {} came from above", facts.path[i].part,
                              cost.whole.to_string(), amount.to_string()));
    }
    amount = amount_of(cost, facts.path[i].fraction);
    if (amount != cost.amount) {
      throw Error(fmt::format("'{}' gets {}, its fraction comes to {}", facts.path[i].part,
                              cost.amount.to_string(), amount.to_string()));
    }
  }
  return amount;
}

}  // namespace reckoner::invoicing
