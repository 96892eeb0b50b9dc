#include "handlers/catalogue.hpp"

#include "handlers/allocation_handler.hpp"
#include "handlers/commitment_handler.hpp"
#include "handlers/coupon_handler.hpp"
#include "handlers/credit_handler.hpp"
#include "handlers/discount_handler.hpp"
#include "handlers/email_sending_handler.hpp"
#include "handlers/finalizing_handler.hpp"
#include "handlers/invoice_calculation_handler.hpp"
#include "handlers/manual_charge_handler.hpp"
#include "handlers/reminder_handler.hpp"
#include "handlers/rule_handler.hpp"
#include "handlers/subscription_feeding_handler.hpp"
#include "handlers/subscription_tree_building_handler.hpp"
#include "handlers/suspension_notice_handler.hpp"
#include "handlers/tax_handler.hpp"
#include "handlers/write_off_proposal_handler.hpp"

namespace reckoner::handlers {

engine::Catalogue catalogue() {
  return {
      subscription_feeding_spec(),
      subscription_tree_building_spec(),
      rule_spec(),
      invoice_calculation_spec(),
      manual_charge_spec(),
      discount_spec(),
      commitment_spec(),
      allocation_spec(),
      coupon_spec(),
      tax_spec(),
      credit_spec(),
      finalizing_spec(),
      email_sending_spec(),
      reminder_spec(),
      suspension_notice_spec(),
      write_off_proposal_spec(),
  };
}

}  // namespace reckoner::handlers
