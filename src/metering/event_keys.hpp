#pragma once

// Inside of metering: the keys that are unique for ever.

#include <cstdint>
#include <span>

#include "metering/arrival.hpp"
#include "store/connection.hpp"

namespace reckoner::metering {

/// The order in which every writer takes keys, so that none waits for another in a circle.
bool comes_before(const Arrival& a, const Arrival& b);
bool has_same_key(const Arrival& a, const Arrival& b);

/// How the keys of new events get into the table.
enum class KeyPath {
  kFresh,    ///< by COPY: fast, and refuses the whole transaction when one is known
  kCareful,  ///< one by one, leaving out those that are known
};

/// Some key is known, found on the fresh path: the transaction has failed and is to be done again
/// on the careful one.
class KnownKey : public Error {
 public:
  using Error::Error;
};

/// Takes the keys of arrivals, which are different and in order, for a batch; those taken are
/// kCounted from now on. Waits for others that are taking one of them. Throws KnownKey.
void take_keys(store::Connection& connection, std::span<Arrival* const> arrivals,
               std::int64_t batch_id, KeyPath path);

/// Makes each arrival whose key is known with the same content a kDuplicate, one whose key is known
/// with other content kQuarantined, and one with an unknown key kQuarantined for the problem that
/// its reading has.
void settle_by_known_keys(store::Connection& connection, std::span<Arrival* const> arrivals);

/// The reason of a arrival whose key has other content.
inline constexpr const char* kOtherContent = "the source and id were counted with other content";

}  // namespace reckoner::metering
