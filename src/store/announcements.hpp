#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::store {

/// Writes down what happens to customers for the endpoints that want to be told, in the transaction
/// that makes it happen: what is rolled back is never told, what is committed always is
/// (docs/webhooks.md). Where nobody wants anything it costs the one query of the constructor.
class Announcements {
 public:
  /// Reads who wants to be told of these customers: their own endpoints and those of the house.
  Announcements(Connection& connection, const std::vector<CustomerId>& customers);

  /// Whether anybody wants to be told of anything.
  bool any() const { return !endpoints_.empty(); }
  /// Whether anybody wants to be told that; worth asking where the data costs something to make.
  bool wanted(CustomerId customer, std::string_view kind) const;
  /// Something that happened to one of the customers, or (0) to none of them, of which the house's
  /// endpoints are told. `kind` is one of domain::kEventKinds; `data`
  /// is a JSON object. Nothing is kept of what nobody wants.
  void add(CustomerId customer, std::string_view kind, std::string_view data);
  /// Once, the last thing: numbers what was added, within each customer in its order, and writes
  /// it. The customers are locked from then on, if they were not before.
  void write(time::Instant now);

 private:
  struct Endpoint {
    CustomerId owner;  ///< 0: the house
    std::string name;
    std::string kinds;  ///< divided and enclosed by blanks
  };
  struct Happening {
    CustomerId customer;
    std::string_view kind;
    std::string data;
  };
  template <class Work>
  void for_each_wanting(CustomerId customer, std::string_view kind, Work work) const;
  std::map<CustomerId, std::int64_t> take_numbers();

  Connection& connection_;
  std::multimap<CustomerId, Endpoint> endpoints_;  ///< by owner
  std::vector<Happening> happenings_;
};

}  // namespace reckoner::store
