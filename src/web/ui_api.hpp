#pragma once

#include <span>
#include <vector>

#include "base/embedded.hpp"
#include "web/http.hpp"

namespace reckoner::web {

/// The pages for browsers and the contract of the API: `/`, with every path that no other route has
/// (the pages tell their own paths apart), `/api/docs` and `/api/v1/openapi.yaml`. `files` are what
/// the build of src/web/ui made, with compressed forms NAME.br and NAME.gz beside them; none where
/// the program was built without (RECKONER_UI=OFF), and then `/` says so. They live as long as the
/// routes.
///
/// Files below assets/ have their content's hash in their names and are kept for a year; others are
/// asked for again by their ETag. index.html has "__CSP_NONCE__" where each answer gets a nonce of
/// its own, which its Content-Security-Policy names.
std::vector<Route> ui_routes(std::span<const EmbeddedFile> files);

}  // namespace reckoner::web
