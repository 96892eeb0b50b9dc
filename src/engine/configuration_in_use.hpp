#pragma once

#include "engine/chain.hpp"
#include "store/connection.hpp"

namespace reckoner::engine {

/// Whether a version may follow the active one, given what is in the database. Throws Mistakes,
/// each naming an example, for
/// - a plan with subscribers, now or in a period not issued yet, that `next` lacks, prices in
/// another currency or lets another
///   engine bill: they would be parked, or never billed;
/// - a legal entity with customers that `next` lacks;
/// - an engine that bills some of them and issues nothing any more;
/// - a meter with usage that `next` lacks or reads otherwise: usage is folded when it is taken in,
/// so what is stored would not be
///   found, or would mean something else.
void check_in_use(store::Connection& connection, const CompiledVersion& active,
                  const CompiledVersion& next, time::Instant now);

}  // namespace reckoner::engine
