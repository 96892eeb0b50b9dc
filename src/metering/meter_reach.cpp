#include "metering/meter_reach.hpp"

#include "base/error.hpp"

namespace reckoner::metering {

namespace {
constexpr store::Statement kRead{
    "metering.read_meter_reaches",
    "select meter, since_batch, until_batch, computed_from from meter_life"};

constexpr store::Statement kReadAndHold{"metering.hold_meter_reaches",
                                        "select meter, since_batch, until_batch, computed_from "
                                        "from meter_life order by meter for share"};
}  // namespace

MeterReaches MeterReaches::load(store::Connection& connection) {
  return read(connection, kRead);
}

MeterReaches MeterReaches::load_and_hold(store::Connection& connection) {
  RK_CHECK(connection.in_transaction());
  return read(connection, kReadAndHold);
}

MeterReaches MeterReaches::read(store::Connection& connection, const store::Statement& statement) {
  MeterReaches all;
  for (const store::Row& row : connection.query(statement)) {
    all.reaches_[row.text("meter")] = {row.int64("since_batch"), row.optional_int64("until_batch"),
                                       row.optional_instant("computed_from")};
  }
  return all;
}

const MeterReach& MeterReaches::of(const std::string& meter) const {
  static const MeterReach kFromTheBeginning;
  const auto found = reaches_.find(meter);
  return found == reaches_.end() ? kFromTheBeginning : found->second;
}

}  // namespace reckoner::metering
