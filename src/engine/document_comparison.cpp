#include "engine/document_comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "engine/charge_of_line.hpp"
#include "invoicing/charge_facts.hpp"

namespace reckoner::engine {

namespace {

using insight::ChangeParts;
using insight::ChargeCost;
using money::Money;

constexpr store::Statement kBefore{"document before", R"(
  select max(d.ordinal) as ordinal
    from document d
   where d.customer_id = $1 and d.ordinal < $2 and d.currency = $3 and d.corrects is null
     and exists (select from document_line l
                  where l.customer_id = d.customer_id and l.ordinal = d.ordinal and not l.true_up)
     and not exists (select from document_void v
                      where v.customer_id = d.customer_id and v.ordinal = d.ordinal
                        and v.by_ordinal < $2))"};
constexpr store::Statement kPinned{"version of a compared period", R"(
  select version_id from billing_period
   where customer_id = $1 and cycle = $2 and side = $3 and starts_at = $4)"};

/// The lines of one charge on a document.
struct Lines {
  std::string title;
  std::vector<const domain::DocumentLine*> own;  ///< of periods billed for the first time
  std::optional<invoicing::ChargeFacts> facts;   ///< of the only own line
  ChargeCost cost;

  Money all(money::Currency currency) const { return {cost.amount + cost.true_up, currency}; }
};

std::optional<invoicing::ChargeFacts> facts_of(const domain::DocumentLine& line) {
  try {
    return invoicing::parse_charge_facts(line.line.facts);
  } catch (const Error&) {
    return std::nullopt;  // of a handler that prices otherwise
  }
}

std::map<std::string, Lines> by_charge(const domain::Document& document) {
  std::map<std::string, Lines> charges;
  for (const domain::DocumentLine& line : document.lines) {
    Lines& lines = charges[line.line.charge];
    lines.title = line.line.description.substr(0, line.line.description.find(':'));
    if (line.true_up) {
      lines.cost.true_up += line.line.amount.amount();
      continue;
    }
    lines.cost.amount += line.line.amount.amount();
    lines.cost.quantity += line.line.quantity;
    lines.own.push_back(&line);
    lines.facts = lines.own.size() == 1 ? facts_of(line) : std::nullopt;
    if (lines.facts) lines.cost.plan = lines.facts->plan;
  }
  return charges;
}

std::set<std::string> plans_of(const std::map<std::string, Lines>& charges) {
  std::set<std::string> plans;
  for (const auto& [name, lines] : charges) {
    if (!lines.cost.plan.empty()) plans.insert(lines.cost.plan);
  }
  return plans;
}

class Comparing {
 public:
  Comparing(store::Connection& connection, Versions& versions, CustomerId customer,
            money::Currency currency)
      : connection_(connection), versions_(versions), customer_(customer), currency_(currency) {}

  /// As the plan called the charge when it was billed; what the plan did not price is called as its
  /// line begins.
  std::string title_of(const Lines& lines) {
    if (lines.own.empty()) return lines.title;
    const auto facts = facts_of(*lines.own.front());
    if (!facts) return lines.title;
    try {
      const auto charge = charge_of(lines.own.front()->period, *facts);
      return charge ? charge->title : lines.title;
    } catch (const store::DatabaseError&) {
      throw;
    } catch (const Error&) {
      return lines.title;  // the version does not run here
    }
  }

  /// What now's usage would have cost as the charge was priced before.
  std::optional<money::Decimal> at_old_prices(const Lines& before, const Lines& now) {
    if (!before.facts || !now.facts || before.facts->stretches.empty()) return std::nullopt;
    if (before.own.size() != 1 || now.own.size() != 1) return std::nullopt;
    try {
      const auto charge = charge_of(before.own.front()->period, *before.facts);
      if (!charge) return std::nullopt;
      invoicing::ChargeFacts facts = *now.facts;
      for (auto& stretch : facts.stretches) stretch.terms = before.facts->stretches.back().terms;
      return money::round_to_currency(invoicing::price(*charge, facts).amount, currency_,
                                      money::Rounding::kHalfAwayFromZero)
          .amount();
    } catch (const store::DatabaseError&) {
      throw;
    } catch (const Error&) {
      return std::nullopt;  // the version does not run here, or the charge measured otherwise then
    }
  }

 private:
  /// The charge of the version that the period was billed under, which it keeps alive; null where
  /// there is none.
  std::shared_ptr<const domain::Charge> charge_of(const domain::PeriodKey& period,
                                                  const invoicing::ChargeFacts& facts) {
    const auto version = version_of(period);
    if (!version) return nullptr;
    const auto compiled = versions_.load(connection_, *version);
    const auto by = priced_by(compiled->configuration(), currency_, facts);
    return by ? std::shared_ptr<const domain::Charge>(compiled, &by->charge) : nullptr;
  }

  std::optional<VersionId> version_of(const domain::PeriodKey& period) {
    const auto row = connection_
                         .query(kPinned, {customer_, period.cycle, domain::to_string(period.side),
                                          period.starts_at})
                         .at_most_one();
    if (!row) return std::nullopt;
    const auto version = row->optional_int64("version_id");
    return version ? std::optional(VersionId{*version}) : std::nullopt;
  }

  store::Connection& connection_;
  Versions& versions_;
  const CustomerId customer_;
  const money::Currency currency_;
};

DocumentComparison::Side side_of(const domain::Document& document) {
  std::set<std::string> labels;
  for (const domain::DocumentLine& line : document.lines) {
    if (!line.true_up) labels.insert(line.period_label);
  }
  return {document.number, fmt::format("{}", fmt::join(labels, " ")), document.subtotal};
}

void add(ChangeParts& sum, const ChangeParts& parts) {
  sum.total += parts.total;
  sum.quantity += parts.quantity;
  sum.price += parts.price;
  sum.plan += parts.plan;
  sum.true_up += parts.true_up;
}

money::Decimal size_of(const DocumentComparison::Charge& charge) {
  return charge.parts.total.amount().abs();
}

void write_money_or_null(text::JsonWriter& json, std::string_view name,
                         const std::optional<Money>& money) {
  json.key(name);
  money ? json.string(money->to_string()) : json.null();
}

void write_parts(text::JsonWriter& json, const ChangeParts& parts) {
  json.key("difference").string(parts.total.to_string());
  json.key("quantity").string(parts.quantity.to_string());
  json.key("price").string(parts.price.to_string());
  json.key("plan").string(parts.plan.to_string());
  json.key("true_up").string(parts.true_up.to_string());
}

void write_side(text::JsonWriter& json, const DocumentComparison::Side& side) {
  json.begin_object().key("number").string(side.number).key("periods").string(side.periods);
  json.key("subtotal").string(side.subtotal.to_string()).end_object();
}

}  // namespace

DocumentComparison compare_with_before(store::Connection& connection, Versions& versions,
                                       store::DocumentId id) {
  return compare_with_before(connection, versions, store::load_document(connection, id));
}

DocumentComparison compare_with_before(store::Connection& connection, Versions& versions,
                                       const domain::Document& document) {
  const Money zero(document.currency);
  DocumentComparison comparison{.now = side_of(document),
                                .before = std::nullopt,
                                .charges = {},
                                .parts = {zero, zero, zero, zero, zero}};
  if (document.corrects) return comparison;
  const auto ordinal =
      connection.query(kBefore, {document.customer, document.ordinal, document.currency.code()})
          .only()
          .optional_int64("ordinal");
  if (!ordinal) return comparison;
  const domain::Document earlier = store::load_document(connection, {document.customer, *ordinal});
  comparison.before = side_of(earlier);

  const auto now = by_charge(document);
  const auto before = by_charge(earlier);
  const auto plans_now = plans_of(now);
  const auto plans_before = plans_of(before);
  Comparing comparing(connection, versions, document.customer, document.currency);
  std::set<std::string> names;
  for (const auto* charges : {&now, &before}) {
    for (const auto& [name, lines] : *charges) names.insert(name);
  }
  for (const std::string& name : names) {
    const auto new_lines = now.find(name);
    const auto old_lines = before.find(name);
    insight::ChargePair pair{.charge = name};
    DocumentComparison::Charge charge{.charge = name,
                                      .title = {},
                                      .before = std::nullopt,
                                      .now = std::nullopt,
                                      .parts = {zero, zero, zero, zero, zero},
                                      .large = std::nullopt};
    if (old_lines != before.end()) {
      pair.before = old_lines->second.cost;
      pair.same_plan = pair.before->plan.empty() || plans_now.contains(pair.before->plan);
      charge.title = comparing.title_of(old_lines->second);
      charge.before = old_lines->second.all(document.currency);
    }
    if (new_lines != now.end()) {
      pair.now = new_lines->second.cost;
      pair.same_plan = pair.now->plan.empty() || plans_before.contains(pair.now->plan);
      charge.title = comparing.title_of(new_lines->second);
      charge.now = new_lines->second.all(document.currency);
    }
    if (pair.before && pair.now) {
      pair.at_old_prices = comparing.at_old_prices(old_lines->second, new_lines->second);
    }
    charge.parts = insight::split_change(pair, document.currency);
    charge.large = insight::large_change(pair, charge.parts, earlier.subtotal);
    add(comparison.parts, charge.parts);
    comparison.charges.push_back(std::move(charge));
  }
  RK_CHECK(comparison.parts.total == document.subtotal - earlier.subtotal);
  std::stable_sort(comparison.charges.begin(), comparison.charges.end(),
                   [](const auto& a, const auto& b) { return size_of(a) > size_of(b); });
  return comparison;
}

void write_comparison(text::JsonWriter& json, const DocumentComparison& comparison) {
  json.begin_object().key("currency").string(comparison.now.subtotal.currency().code());
  json.key("document");
  write_side(json, comparison.now);
  json.key("before");
  comparison.before ? write_side(json, *comparison.before) : void(json.null());
  write_parts(json, comparison.parts);
  json.key("charges").begin_array();
  for (const DocumentComparison::Charge& charge : comparison.charges) {
    json.begin_object().key("charge").string(charge.charge).key("title").string(charge.title);
    write_money_or_null(json, "before", charge.before);
    write_money_or_null(json, "now", charge.now);
    write_parts(json, charge.parts);
    json.key("text");
    charge.large ? json.string(insight::sentence_on(charge.title, *charge.large)) : json.null();
    json.end_object();
  }
  json.end_array().end_object();
}

}  // namespace reckoner::engine
