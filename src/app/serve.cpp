#include <fmt/format.h>
#include <unistd.h>

#include <thread>

#include "app/commands.hpp"
#include "app/mail.hpp"
#include "app/signals.hpp"
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

int serve_command(System& system, const CommonOptions& options, const Console& console) {
  const std::atomic<bool>& stop = stop_requested();
  if (console.notes()) log::set_level(log::Level::kInfo);
  log::info("reckoner {} serves: scheduler, engines, mail; SIGTERM ends it", RECKONER_VERSION);
  try {
    system.settings();
  } catch (const store::DatabaseError& error) {
    log::warning("the settings are not checked: {}", error.what());
  } catch (const Error& error) {
    throw StartError(error.what());
  }
  tell_when_files_differ(system, options);
  scheduler::Scheduler scheduler(system.pool(), system.versions(), system.runner(), system.clock(),
                                 {.holder = holder_name()});
  {
    const std::jthread mails([&system, &stop] { send_mails(system, stop); });
    scheduler.run(stop);
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
