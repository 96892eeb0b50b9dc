#pragma once

#include <span>
#include <string_view>

namespace reckoner::store {

/// Where the rows of a table lie once the database is spread over several machines by Citus.
enum class Placement {
  kByCustomer,  ///< on the machine of its customer; the primary key, if any, starts with
                ///< customer_id
  kByKey,       ///< by `key`, for uniqueness over all customers
  kReference,   ///< whole on every machine; nothing in a run writes it
  kLocal,       ///< on the coordinator, an ordinary table; no foreign key to or from the other kinds
};

struct TablePlacement {
  std::string_view table;
  Placement placement;
};

/// Every table of the schema once, each behind those that its foreign keys and triggers refer to.
std::span<const TablePlacement> placements();

}  // namespace reckoner::store
