#pragma once

#include <string>

#include "domain/charge.hpp"
#include "money/money.hpp"

namespace reckoner::domain {

/// What a supplier asks for what a meter measures, as suppliers.xml declares it.
struct SupplierPrice {
  std::string supplier;        ///< name
  std::string supplier_title;  ///< for people
  money::Currency currency;
  Charge charge;  ///< of one meter, without allowance; its name is unique in the file
};

}  // namespace reckoner::domain
