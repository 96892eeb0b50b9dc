#include "web/exchange.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/hash.hpp"
#include "web/answers.hpp"

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

/// The other side has gone: nobody is there to be answered.
struct OtherSideGone {};

bool is_sane_id(std::string_view id) {
  return !id.empty() && id.size() <= kRequestIdMax && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  });
}

/// The secret of "Authorization: Bearer SECRET"; none for anything else.
std::optional<std::string_view> bearer_of(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() <= kScheme.size()) return std::nullopt;
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    const char c = authorization[i];
    if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != kScheme[i]) return std::nullopt;
  }
  authorization.remove_prefix(
      std::min(authorization.find_first_not_of(' ', kScheme.size()), authorization.size()));
  return authorization;
}

std::string_view name_of(Scope scope) {
  switch (scope) {
    case Scope::kIngest:
      return "ingest";
    case Scope::kQuery:
      return "query";
    case Scope::kAdmin:
      return "admin";
  }
  RK_CHECK(false);
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
      : exchange_(exchange), state_(state), stream_(state.socket()) {}

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
    } catch (const OtherSideGone&) {
      return false;
    }
    return unread_ || !stream_.arrived().empty();
  }

 private:
  /// False when the connection is to be closed.
  bool serve_request() {
    unread_ = true;  // until the whole request has been read
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
    unread_ = head.framing != Framing::kNoBody;
    const Response response = answer(head);
    if (unread_) drop_body(head);
    const bool goes_on = !exchange_.stopping_ && !state_.evicted();
    return send(response, head, head.keep_alive && !unread_ && goes_on);
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
    try {
      Router::Match match = exchange_.router_.find(request.method, head.raw_path);
      route_ = match.route;
      const Route& route = exchange_.router_.routes()[match.route];
      request.path_values = std::move(match.path_values);
      if (route.scope) request.principal = principal_of(request, *route.scope);
      request.body = read_body(head, request, share);
      state_.enter(Phase::kAnswering);
      return route.endpoint(request);
    } catch (const std::exception&) {
      return answer_of(std::current_exception(), id_);
    }
  }

  Principal principal_of(const Request& request, Scope scope) const {
    const auto [first, last] = request.headers.equal_range("authorization");
    const bool one = first != last && std::next(first) == last;
    const auto secret = one ? bearer_of(first->second) : std::nullopt;
    if (!secret) {
      throw Problem(401, "an API key is needed: Authorization: Bearer KEY")
          .header("WWW-Authenticate", "Bearer");
    }
    auto principal = exchange_.authenticator_(*secret);
    if (!principal) {
      throw Problem(401, "the API key is unknown or was revoked")
          .header("WWW-Authenticate", "Bearer error=\"invalid_token\"");
    }
    if (!principal->scopes.contains(scope)) {
      throw Problem(403, fmt::format("the API key '{}' has not the scope {}", principal->name,
                                     name_of(scope)))
          .header("WWW-Authenticate",
                  fmt::format("Bearer error=\"insufficient_scope\", scope=\"{}\"", name_of(scope)));
    }
    return *std::move(principal);
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
    if (head.framing == Framing::kChunked) {
      read_chunks(body, deadline, max, share);
    } else {
      read_length(body, head.content_length, deadline, share);
    }
    unread_ = false;
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
    unread_ = false;
  }

  bool send(Response response, const RequestHead& head, bool keep_alive) {
    state_.enter(Phase::kAnswering);
    WireHead wire{id_, http_date(), head.http_1_0, keep_alive};
    std::string text;
    try {
      text = head_of(response, wire);
    } catch (const Bug&) {
      response = answer_of(std::current_exception(), id_);
      text = head_of(response, wire);
    }
    const bool bare =
        head.request.method == "HEAD" || response.status == 204 || response.status == 304;
    const bool sent = stream_.send(text, bare ? std::string_view() : response.body,
                                   Steady::now() + exchange_.options_.deadlines.answer);
    exchange_.traffic_.count(route_, response.status, Steady::now() - started_);
    if (!sent) throw OtherSideGone();
    return keep_alive;
  }

  Exchange& exchange_;
  ConnectionState& state_;
  SocketStream stream_;
  SteadyTime started_;
  std::size_t route_ = Traffic::kNoRoute;
  std::string id_;
  bool unread_ = false;
};

Exchange::Exchange(Options options, std::vector<Route> routes, Authenticator authenticator,
                   Traffic& traffic)
    : options_(options),
      router_(std::move(routes)),
      authenticator_(std::move(authenticator)),
      traffic_(traffic),
      id_prefix_(to_hex(random_bytes(6))) {
  std::vector<std::string> labels;
  for (const Route& route : router_.routes()) {
    labels.push_back(fmt::format("{} {}", route.method, route.pattern));
  }
  traffic_.know_routes(std::move(labels));
}

bool Exchange::serve(ConnectionState& state) {
  return Conversation(*this, state).run();
}

void Exchange::refuse(int socket) {
  const std::string id = fresh_id();
  const Response response =
      answer_of(Problem(503, "too many connections are open: try again").retry_after(1), id);
  const std::string head =
      head_of(response, {id, http_date(), /*http_1_0=*/false, /*keep_alive=*/false});
  SocketStream(socket).send(head, response.body, Steady::now());
  ++traffic_.connections_refused;
  traffic_.count(Traffic::kNoRoute, response.status, {});
}

std::string Exchange::fresh_id() {
  return fmt::format("{}-{}", id_prefix_, ++requests_);
}

}  // namespace reckoner::web
