#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/console.hpp"
#include "app/system.hpp"

namespace reckoner::app {

struct WebhookArguments {
  std::string endpoint;  ///< its id
  std::string customer;  ///< key; empty: the house
  std::string url;
  std::vector<std::string> events;
  std::string description;
  std::optional<std::string> other_url;          ///< none: as it is
  std::optional<std::string> other_description;  ///< none: as it is
  std::string state;                             ///< "pending", "sent", "dead"; empty: all
  std::string message;
  bool dead = false;
  int limit = 100;
};
int add_webhook_command(System& system, const Console& console, const WebhookArguments& arguments);
int list_webhooks_command(System& system, const Console& console,
                          const WebhookArguments& arguments);
int rotate_webhook_command(System& system, const Console& console,
                           const WebhookArguments& arguments);
int remove_webhook_command(System& system, const Console& console,
                           const WebhookArguments& arguments);
int edit_webhook_command(System& system, const Console& console, const WebhookArguments& arguments);
int enable_webhook_command(System& system, const Console& console,
                           const WebhookArguments& arguments, bool enabled);
int list_deliveries_command(System& system, const Console& console,
                            const WebhookArguments& arguments);
int resend_webhook_command(System& system, const Console& console,
                           const WebhookArguments& arguments);

/// Declares `webhook add|list|edit|rotate|enable|disable|remove|deliveries|resend`, and holds what
/// was typed for them. Must outlive the command that is run.
class WebhookCommands {
 public:
  using Work = std::function<int(System&, const Console&)>;
  using Declare = std::function<CLI::App*(CLI::App& parent, const std::string& name,
                                          const std::string& help, Work work)>;

  WebhookCommands(CLI::App& app, const Declare& declare);
  WebhookCommands(const WebhookCommands&) = delete;
  WebhookCommands& operator=(const WebhookCommands&) = delete;

 private:
  void add_endpoint_commands(CLI::App& group, const Declare& declare);
  void add_event_option(CLI::App& command, std::string_view help, bool required);
  void add_delivery_commands(CLI::App& group, const Declare& declare);

  WebhookArguments arguments_;
};

}  // namespace reckoner::app
