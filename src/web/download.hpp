#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "web/http.hpp"

namespace reckoner::web {

/// Takes the bytes of a file, piece by piece, none of them empty; throws when nobody reads any
/// more.
using AnswerSink = std::function<void(std::string_view)>;

/// A file of any length that is written while it is sent. `write` is called by the connection's
/// thread, once; it may throw when it cannot go on, which the client sees as a broken transfer.
/// Signs of the name other than letters, digits, '.', '_' and '-' become '-'.
Response download(std::string_view name, std::string_view content_type,
                  std::function<void(const AnswerSink&)> write);

/// A file whose bytes are at hand; its name as above.
Response download(std::string_view name, std::string_view content_type, std::string content);

/// The value of Content-Disposition for a file of that name.
std::string attachment(std::string_view name);

}  // namespace reckoner::web
