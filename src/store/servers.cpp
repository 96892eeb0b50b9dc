#include "store/servers.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "store/database_error.hpp"

namespace reckoner::store {

namespace {

using Clock = std::chrono::steady_clock;
using Parameters = std::map<std::string, std::string>;

constexpr std::chrono::milliseconds kForTheOthers{500};
constexpr std::chrono::seconds kForAny{10};

constexpr const char* kAsk =
    "select case when pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' then 0"
    " else cast(cast('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) as bit(32))"
    " as bigint) end";

Parameters parse(const std::string& conninfo) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(
      PQconninfoParse(conninfo.c_str(), nullptr), &PQconninfoFree);
  if (!parsed) {
    // libpq's own message may quote a piece of the text.
    throw Error(
        "the database connection string is neither a postgresql:// URL nor keyword=value pairs "
        "(it is not shown: it may hold a password)");
  }
  Parameters parameters;
  for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) parameters.emplace(option->keyword, option->val);
  }
  return parameters;
}

/// SOCI looks for options of its own in what it is given, and does not know libpq's quoting: this
/// form has neither blanks nor quotes.
std::string to_url(const Parameters& parameters) {
  std::string url = "postgresql://?";
  for (const auto& [keyword, value] : parameters) {
    url += url.back() == '?' ? "" : "&";
    url += keyword;
    url += '=';
    for (const char c : value) {
      const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      url += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return url;
}

std::vector<std::string> items_of(std::string_view list) {
  std::vector<std::string> items;
  for (;;) {
    const std::size_t comma = list.find(',');
    items.emplace_back(list.substr(0, comma));
    if (comma == list.npos) return items;
    list.remove_prefix(comma + 1);
  }
}

/// The parameters for each server that is named, as libpq pairs them.
std::vector<Parameters> each_server(const Parameters& all) {
  constexpr const char* kLists[] = {"host", "hostaddr", "port"};
  std::size_t count = 1;
  for (const char* keyword : {"host", "hostaddr"}) {
    const auto named = all.find(keyword);
    if (named != all.end()) count = std::max(count, items_of(named->second).size());
  }
  std::vector<Parameters> servers(count, all);
  if (count == 1) return servers;
  for (const char* keyword : kLists) {
    const auto named = all.find(keyword);
    if (named == all.end()) continue;
    const auto items = items_of(named->second);
    if (items.size() != 1 && items.size() != count) return {all};  // libpq says what is wrong
    for (std::size_t i = 0; i < count; ++i) {
      servers[i][keyword] = items.size() == 1 ? items.front() : items[i];
    }
  }
  return servers;
}

std::string name_of(const Parameters& server) {
  const auto get = [&](const char* keyword) {
    const auto found = server.find(keyword);
    return found == server.end() ? std::string() : found->second;
  };
  return fmt::format("{}:{}", get("host").empty() ? get("hostaddr") : get("host"), get("port"));
}

/// One server being asked whether it takes writes.
class Inquiry {
 public:
  explicit Inquiry(const std::string& url) : libpq_(PQconnectStart(url.c_str()), &PQfinish) {
    if (!libpq_ || PQstatus(libpq_.get()) == CONNECTION_BAD) over_ = true;
  }

  bool over() const { return over_; }
  /// 0: takes none, or did not answer.
  std::int64_t timeline() const { return timeline_; }
  std::string problem() const {
    if (over_ && timeline_ == 0 && answered_) return "takes no writes";
    std::string text = libpq_ ? PQerrorMessage(libpq_.get()) : "";
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text.empty() ? "does not answer" : text;
  }

  pollfd waits_for() const {
    const bool writes = !asked_ && step_ == PGRES_POLLING_WRITING;
    return {.fd = PQsocket(libpq_.get()),
            .events = static_cast<short>(writes ? POLLOUT : POLLIN),
            .revents = 0};
  }

  void go_on() {
    if (!asked_) {
      step_ = PQconnectPoll(libpq_.get());
      if (step_ == PGRES_POLLING_FAILED) over_ = true;
      if (step_ != PGRES_POLLING_OK) return;
      asked_ = true;
      over_ = PQsendQuery(libpq_.get(), kAsk) == 0;
      return;
    }
    if (PQconsumeInput(libpq_.get()) == 0) {
      over_ = true;
    } else if (PQisBusy(libpq_.get()) == 0) {
      read_answer();
    }
  }

 private:
  void read_answer() {
    PGresult* result = PQgetResult(libpq_.get());
    answered_ = PQresultStatus(result) == PGRES_TUPLES_OK;
    if (answered_) timeline_ = std::stoll(PQgetvalue(result, 0, 0));
    PQclear(result);
    over_ = true;
  }

  std::unique_ptr<PGconn, decltype(&PQfinish)> libpq_;
  PostgresPollingStatusType step_ = PGRES_POLLING_WRITING;
  bool asked_ = false;
  bool answered_ = false;
  bool over_ = false;
  std::int64_t timeline_ = 0;
};

void wait_for_some(std::vector<Inquiry>& inquiries, Clock::time_point until) {
  std::vector<pollfd> sockets;
  std::vector<Inquiry*> waiting;
  for (Inquiry& inquiry : inquiries) {
    if (inquiry.over()) continue;
    sockets.push_back(inquiry.waits_for());
    waiting.push_back(&inquiry);
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  poll(sockets.data(), sockets.size(), static_cast<int>(std::max<std::int64_t>(left, 0)));
  for (std::size_t i = 0; i < sockets.size(); ++i) {
    if (sockets[i].revents != 0) waiting[i]->go_on();
  }
}

/// The index of the one that takes writes, on the latest timeline.
std::size_t choose(const std::vector<Parameters>& servers) {
  std::vector<Inquiry> inquiries;
  for (const Parameters& server : servers) inquiries.emplace_back(to_url(server));
  auto until = Clock::now() + kForAny;
  bool found = false;
  while (Clock::now() < until && !std::ranges::all_of(inquiries, &Inquiry::over)) {
    wait_for_some(inquiries, until);
    if (found || !std::ranges::any_of(inquiries, [](const auto& i) { return i.timeline() > 0; })) {
      continue;
    }
    found = true;
    until = std::min(until, Clock::now() + kForTheOthers);
  }
  const auto best = std::ranges::max_element(inquiries, {}, &Inquiry::timeline);
  if (best->timeline() == 0) {
    std::string problems;
    for (std::size_t i = 0; i < servers.size(); ++i) {
      problems +=
          fmt::format("{}{}: {}", i == 0 ? "" : "; ", name_of(servers[i]), inquiries[i].problem());
    }
    throw DatabaseError({.statement = "connect",
                         .sqlstate = "08001",
                         .message = fmt::format("no server takes writes: {}", problems),
                         .connection_lost = true});
  }
  const auto chosen = static_cast<std::size_t>(best - inquiries.begin());
  for (std::size_t i = 0; i < servers.size(); ++i) {
    if (i == chosen || inquiries[i].timeline() == 0) continue;
    log::warning("{} takes writes on timeline {}, {} on timeline {}: only the latter is used",
                 name_of(servers[i]), inquiries[i].timeline(), name_of(servers[chosen]),
                 best->timeline());
  }
  return chosen;
}

}  // namespace

std::string server_url(const std::string& conninfo, const std::string& application_name) {
  Parameters parameters = parse(conninfo);
  parameters["application_name"] = application_name;
  parameters["client_encoding"] = "UTF8";
  parameters.try_emplace("connect_timeout", "10");
  parameters.try_emplace("keepalives_idle", "10");
  parameters.try_emplace("keepalives_interval", "5");
  parameters.try_emplace("keepalives_count", "3");
  parameters.try_emplace("tcp_user_timeout", "25000");
  std::vector<Parameters> servers = each_server(parameters);
  if (servers.size() == 1) return to_url(servers.front());
  std::string& wanted = parameters["target_session_attrs"];
  if (wanted.empty()) wanted = "read-write";
  if (wanted != "read-write" && wanted != "primary") return to_url(parameters);
  for (Parameters& server : servers) server.erase("target_session_attrs");
  Parameters& chosen = servers[choose(servers)];
  chosen["target_session_attrs"] = "read-write";
  return to_url(chosen);
}

}  // namespace reckoner::store
