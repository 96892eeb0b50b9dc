#include "app/system.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <chrono>

#include "base/log.hpp"
#include "handlers/catalogue.hpp"
#include "metering/cut.hpp"
#include "metering/meter_life.hpp"
#include "metering/metering_metrics.hpp"
#include "store/migrations.hpp"
#include "store/schema.hpp"
#include "store/transaction.hpp"

extern char** environ;

namespace reckoner::app {

namespace {

constexpr std::size_t kConnectionsMax = 80;  // 64 workers, the scheduler, mail and commands
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

/// Whether the user of the connection string may take on the writer's role, which cannot change
/// what is issued.
bool may_be_writer(const std::string& conninfo) {
  static constexpr store::Statement kMember{"may be writer", R"(
    select exists (select from pg_roles where rolname = $1 and pg_has_role(oid, 'member')) as member)"};
  store::Connection connection(connection_options(conninfo));
  return connection.query(kMember, {store::role_name(store::Role::kWriter)})
      .only()
      .boolean("member");
}

std::unique_ptr<store::Pool> open_pool(const CommonOptions& options,
                                       std::optional<store::EmbeddedCluster>& cluster) {
  if (!options.database.empty()) {
    bring_schema_up_to_date(options.database);
    store::ConnectionOptions writer = connection_options(options.database);
    if (may_be_writer(options.database)) writer.role = store::role_name(store::Role::kWriter);
    return std::make_unique<store::Pool>(writer, kConnectionsMax);
  }
  std::error_code ignored;
  if (!std::filesystem::exists(data_directory(options) / "cluster", ignored)) {
    config_directory(options);  // no database is made that could not be given a configuration
  }
  cluster.emplace(store::EmbeddedCluster::open(data_directory(options)));
  bring_schema_up_to_date(cluster->conninfo(store::Role::kOwner));
  return std::make_unique<store::Pool>(connection_options(cluster->conninfo(store::Role::kWriter)),
                                       kConnectionsMax, [&cluster] { cluster->ensure_running(); });
}

}  // namespace

std::string user_name() {
  const passwd* user = getpwuid(getuid());
  return user != nullptr ? user->pw_name : fmt::format("uid {}", getuid());
}

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

System::System(const CommonOptions& options, time::Clock clock)
    : clock_(std::move(clock)),
      database_(options.database),
      pool_(open_pool(options, cluster_)),
      versions_(handlers::catalogue(), plugin_directory(options)),
      runner_(*pool_, versions_, clock_,
              {metering::close_cut_within, metering::merge_totals, metering::require_cut_within}),
      mail_directory_((cluster_ ? cluster_->directory() : data_directory(options)) / "mail"),
      archive_directory_((cluster_ ? cluster_->directory() : data_directory(options)) / "archive") {
  apply_first_configuration(options);
}

void System::apply_first_configuration(const CommonOptions& options) {
  auto connection = this->connection();
  if (const auto active = versions_.active(*connection)) {
    settle_meters_of_before(*connection, *active);
    return;
  }
  const std::filesystem::path directory = config_directory(options);
  try {
    store::Transaction transaction(*connection);
    const auto applied = versions_.apply(*connection, config::read_directory(directory),
                                         user_name(), "first start", clock_());
    metering::settle_meters(*connection,
                            versions_.load(*connection, applied.version)->configuration().meters,
                            clock_());
    transaction.commit();
    log::debug("configuration {} is version {}", directory.string(), applied.version.value);
  } catch (const store::DatabaseError&) {
    throw;
  } catch (const Error& error) {
    throw StartError(fmt::format("the configuration in {} cannot be used: {}", directory.string(),
                                 error.what()));
  }
}

void System::settle_meters_of_before(store::Connection& connection, VersionId active) {
  if (metering::meters_settled(connection)) return;
  store::Transaction transaction(connection);
  // The files alone: a version may need a library that is not here.
  const auto configuration = config::parse(versions_.files(connection, active));
  metering::settle_meters(connection, configuration.meters, clock_());
  transaction.commit();
}

store::Pool::Lease System::connection() {
  return pool_->take(kPoolWait);
}

store::Connection System::patient_connection() const {
  store::ConnectionOptions options =
      connection_options(cluster_ ? cluster_->conninfo(store::Role::kWriter) : database_);
  if (!cluster_ && may_be_writer(database_)) options.role = store::role_name(store::Role::kWriter);
  options.statement_timeout = {};
  options.idle_in_transaction_timeout = {};
  return store::Connection(options);
}

store::Connection System::owner_connection() const {
  store::ConnectionOptions options =
      connection_options(cluster_ ? cluster_->conninfo(store::Role::kOwner) : database_);
  options.statement_timeout = {};
  options.idle_in_transaction_timeout = {};
  return store::Connection(options);
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
