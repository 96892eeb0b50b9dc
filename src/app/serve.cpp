#include <fmt/format.h>
#include <unistd.h>

#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "app/budget_watching.hpp"
#include "app/commands.hpp"
#include "app/housekeeping.hpp"
#include "app/http_service.hpp"
#include "app/kafka_ingestion.hpp"
#include "app/mail.hpp"
#include "app/signals.hpp"
#include "app/webhooks.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "config/files.hpp"
#include "scheduler/scheduler.hpp"

namespace reckoner::app {

namespace {

constexpr std::chrono::seconds kMailPause{5};
constexpr std::int64_t kMailsPerPass = 500;

std::string holder_name() {
  char host[256] = "localhost";
  gethostname(host, sizeof host - 1);
  return fmt::format("{}:{}:{}", host, getpid(), to_hex(random_bytes(4)));
}

/// Sends mails until the end: what fails is logged and tried again.
void send_mails(System& system, const std::atomic<bool>& stop) {
  delivery::Sender sender = mail_sender(system);
  while (!stop) {
    try {
      const auto result = sender.send_due(kMailsPerPass, stop);
      if (result.sent + result.failed + result.dead > 0) {
        log::info("mail: {} sent, {} to be tried again, {} given up", result.sent, result.failed,
                  result.dead);
      }
    } catch (const Error& error) {
      log::error("mail: {}", error.what());
    }
    const auto until = std::chrono::steady_clock::now() + kMailPause;
    while (!stop && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
}

void wait_for(const std::atomic<bool>& stop) {
  while (!stop) std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

/// Whoever edits files and restarts the daemon may think that they count now.
void tell_when_files_differ(System& system, const CommonOptions& options) {
  try {
    const std::filesystem::path directory = config_directory(options);
    const auto active = system.active();
    config::Files files = config::read_directory(directory);
    files.libraries = active->files().libraries;
    if (config::hash(files) == config::hash(active->files())) return;
    log::warning(
        "{} differs from the active configuration, which counts: reckoner config plan shows how",
        directory.string());
  } catch (const Error& error) {
    log::debug("no configuration directory to compare: {}", error.what());
  }
}

}  // namespace

int serve_command(System& system, const CommonOptions& options, const Console& console,
                  const ServeArguments& arguments) {
  const std::atomic<bool>& stop = stop_requested();
  const std::set<Role> roles = parse_roles(arguments.roles);
  const auto address = parse_listen(arguments.listen);
  const bool has_http = address && (roles.contains(Role::kIngest) || roles.contains(Role::kWeb));
  if (console.notes()) log::set_level(log::Level::kInfo);
  log::info("reckoner {} serves: {}; SIGTERM ends it", RECKONER_VERSION,
            arguments.roles.empty() ? "scheduler, engines, HTTP, mail" : arguments.roles);
  try {
    system.settings();
  } catch (const store::DatabaseError& error) {
    log::warning("the settings are not checked: {}", error.what());
  } catch (const Error& error) {
    throw StartError(error.what());
  }
  tell_when_files_differ(system, options);
  for (const std::string& doubt : system.doubts()) log::warning("database: {}", doubt);
  {
    std::optional<HttpService> http;
    if (has_http) http.emplace(system, arguments, *address, roles);
    if (http && arguments.when_served) arguments.when_served(http->url());
    std::optional<KafkaIngestion> kafka;
    if (roles.contains(Role::kIngest)) kafka.emplace(system, meters_in_force(system), stop);
    std::vector<std::jthread> threads;
    if (http) {
      threads.emplace_back([&http, &stop] {
        wait_for(stop);
        http->stop();
      });
    }
    if (roles.contains(Role::kIngest)) {
      threads.emplace_back([&system, &stop] { keep_house(system.pool(), system.clock(), stop); });
    }
    if (roles.contains(Role::kDelivery)) {
      threads.emplace_back([&system, &stop] { send_mails(system, stop); });
      threads.emplace_back([&system, &stop] { tell_endpoints(system, stop); });
    }
    if (roles.contains(Role::kEngine)) {
      threads.emplace_back([&system, &stop] { system.runner().share(stop); });
      threads.emplace_back([&system, &stop] {
        watch_budgets({system.pool(), system.versions(), system.clock()}, stop);
      });
    }
    if (roles.contains(Role::kScheduler)) {
      scheduler::Scheduler(system.pool(), system.versions(), system.runner(), system.clock(),
                           {.holder = holder_name()})
          .run(stop);
    } else {
      wait_for(stop);
    }
  }
  log::info("reckoner has stopped");
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("stopped").boolean(true).end_object();
    console.result(json);
  }
  return 0;
}

}  // namespace reckoner::app
