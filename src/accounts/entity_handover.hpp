#pragma once

#include <map>
#include <string>

#include "config/configuration.hpp"
#include "store/connection.hpp"
#include "store/open_books.hpp"

namespace reckoner::accounts {

/// From which legal entity to which a customer changes; ids.
struct EntityChange {
  std::string from;
  std::string to;
};

/// Hands what customers owe, and what is left of their prepaid credits, over from the books of one
/// legal entity to those of another: an entry in each, which meet on the account between them. The
/// customers are locked; days are those of `now`, or the first open ones.
void hand_over(store::Connection& connection, const config::Configuration& active,
               const store::OpenBooks& books, const std::map<CustomerId, EntityChange>& changes,
               time::Instant now);

}  // namespace reckoner::accounts
