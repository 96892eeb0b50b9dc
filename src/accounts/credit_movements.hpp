#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "domain/chart.hpp"
#include "domain/credit.hpp"
#include "domain/customer.hpp"
#include "store/connection.hpp"

namespace reckoner::accounts {

/// What changes a credit without a document.
enum class MovementKind {
  kGrant,
  kLapse,  ///< what was left of it when it expired
};

struct CreditMovement {
  CustomerId customer;
  std::string legal_entity;  ///< in whose books
  std::int64_t credit = 0;
  std::int64_t movement = 0;  ///< counts within the credit
  domain::CreditKind kind{};
  money::Money amount;  ///< granted or lapsed, above zero
  time::Date booked_on;
};

/// Writes movements of one kind and the ledger entries of those of prepaid credit; a coupon is no
/// money until a document draws it. The books are held open and the customers locked.
void write_credit_movements(store::Connection& connection, MovementKind kind,
                            std::span<const CreditMovement> movements, const domain::Chart& chart);

}  // namespace reckoner::accounts
