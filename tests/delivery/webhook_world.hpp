#pragma once

#include <gtest/gtest.h>
#include <httplib.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

#include "base/log.hpp"
#include "delivery/webhook_sender.hpp"
#include "store/announcements.hpp"
#include "store/transaction.hpp"
#include "support/database.hpp"
#include "support/issued_documents.hpp"

namespace reckoner::delivery {

/// What a server was told, and what it answers.
class Receiver {
 public:
  struct Told {
    std::string id;
    std::string timestamp;
    std::string signature;
    std::string body;
  };
  using Answer = std::function<void(const httplib::Request&, httplib::Response&)>;

  Receiver() {
    server_.Post("/told", [this](const httplib::Request& request, httplib::Response& response) {
      Answer answer;
      {
        const std::lock_guard lock(mutex_);
        told_.push_back({request.get_header_value("webhook-id"),
                         request.get_header_value("webhook-timestamp"),
                         request.get_header_value("webhook-signature"), request.body});
        answer = answer_;
      }
      if (answer) answer(request, response);
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::jthread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~Receiver() { server_.stop(); }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  std::string url(std::string_view host = "127.0.0.1") const {
    return "http://" + std::string(host) + ":" + std::to_string(port_) + "/told";
  }
  void answer(Answer answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }
  void answer(int status) {
    answer([status](const httplib::Request&, httplib::Response& response) {
      response.status = status;
    });
  }
  std::vector<Told> told() const {
    const std::lock_guard lock(mutex_);
    return told_;
  }
  /// What the data of the bodies say, in their order.
  std::vector<std::string> data() const {
    std::vector<std::string> data;
    for (const Told& told : this->told()) {
      const std::size_t begin = told.body.find("\"n\":") + 4;
      data.push_back(told.body.substr(begin, told.body.find('}', begin) - begin));
    }
    return data;
  }

 private:
  httplib::Server server_;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<Told> told_;  // guarded by mutex_
  Answer answer_;           // guarded by mutex_
  std::jthread thread_;
};

/// Two customers, and endpoints that are HTTP servers of the test.
class Webhooks : public testing::Test {
 protected:
  using Result = WebhookSender::Result;

  Webhooks() {
    log::set_level(log::Level::kOff);
    settings_.set("webhooks.house.networks", "127.0.0.1");
    settings_.set("webhooks.timeout", "PT2S");
    test::insert_customer(connection_, 1, "acme", "Acme", "a@acme.example");
    test::insert_customer(connection_, 2, "globex", "Globex", "g@globex.example");
  }

  NewEndpoint add(const std::string& url, std::vector<std::string> kinds = {"*"},
                  CustomerId owner = kHouse) {
    store::Transaction transaction(connection_);
    NewEndpoint made =
        create_endpoint(connection_, seal_, owner, {.url = url, .kinds = std::move(kinds)}, now_);
    transaction.commit();
    return made;
  }
  void happen(int number, CustomerId customer = {1}, std::string_view kind = "payment.booked") {
    store::Transaction transaction(connection_);
    store::Announcements announcements(connection_, {customer});
    announcements.add(customer, kind, "{\"n\":" + std::to_string(number) + "}");
    announcements.write(now_);
    transaction.commit();
  }
  WebhookSender sender() {
    return WebhookSender(
        {.pool = pool_,
         .settings = [this] { return settings_; },
         .seal = [this](const config::Settings&) { return seal_; },
         .clock = [this] { return now_; },
         .disabled =
             [this](store::Connection&, const WebhookEndpoint& endpoint, std::string_view why) {
               disabled_.push_back(endpoint.name + ": " + std::string(why));
             }},
        std::make_shared<EndpointsAtWork>());
  }
  Result send() { return sender().send_due(1000, stop_); }
  std::vector<WebhookDelivery> deliveries(const NewEndpoint& endpoint) {
    return list_deliveries(connection_, {.endpoint = endpoint.endpoint.name}, 1000);
  }
  WebhookEndpoint now_of(const NewEndpoint& endpoint) {
    return find_endpoint(connection_, endpoint.endpoint.owner, endpoint.endpoint.name).value();
  }
  std::int64_t count(const std::string& table) {
    static constexpr store::Statement kEvents{"count", "select count(*) as n from webhook_event"};
    static constexpr store::Statement kDeliveries{"count deliveries",
                                                  "select count(*) as n from webhook_delivery"};
    return connection_.query(table == "events" ? kEvents : kDeliveries).only().int64("n");
  }

  const std::string database_ = test::fresh_schema();
  store::Connection connection_{{.conninfo = database_}};
  store::Pool pool_{{.conninfo = test::as_role(database_, store::Role::kWriter)}, 4};
  const Seal seal_{Seal::random_key()};
  config::Settings settings_;
  time::Instant now_ = time::parse_instant("2026-11-01T03:00:00Z");
  std::atomic<bool> stop_ = false;
  std::vector<std::string> disabled_;
  Receiver receiver_;
};

}  // namespace reckoner::delivery
