#include "app/system.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>

#include "base/log.hpp"
#include "handlers/catalogue.hpp"
#include "metering/cut.hpp"
#include "store/migrations.hpp"
#include "store/schema.hpp"
#include "store/transaction.hpp"

extern char** environ;

namespace reckoner::app {

namespace {

constexpr std::size_t kConnectionsMax = 24;
constexpr std::chrono::seconds kPoolWait{10};
constexpr std::chrono::minutes kStatementTimeout{10};
constexpr std::chrono::minutes kIdleTimeout{2};

store::ConnectionOptions connection_options(std::string conninfo) {
  return {.conninfo = std::move(conninfo),
          .statement_timeout = kStatementTimeout,
          .idle_in_transaction_timeout = kIdleTimeout,
          .application_name = "reckoner",
          .role = std::nullopt};
}

void bring_schema_up_to_date(const std::string& conninfo) {
  try {
    store::ConnectionOptions options = connection_options(conninfo);
    options.statement_timeout = {};
    store::Connection connection(options);
    store::migrate(connection, store::schema::embedded_files());
  } catch (const StartError&) {
    throw;
  } catch (const Error& error) {
    throw StartError(fmt::format("the database cannot be used: {}", error.what()));
  }
}

std::unique_ptr<store::Pool> open_pool(const CommonOptions& options,
                                       std::optional<store::EmbeddedCluster>& cluster) {
  if (!options.database.empty()) {
    bring_schema_up_to_date(options.database);
    return std::make_unique<store::Pool>(connection_options(options.database), kConnectionsMax);
  }
  cluster.emplace(store::EmbeddedCluster::open(data_directory(options)));
  bring_schema_up_to_date(cluster->conninfo(store::Role::kOwner));
  return std::make_unique<store::Pool>(connection_options(cluster->conninfo(store::Role::kWriter)),
                                       kConnectionsMax, [&cluster] { cluster->ensure_running(); });
}

std::string user_name() {
  const char* user = std::getenv("USER");
  return user != nullptr && *user != '\0' ? user : fmt::format("uid {}", getuid());
}

}  // namespace

std::filesystem::path config_directory(const CommonOptions& options) {
  if (!options.config.empty()) return options.config;
  std::vector<std::filesystem::path> candidates{"config"};
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  if (!ignored) candidates.push_back(program.parent_path() / "../../config");
  for (const auto& candidate : candidates) {
    if (std::filesystem::exists(candidate / config::kBillingConfigFile, ignored)) {
      return candidate.lexically_normal();
    }
  }
  throw StartError("no configuration found: name its directory with --config DIR");
}

std::filesystem::path data_directory(const CommonOptions& options) {
  return options.data_dir.empty() ? store::default_data_directory()
                                  : std::filesystem::path(options.data_dir);
}

std::optional<std::filesystem::path> plugin_directory(const CommonOptions& options) {
  if (options.plugins.empty()) return std::nullopt;
  return options.plugins;
}

time::Instant system_now() {
  return std::chrono::floor<time::Instant::duration>(std::chrono::system_clock::now());
}

System::System(const CommonOptions& options, time::Clock clock)
    : clock_(std::move(clock)),
      pool_(open_pool(options, cluster_)),
      versions_(handlers::catalogue(), plugin_directory(options)),
      runner_(*pool_, versions_, clock_, {metering::close_cut_within, metering::merge_totals}),
      mail_directory_((cluster_ ? cluster_->directory() : data_directory(options)) / "mail") {
  apply_first_configuration(options);
}

void System::apply_first_configuration(const CommonOptions& options) {
  auto connection = this->connection();
  if (versions_.active(*connection)) return;
  const std::filesystem::path directory = config_directory(options);
  try {
    store::Transaction transaction(*connection);
    const auto applied = versions_.apply(*connection, config::read_directory(directory),
                                         user_name(), "first start", clock_());
    transaction.commit();
    log::debug("configuration {} is version {}", directory.string(), applied.version.value);
  } catch (const store::DatabaseError&) {
    throw;
  } catch (const Error& error) {
    throw StartError(fmt::format("the configuration in {} cannot be used: {}", directory.string(),
                                 error.what()));
  }
}

store::Pool::Lease System::connection() {
  return pool_->take(kPoolWait);
}

std::shared_ptr<const engine::CompiledVersion> System::active() {
  auto connection = this->connection();
  const auto version = versions_.active(*connection);
  RK_CHECK(version.has_value());
  return versions_.load(*connection, *version);
}

config::Settings System::settings() {
  std::map<std::string, std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals == text.npos) continue;
    environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return active()->configuration().settings.overridden_by(environment);
}

}  // namespace reckoner::app
