#include "handlers/usage_groups.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "engine/usage_series.hpp"
#include "pricing/calendar.hpp"
#include "usage/bucket.hpp"

namespace reckoner::handlers {

namespace {

/// Where usage stands in a model: the index and the label of its group.
using Place = std::pair<std::size_t, std::string>;

Place place_in(const domain::Matrix& matrix, const std::vector<std::string>& values,
               const std::string& shown) {
  const std::optional<std::size_t> row = pricing::row_of(matrix, values);
  if (!row) {
    throw Error(fmt::format("no price for {}", shown.empty() ? "usage without dimensions" : shown));
  }
  return {*row, fmt::format("{}", fmt::join(values, " "))};
}

Place place_in(const domain::Calendar& calendar, const time::Zone& zone, time::Instant at) {
  const std::size_t band = pricing::band_of(calendar, zone.local(at));
  return {band, calendar.bands[band].title};
}

Place place_in(const domain::Windowed& windowed, const time::Zone& zone, time::Instant at) {
  const pricing::WindowOfTime window = pricing::window_of(windowed.window, at, zone);
  return {static_cast<std::size_t>(window.starts_at.time_since_epoch() / usage::kBucket),
          window.label};
}

/// Of a model that looks at when usage was.
Place place_in_time(const domain::ChargeModel& model, const time::Zone& zone, time::Instant at) {
  if (const auto* calendar = std::get_if<domain::Calendar>(&model)) {
    return place_in(*calendar, zone, at);
  }
  return place_in(std::get<domain::Windowed>(model), zone, at);
}

template <class Quantity, class QuantityOf>
std::vector<pricing::Group> listed(const std::map<Place, Quantity>& groups,
                                   const QuantityOf& quantity_of) {
  std::vector<pricing::Group> list;
  for (const auto& [place, quantity] : groups) {
    list.push_back({place.first, place.second, quantity_of(quantity)});
  }
  return list;
}

/// "class=hot;region=eu", for messages.
std::string shown(const std::vector<std::string>& names, const std::vector<std::string>& values) {
  std::vector<std::string> pairs;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!values[i].empty()) pairs.push_back(names[i] + '=' + values[i]);
  }
  return fmt::format("{}", fmt::join(pairs, ";"));
}

}  // namespace

bool needs_details(const domain::ChargeModel& model) {
  return std::holds_alternative<domain::Matrix>(model) ||
         std::holds_alternative<domain::Calendar>(model) ||
         std::holds_alternative<domain::Windowed>(model);
}

std::vector<pricing::Group> groups_of_folds(const domain::ChargeModel& model,
                                            const domain::Meter& meter, const time::Zone& zone,
                                            const std::vector<engine::UsageDetail>& details) {
  std::map<Place, usage::Fold> groups;
  for (const engine::UsageDetail& detail : details) {
    if (detail.meter != meter.name || detail.fold.count == 0) continue;
    const auto* matrix = std::get_if<domain::Matrix>(&model);
    const Place place =
        matrix != nullptr
            ? place_in(*matrix, engine::dimension_values(detail.dimensions, matrix->dimensions),
                       detail.dimensions)
            : place_in_time(model, zone, detail.bucket);
    groups[place].merge(detail.fold);
  }
  return listed(
      groups, [&](const usage::Fold& fold) { return usage::quantity_of(fold, meter.aggregation); });
}

engine::QuantityQuery query_for(const domain::ChargeModel& model, const domain::Meter& meter,
                                CustomerId customer, const time::Period& period,
                                const time::Zone& zone) {
  engine::QuantityQuery query{customer, &meter, {period}, {}};
  if (const auto* matrix = std::get_if<domain::Matrix>(&model)) query.by = matrix->dimensions;
  if (!std::holds_alternative<domain::Calendar>(model) &&
      !std::holds_alternative<domain::Windowed>(model)) {
    return query;
  }
  query.windows.clear();
  std::optional<Place> place;
  for (time::Instant at = usage::bucket_of(period.starts_at); at < period.ends_at;
       at += usage::kBucket) {
    const time::Period part = time::intersection(period, {at, at + usage::kBucket});
    Place next = place_in_time(model, zone, part.starts_at);
    if (place == next) {
      query.windows.back().ends_at = part.ends_at;
    } else {
      query.windows.push_back(part);
    }
    place = std::move(next);
  }
  if (query.windows.empty()) query.windows.push_back(period);
  return query;
}

std::vector<pricing::Group> groups_of_quantities(const domain::ChargeModel& model,
                                                 const engine::QuantityQuery& query,
                                                 const time::Zone& zone,
                                                 const engine::Quantities& quantities) {
  std::map<Place, money::Decimal> groups;
  for (const engine::Quantities::Group& group : quantities.groups) {
    const auto* matrix = std::get_if<domain::Matrix>(&model);
    const Place place = matrix != nullptr
                            ? place_in(*matrix, group.values, shown(query.by, group.values))
                            : place_in_time(model, zone, query.windows[group.window].starts_at);
    groups[place] += group.quantity;
  }
  return listed(groups, [](const money::Decimal& quantity) { return quantity; });
}

}  // namespace reckoner::handlers
