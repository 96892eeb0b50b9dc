#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "engine/handler.hpp"
#include "invoicing/charge_facts.hpp"

namespace reckoner::handlers {

/// What the metered charges of a pass measured. Everything is asked for first and then read at
/// once: a query a kind of row, whatever the number of customers.
class Measurements {
 public:
  /// Of all periods of the pass whose arrears are computed and whose customers are not parked.
  /// Throws store::DatabaseError.
  explicit Measurements(engine::StatementContext& context);

  /// The terms of a metered charge from day to day while its option stands (none: it does not), and
  /// what it had measured at both ends of each. Throws Error where a usage has no place in the
  /// model, such as a region without a price.
  std::vector<invoicing::ChargeFacts::Stretch> stretches(const engine::PeriodWork& period,
                                                         const engine::Segment& segment,
                                                         const domain::Charge& charge) const;

 private:
  /// The usage of a segment from one instant until another.
  using Key = std::tuple<const engine::Segment*, time::Instant, time::Instant>;

  void want(const engine::PeriodWork& period, const engine::Segment& segment,
            const domain::Charge& charge);
  static Key key_of(const engine::PeriodWork& period, const engine::Segment& segment,
                    const std::vector<invoicing::TermsInForce>& terms, time::Date until);
  void want_key(const Key& key, const engine::PeriodWork& period, const domain::Charge& charge,
                const domain::ChargeModel& model);
  void read(engine::FactSource& facts);
  pricing::Measure measure(const engine::PeriodWork& period, const domain::Charge& charge,
                           const domain::Terms& terms, const Key& key) const;
  const domain::Meter& meter(const std::string& name) const;

  /// Queries, and where the usage of a key stands among them.
  struct OfFolds {
    std::map<Key, std::size_t> at;
    std::vector<engine::UsageQuery> queries;
  };
  struct Transactions {
    OfFolds asked;
    std::vector<std::vector<money::Decimal>> values;
  };
  /// By meter, and by the model where that divides the usage.
  using QuantityKey = std::tuple<Key, std::string, const domain::ChargeModel*>;
  static QuantityKey quantity_key(const Key& key, const std::string& meter,
                                  const domain::ChargeModel& model);

  const meters::MeterReader& reader_;
  OfFolds folds_asked_;
  std::set<std::string> fold_meters_;
  std::vector<engine::UsageByMeter> folds_;
  OfFolds details_asked_;
  std::set<std::string> detail_meters_;
  std::vector<std::vector<engine::UsageDetail>> details_;
  std::map<std::string, Transactions> transactions_;  // by meter
  std::map<QuantityKey, std::size_t> quantities_at_;
  std::vector<engine::QuantityQuery> quantity_queries_;
  std::vector<engine::Quantities> quantities_;
};

/// The figures agreed with the customer for a charge of the plan.
std::vector<const domain::AgreedFigure*> agreed_for(const engine::CustomerWork& customer,
                                                    const domain::Plan& plan,
                                                    const domain::Charge& charge);

}  // namespace reckoner::handlers
