#include "web/exchange.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/hash.hpp"
#include "base/log.hpp"
#include "text/utf8.hpp"
#include "web/answers.hpp"
#include "web/compression.hpp"
#include "web/rights.hpp"

namespace reckoner::web {

namespace {

using Steady = std::chrono::steady_clock;
using Phase = ConnectionState::Phase;

constexpr std::size_t kHeadPiece = 8 * 1024;
constexpr std::size_t kBodyPiece = 64 * 1024;
/// A body up to this size is read even where it is not wanted, to keep the connection.
constexpr std::size_t kUnwantedMax = 64 * 1024;
constexpr std::size_t kRequestIdMax = 128;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr int kFullRetrySeconds = 1;
/// What takes longer is told in the log.
constexpr std::chrono::seconds kSlow{2};
constexpr std::size_t kNotedMax = 200;

/// The other side has gone: nobody is there to be answered.
struct OtherSideGone {};

bool is_sane_id(std::string_view id) {
  return !id.empty() && id.size() <= kRequestIdMax && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  });
}

/// Of the other side, without its port; empty when it has gone.
std::string address_of(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  char text[NI_MAXHOST];
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
      getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, text, sizeof text, nullptr, 0,
                  NI_NUMERICHOST) != 0) {
    return "";
  }
  return text;
}

/// The share of one body in the bytes of all large bodies.
class BodyShare {
 public:
  BodyShare(std::atomic<std::int64_t>& all, std::int64_t max) : all_(all), max_(max) {}
  ~BodyShare() { all_ -= held_; }
  BodyShare(const BodyShare&) = delete;
  BodyShare& operator=(const BodyShare&) = delete;

  /// Throws Problem 503 when that is more than there may be.
  void hold(std::size_t size) {
    if (size <= kBodyPiece) return;
    const std::int64_t more = static_cast<std::int64_t>(size) - held_;
    if (more <= 0) return;
    held_ += more;
    if (all_.fetch_add(more) + more > max_) {
      throw Problem(503, "too many large requests at once: try again")
          .retry_after(kFullRetrySeconds);
    }
  }

 private:
  std::atomic<std::int64_t>& all_;
  const std::int64_t max_;
  std::int64_t held_ = 0;
};

}  // namespace

/// One connection's requests and answers.
class Exchange::Conversation {
 public:
  Conversation(Exchange& exchange, ConnectionState& state)
      : exchange_(exchange),
        state_(state),
        stream_(exchange.options_.tls
                    ? SocketStream(state.socket(), exchange.options_.tls->current())
                    : SocketStream(state.socket())),
        address_(address_of(state.socket())) {}

  bool run() {
    try {
      auto idle = exchange_.options_.deadlines.head;
      do {
        state_.enter(Phase::kIdle);
        if (exchange_.stopping_) return false;
        if (stream_.arrived().empty()) {
          if (stream_.receive_first(idle, kHeadPiece) != Arrival::kBytes) return false;
        }
        state_.enter(Phase::kReading);
        started_ = Steady::now();
        idle = exchange_.options_.deadlines.idle;
      } while (serve_request());
      stream_.end_sending();
    } catch (const OtherSideGone&) {
      return false;
    }
    return body_ != Body::kTaken || !stream_.arrived().empty();
  }

 private:
  /// What has become of a request's body; kBroken: it was begun, and nobody knows where it ends.
  enum class Body { kUntouched, kTaken, kBroken };

  /// False when the connection is to be closed.
  bool serve_request() {
    body_ = Body::kBroken;  // until the head has been read
    route_ = Traffic::kNoRoute;
    id_ = exchange_.fresh_id();
    RequestHead head;
    try {
      head = read_head();
    } catch (const Problem& problem) {
      send(answer_of(problem, id_), head, false);
      return false;
    }
    std::string id = head.request.header("x-request-id");
    if (is_sane_id(id)) id_ = std::move(id);
    head.request.id = id_;
    head.request.address = address_;
    body_ = head.framing == Framing::kNoBody ? Body::kTaken : Body::kUntouched;
    Response response = answer(head);
    if (body_ == Body::kUntouched) drop_body(head);
    const bool goes_on = !exchange_.stopping_ && !state_.evicted() && !response.stream;
    return send(std::move(response), head, head.keep_alive && body_ == Body::kTaken && goes_on);
  }

  RequestHead read_head() {
    const RequestLimits& limits = exchange_.options_.limits;
    const auto deadline = started_ + exchange_.options_.deadlines.head;
    std::size_t searched = 0;
    while (true) {
      const std::size_t end = find_head_end(stream_.arrived(), searched);
      if (std::max(end, end == 0 ? stream_.arrived().size() : 0) > limits.head_max) {
        throw Problem(431, fmt::format("the head has more than {} bytes", limits.head_max));
      }
      if (end > 0) {
        RequestHead head = parse_request_head(stream_.arrived().substr(0, end), limits);
        stream_.use(end);
        return head;
      }
      searched = stream_.arrived().size();
      switch (stream_.receive(deadline, kHeadPiece)) {
        case Arrival::kBytes:
          break;
        case Arrival::kEnd:
          throw OtherSideGone();
        case Arrival::kTooLate:
          throw Problem(408, "the request's head did not arrive in time");
      }
    }
  }

  /// The body is gone when the answer is there.
  Response answer(RequestHead& head) {
    BodyShare share(exchange_.traffic_.body_bytes, exchange_.options_.bodies_max);
    Request request = std::move(head.request);
    head.request.method = request.method;
    Response response;
    try {
      response = answer(head, request, share);
    } catch (const std::exception&) {
      response = answer_of(std::current_exception(), id_);
    }
    if (!response.stream) heavy_seat_.reset();
    compress(request, response);
    note(request, response);
    return response;
  }

  Response answer(const RequestHead& head, Request& request, BodyShare& share) {
    exchange_.rates_.admit(address_);
    Router::Match match = exchange_.router_.find(request.method, head.raw_path);
    route_ = match.route;
    const Route& route = exchange_.router_.routes()[match.route];
    request.path_values = std::move(match.path_values);
    if (route.right) {
      request.principal = exchange_.authenticator_(request);
      demand(request.principal, *route.right);
      // Whoever sends events is held back by the queue for them.
      if (route.right != Right::kIngest) exchange_.rates_.admit(request.principal);
    }
    request.body = read_body(head, request, share);
    state_.enter(Phase::kAnswering);
    if (exchange_.is_heavy_[match.route]) heavy_seat_.emplace(exchange_.heavy_seats_);
    Response response = route.endpoint(request);
    if (response.stream) hold_seat(request, route.right);
    return response;
  }

  /// For the stream that is the answer, and what it takes to look whether the caller may go on.
  void hold_seat(const Request& request, std::optional<Right> right) {
    const Principal& principal = request.principal;
    seat_.emplace(exchange_.seats_, fmt::format("{} {}", principal.key_id, principal.name));
    may_see_ = [this, right, head = request] {
      if (!right) return true;
      try {
        demand(exchange_.authenticator_(head), *right);
        return true;
      } catch (const Problem&) {
        return false;
      } catch (const Error&) {
        return true;  // nobody can tell now
      }
    };
  }

  /// With the request's id, so that what an answer names is found in the log.
  void note(const Request& request, const Response& response) const {
    const auto took = Steady::now() - started_;
    const bool wrong = response.status >= 500 || took >= kSlow;
    const auto& routes = exchange_.router_.routes();
    if (!wrong && route_ != Traffic::kNoRoute && routes[route_].right == Right::kIngest) return;
    const bool reads = request.method == "GET" || request.method == "HEAD";
    const std::string& name = request.principal.name;
    log::write(
        wrong || !reads ? log::Level::kInfo : log::Level::kDebug,
        fmt::format("request {}: {} {} by {} from {}: {}, {} ms", id_, request.method,
                    text::printable(request.path.substr(0, kNotedMax)),
                    name.empty() ? "nobody" : text::printable(name), address_, response.status,
                    std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
  }

  std::string read_body(const RequestHead& head, const Request& request, BodyShare& share) {
    std::string body;
    if (head.framing == Framing::kNoBody) return body;
    const std::size_t max = exchange_.options_.limits.body_max;
    if (head.content_length > max) {
      throw Problem(413,
                    fmt::format("the body has {} bytes, of {} allowed", head.content_length, max));
    }
    const auto encoding = request.header("content-encoding");
    if (!encoding.empty() && encoding != "identity") {
      throw Problem(415, fmt::format("content-encoding {} is not understood", encoding))
          .header("Accept-Encoding", "identity");
    }
    const auto deadline = Steady::now() + exchange_.options_.deadlines.body;
    if (head.expects_continue && stream_.arrived().empty() &&
        !stream_.send(kContinue, {}, deadline)) {
      throw OtherSideGone();
    }
    body_ = Body::kBroken;  // until its end is here
    if (head.framing == Framing::kChunked) {
      read_chunks(body, deadline, max, share);
    } else {
      read_length(body, head.content_length, deadline, share);
    }
    body_ = Body::kTaken;
    return body;
  }

  void read_chunks(std::string& body, SteadyTime deadline, std::size_t max, BodyShare& share) {
    ChunkedBody chunks(max);
    while (true) {
      stream_.use(chunks.take(stream_.arrived(), body));
      if (chunks.complete()) return;
      share.hold(body.size() + kBodyPiece / 2);
      check_arrival(stream_.receive(deadline, kBodyPiece));
    }
  }

  void read_length(std::string& body, std::size_t length, SteadyTime deadline, BodyShare& share) {
    const std::string_view arrived = stream_.arrived().substr(0, length);
    body.reserve(std::min(length, kBodyPiece));
    body = arrived;
    stream_.use(arrived.size());
    while (body.size() < length) {
      const std::size_t piece = std::min(length - body.size(), std::max(kBodyPiece, body.size()));
      share.hold(body.size() + piece);
      check_arrival(stream_.receive_into(body, deadline, piece));
    }
  }

  static void check_arrival(Arrival arrival) {
    if (arrival == Arrival::kEnd) throw OtherSideGone();
    if (arrival == Arrival::kTooLate) throw Problem(408, "the body did not arrive in time");
  }

  /// Reads what nobody wants when it is small and on its way: then the connection can go on.
  void drop_body(const RequestHead& head) {
    if (head.framing != Framing::kLength || head.content_length > kUnwantedMax) return;
    if (head.expects_continue && stream_.arrived().empty()) return;
    std::size_t left = head.content_length;
    const auto deadline = Steady::now() + exchange_.options_.deadlines.body;
    while (true) {
      const std::size_t dropped = std::min(left, stream_.arrived().size());
      stream_.use(dropped);
      left -= dropped;
      if (left == 0) break;
      if (stream_.receive(deadline, kHeadPiece) != Arrival::kBytes) return;
    }
    body_ = Body::kTaken;
  }

  bool send(Response response, const RequestHead& head, bool keep_alive) {
    state_.enter(Phase::kAnswering);
    WireHead wire{id_, http_date(), head.http_1_0, keep_alive, exchange_.options_.tls != nullptr};
    std::string text;
    try {
      text = head_of(response, wire);
    } catch (const Bug&) {
      response = answer_of(std::current_exception(), id_);
      text = head_of(response, wire);
    }
    const bool bare =
        head.request.method == "HEAD" || response.status == 204 || response.status == 304;
    const bool sent = stream_.send(text, bare ? std::string_view() : response.content(),
                                   Steady::now() + exchange_.options_.deadlines.answer);
    exchange_.traffic_.count(route_, response.status, Steady::now() - started_);
    if (!sent) throw OtherSideGone();
    if (response.stream && !bare) write_stream(response, head.http_1_0);
    response.stream = nullptr;  // with the connection that it may hold
    heavy_seat_.reset();
    seat_.reset();
    return keep_alive;
  }

  void write_stream(const Response& response, bool http_1_0) {
    LiveStream live(stream_, {.framing = http_1_0 ? LiveStream::Framing::kUntilClosed
                                                  : LiveStream::Framing::kChunks,
                              .patience = exchange_.options_.deadlines.answer,
                              .heartbeat = exchange_.options_.heartbeat,
                              .recheck = exchange_.options_.recheck,
                              .stopping = [this] { return exchange_.stopping_.load(); },
                              .allowed = may_see_});
    try {
      response.stream(live);
    } catch (const std::exception& error) {
      log::warning("request {}: the stream breaks off: {}", id_, error.what());
      return;  // without its end: nobody takes a part for the whole
    }
    live.end();
  }

  Exchange& exchange_;
  ConnectionState& state_;
  SocketStream stream_;
  const std::string address_;  ///< of the other side
  SteadyTime started_;
  std::size_t route_ = Traffic::kNoRoute;
  std::string id_;
  Body body_ = Body::kTaken;
  std::optional<StreamSeats::Seat> seat_;       ///< of the stream that is the answer
  std::optional<HeavySeats::Seat> heavy_seat_;  ///< of a heavy route, until its answer is sent
  std::function<bool()> may_see_;               ///< with the seat
};

Exchange::Exchange(Options options, std::vector<Route> routes, Authenticator authenticator,
                   Traffic& traffic)
    : options_(std::move(options)),
      rates_(options_.rates),
      seats_(options_.streams_max, options_.streams_of_one_max),
      heavy_seats_(options_.heavy_max, options_.heavy_wait),
      router_(std::move(routes)),
      authenticator_(std::move(authenticator)),
      traffic_(traffic),
      id_prefix_(to_hex(random_bytes(6))) {
  std::vector<std::string> labels;
  for (const Route& route : router_.routes()) {
    labels.push_back(fmt::format("{} {}", route.method, route.pattern));
    is_heavy_.push_back(options_.heavy.contains(labels.back()));
  }
  traffic_.know_routes(std::move(labels));
}

bool Exchange::serve(ConnectionState& state) {
  return Conversation(*this, state).run();
}

void Exchange::refuse(int socket) {
  ++traffic_.connections_refused;
  if (options_.tls) return;  // a handshake would be waited for
  const std::string id = fresh_id();
  const Response response =
      answer_of(Problem(503, "too many connections are open: try again").retry_after(1), id);
  const std::string head =
      head_of(response, {id, http_date(), /*http_1_0=*/false, /*keep_alive=*/false});
  SocketStream(socket).send(head, response.body, Steady::now());
  traffic_.count(Traffic::kNoRoute, response.status, {});
}

std::string Exchange::fresh_id() {
  return fmt::format("{}-{}", id_prefix_, ++requests_);
}

}  // namespace reckoner::web
