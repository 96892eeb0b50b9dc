#pragma once

// Inside of store: what connection.cpp and transaction.cpp share about SOCI sessions.

#include <libpq-fe.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>

#include <string_view>

#include "store/connection.hpp"

namespace reckoner::store {

template <class Work>
void Connection::with_session(std::string_view name, Work work) {
  try {
    work(*session_);
  } catch (const soci::soci_error& error) {
    throw from_soci(name, error);
  }
}

}  // namespace reckoner::store
