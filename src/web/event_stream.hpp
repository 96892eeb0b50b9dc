#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "web/http.hpp"

namespace reckoner::web {

/// One event as text/event-stream has it. `data` may have several lines.
struct StreamEvent {
  std::string name;     ///< "event:"; without line breaks; empty: "message"
  std::string data;     ///< "data:"
  std::string id = {};  ///< "id:", which comes back in Last-Event-ID; empty: none
};

/// What an endpoint writes to while it lasts (Response::stream), from the connection's thread. A
/// client that does not listen any more, a server that stops and a caller who may no longer see it
/// (a session that ended, a key that was revoked) end it within seconds.
class EventStream {
 public:
  virtual ~EventStream() = default;
  /// False when the stream has ended: nothing more is to be written.
  virtual bool send(const StreamEvent& event) = 0;
  /// The same of bytes as they are, not empty: of files (download.hpp), which have no events. Only
  /// connections take them.
  virtual bool send_bytes(std::string_view bytes);
  /// Lets time pass, and the client know that we are still there. False when the stream has ended.
  virtual bool wait(std::chrono::milliseconds time) = 0;
};

/// An answer that goes on: `write` returns when there is nothing more to be said, or the stream has
/// ended. What it throws is logged, and breaks the stream off, without its proper end: clients of
/// events connect anew by themselves.
///
///     return event_stream([run](EventStream& stream) {
///       do {
///         if (!stream.send({"progress", progress_of(run)})) return;
///       } while (stream.wait(std::chrono::seconds(1)));
///     });
Response event_stream(std::function<void(EventStream&)> write);

/// As it goes over the wire, the empty line at its end included.
std::string to_wire(const StreamEvent& event);

}  // namespace reckoner::web
