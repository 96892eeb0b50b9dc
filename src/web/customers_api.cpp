#include "web/customers_api.hpp"

#include <iterator>

#include "web/billing_details_api.hpp"

namespace reckoner::web {

std::vector<Route> customer_routes(const CustomerApi& api) {
  std::vector<Route> routes;
  for (std::vector<Route> area :
       {overview_routes(api), interim_routes(api), usage_routes(api), invoice_routes(api),
        money_routes(api), plan_routes(api), setting_routes(api), alert_routes(api),
        insight_routes(api), hierarchy_routes(api), analytics_routes(api), dunning_routes(api),
        dispute_routes(api), billing_details_routes(api)}) {
    routes.insert(routes.end(), std::make_move_iterator(area.begin()),
                  std::make_move_iterator(area.end()));
  }
  return routes;
}

}  // namespace reckoner::web
