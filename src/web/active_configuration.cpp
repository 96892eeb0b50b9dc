#include "web/active_configuration.hpp"

#include "base/log.hpp"
#include "store/database_error.hpp"
#include "web/http.hpp"

namespace reckoner::web {

ActiveConfiguration active_configuration(store::Connection& connection,
                                         engine::Versions& versions) {
  const auto number = versions.active(connection);
  if (!number) throw Problem(503, "there is no configuration yet");
  try {
    return {*number, versions.load(connection, *number)};
  } catch (const store::DatabaseError&) {
    throw;
  } catch (const Error& error) {
    log::error("http: the active configuration does not load: {}", error.what());
    throw Problem(503, "the active configuration cannot be loaded here");
  }
}

}  // namespace reckoner::web
