#include "handlers/catalogue.hpp"

#include "handlers/discount_handler.hpp"
#include "handlers/email_sending_handler.hpp"
#include "handlers/finalizing_handler.hpp"
#include "handlers/invoice_calculation_handler.hpp"
#include "handlers/rule_handler.hpp"
#include "handlers/subscription_feeding_handler.hpp"
#include "handlers/subscription_tree_building_handler.hpp"

namespace reckoner::handlers {

engine::Catalogue catalogue() {
  return {
      subscription_feeding_spec(),
      subscription_tree_building_spec(),
      rule_spec(),
      invoice_calculation_spec(),
      discount_spec(),
      finalizing_spec(),
      email_sending_spec(),
  };
}

}  // namespace reckoner::handlers
