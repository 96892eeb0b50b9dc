#include "web/server.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <httplib.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <thread>

#include "base/error.hpp"
#include "base/log.hpp"

namespace reckoner::web {

namespace {

constexpr int kBacklog = 1024;
constexpr std::chrono::milliseconds kRestartPause{200};
constexpr std::chrono::milliseconds kStopPause{5};

/// Runs work at once: accepting a connection hands it to its own thread itself.
class Inline : public httplib::TaskQueue {
 public:
  void enqueue(std::function<void()> work) override { work(); }
  void shutdown() override {}
};

/// Not SO_REUSEPORT, which cpp-httplib sets by itself: with it two daemons could share a port
/// without noticing.
void set_socket_options(int socket) {
  const int yes = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
}

/// The servers of private clusters are started as children: they shall not hold our sockets.
void close_in_children(int socket) {
  ::fcntl(socket, F_SETFD, FD_CLOEXEC);
}

std::string address_of(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::getsockname(socket, any, &size) != 0 ||
      ::getnameinfo(any, size, host.data(), host.size(), port.data(), port.size(),
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    throw StartError("the address listened on cannot be told");
  }
  return address.ss_family == AF_INET6 ? fmt::format("[{}]:{}", host.data(), port.data())
                                       : fmt::format("{}:{}", host.data(), port.data());
}

}  // namespace

/// cpp-httplib binds, listens and accepts. What comes over a connection is read and written by
/// Exchange (README.md says why).
class Server::Listener : private httplib::Server {
 public:
  Listener(Exchange& exchange, Connections& connections)
      : exchange_(exchange), connections_(connections) {
    new_task_queue = [] { return new Inline; };
    httplib::Server::set_socket_options(web::set_socket_options);
  }

  ~Listener() override { end(); }

  /// Gives the address.
  std::string begin(const std::string& host, int port) {
    if (!bind(host, port)) {
      throw StartError(
          fmt::format("cannot listen on {}:{}: the address is in use, or not this "
                      "machine's",
                      host, port));
    }
    host_ = host;
    std::string address = address_of(svr_sock_);
    port_ = std::stoi(address.substr(address.rfind(':') + 1));
    thread_ = std::thread([this] { run(); });
    return address;
  }

  void end() {
    ending_ = true;
    while (thread_.joinable() && !ended_) {
      httplib::Server::stop();  // has no effect between two attempts to listen
      std::this_thread::sleep_for(kStopPause);
    }
    if (thread_.joinable()) thread_.join();
  }

 private:
  bool bind(const std::string& host, int port) {
    const bool bound = port == 0 ? bind_to_any_port(host) > 0 : bind_to_port(host, port);
    if (!bound) return false;
    close_in_children(svr_sock_);
    // cpp-httplib's own backlog of 5 lets a burst of connections wait for a second.
    ::listen(svr_sock_, kBacklog);
    return true;
  }

  /// cpp-httplib gives up at errors of accept(2) that concern one connection only, or pass.
  void run() {
    sigset_t signals;
    sigfillset(&signals);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    bool bound = true;
    while (!ending_) {
      if (bound) listen_after_bind();
      if (ending_) break;
      log::warning("http: accepting connections failed; trying again");
      std::this_thread::sleep_for(kRestartPause);
      bound = bind(host_, port_);
    }
    ended_ = true;
  }

  bool process_and_close_socket(socket_t socket) override {
    const int yes = 1;
    close_in_children(socket);
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    try {
      if (connections_.admit(socket)) return true;
      exchange_.refuse(socket);
    } catch (const std::exception& error) {
      log::error("http: a connection is closed: {}", error.what());
    }
    connections_.close_lingering(socket);
    return true;
  }

  Exchange& exchange_;
  Connections& connections_;
  std::string host_;
  int port_ = 0;
  std::atomic<bool> ending_{false};
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

Server::Server(ServerOptions options, std::vector<Route> routes, Authenticator authenticator,
               Traffic& traffic)
    : options_(std::move(options)),
      exchange_({.limits = options_.limits,
                 .deadlines = options_.deadlines,
                 .bodies_max = options_.bodies_max,
                 .tls = options_.tls,
                 .rates = options_.rates,
                 .heavy = options_.heavy,
                 .heavy_max = options_.heavy_max,
                 .heavy_wait = options_.heavy_wait,
                 .streams_max = options_.streams_max,
                 .heartbeat = options_.heartbeat,
                 .recheck = options_.recheck},
                std::move(routes), std::move(authenticator), traffic),
      connections_(
          options_.connections_max,
          [this](ConnectionState& state) { return exchange_.serve(state); }, traffic) {}

Server::~Server() {
  stop();
}

void Server::start() {
  RK_CHECK(listener_ == nullptr);
  listener_ = std::make_unique<Listener>(exchange_, connections_);
  address_ = listener_->begin(options_.host, options_.port);
  log::info("http: listening on {}{}", address_, options_.tls ? ", with TLS" : "");
}

void Server::stop() {
  if (listener_) listener_->end();
  exchange_.stop();
  connections_.stop(options_.stop_patience);
}

}  // namespace reckoner::web
