#pragma once

#include <string>

namespace reckoner::store {

/// The URL of the server to connect to, in the form that SOCI hands to libpq unchanged, with what
/// we settle ourselves: the name of the application, UTF-8, and where `conninfo` does not say
/// otherwise 10 seconds for connecting, and keep-alives that find a dead peer within 25.
///
/// Where `conninfo` names several servers ("host=a,b port=5432,5433", as for libpq) it is the one
/// that takes writes now: target_session_attrs is read-write unless it is given. All are asked at
/// once. Of several that take writes, as when a primary comes back that was replaced, it is the one
/// on the latest timeline. One that does not answer holds nobody up for more than half a second
/// once another has answered. With another target_session_attrs, libpq chooses.
///
/// Throws Error when `conninfo` is neither keyword=value pairs nor a postgresql:// URL (it is not
/// shown), and DatabaseError (08001) when none of several servers takes writes.
std::string server_url(const std::string& conninfo, const std::string& application_name);

}  // namespace reckoner::store
