#pragma once

#include "metering/meter_query.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

/// A query of a meter as a request asks for it: in its query, or in a JSON body where it has one.
struct QueryRequest {
  std::optional<time::Instant> from;
  std::optional<time::Instant> to;
  std::string window_size;  ///< "HOUR"; empty: none
  std::string zone;
  std::optional<std::vector<std::string>> subjects;
  std::optional<std::vector<std::string>> customers;
  std::vector<std::string> group_by;
  std::map<std::string, metering::TextCondition, std::less<>> filters;
};

/// Throws Problem 400 for what docs/metering-api.md does not allow.
QueryRequest read_query_parameters(const Request& request);
QueryRequest read_query_body(const Request& request);

/// The query itself, for what the caller may see. Throws Problem 400 for a zone, a window or a
/// group there is not, 404 for a customer.
metering::MeterQuery meter_query(MeteringSession& session, const domain::Meter& meter,
                                 const QueryRequest& request, const Principal& principal);

}  // namespace reckoner::web
