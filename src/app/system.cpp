#include "app/system.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "accounts/dunning_fees.hpp"
#include "app/config_meters.hpp"
#include "base/log.hpp"
#include "handlers/catalogue.hpp"
#include "metering/cut.hpp"
#include "metering/meter_life.hpp"
#include "metering/metering_metrics.hpp"
#include "store/distribution.hpp"
#include "store/isolation.hpp"
#include "store/migrations.hpp"
#include "store/repeat.hpp"
#include "store/schema.hpp"
#include "store/server_facts.hpp"
#include "store/transaction.hpp"

extern char** environ;

namespace reckoner::app {

namespace {

constexpr std::size_t kConnectionsMax = 80;  // 64 workers, the scheduler, mail and commands
constexpr std::chrono::minutes kStatementTimeout{10};
constexpr std::chrono::minutes kIdleTimeout{2};

/// More at the same time are not done sooner: they wait for processors instead of their turn, and
/// the last ones wait longest.
std::size_t tenant_connections() {
  return std::max(4U, 2 * std::thread::hardware_concurrency());
}

store::ConnectionOptions connection_options(std::string conninfo) {
  return {.conninfo = std::move(conninfo),
          .statement_timeout = kStatementTimeout,
          .idle_in_transaction_timeout = kIdleTimeout,
          .application_name = "reckoner",
          .role = std::nullopt};
}

void require_safe(const store::ServerFacts& facts, bool unsafe_is_allowed) {
  const auto dangers = store::dangers_of(facts);
  if (dangers.empty() || unsafe_is_allowed) return;
  throw StartError(
      fmt::format("the database loses or spoils in a power cut what it has committed: {}; set that "
                  "right, or allow it with --allow-unsafe-database where nothing is at stake",
                  fmt::join(dangers, ", ")));
}

/// Looks at the server, brings the schema up to date, and gives what is doubtful about the server.
std::vector<std::string> prepare_database(store::ConnectionOptions owner, bool unsafe_is_allowed) {
  owner.statement_timeout = {};
  try {
    store::Connection connection(owner);
    const store::ServerFacts facts = store::read_server_facts(connection);
    require_safe(facts, unsafe_is_allowed);
    store::require_coordinator(connection);
    store::allow_placed_schema(connection);
    store::migrate(connection, store::schema::embedded_files());
    store::place_new_tables(connection);
    store::settle_isolation(connection);
    return store::doubts_about(facts);
  } catch (const StartError&) {
    throw;
  } catch (const Error& error) {
    throw StartError(fmt::format("the database cannot be used: {}", error.what()));
  }
}

/// Whether the user of the connection string may take on a role.
bool may_be(store::Role role, const std::string& conninfo) {
  static constexpr store::Statement kMember{"may be in a role", R"(
    select exists (select from pg_roles where rolname = $1 and pg_has_role(oid, 'member')) as member)"};
  store::Connection connection(connection_options(conninfo));
  return connection.query(kMember, {store::role_name(role)}).only().boolean("member");
}

store::Connection patient(store::ConnectionOptions options) {
  options.statement_timeout = {};
  options.idle_in_transaction_timeout = {};
  return store::Connection(options);
}

std::optional<std::filesystem::path> find_config_directory(const CommonOptions& options) {
  try {
    return config_directory(options);
  } catch (const StartError&) {
    return std::nullopt;
  }
}

std::optional<store::EmbeddedCluster> open_cluster(const CommonOptions& options) {
  if (!options.database.empty()) return std::nullopt;
  std::error_code ignored;
  if (!std::filesystem::exists(data_directory(options) / "cluster", ignored)) {
    config_directory(options);  // no database is made that could not be given a configuration
  }
  return store::EmbeddedCluster::open(data_directory(options));
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

store::ConnectionOptions connection_options_of(const CommonOptions& options,
                                               std::optional<store::EmbeddedCluster>& cluster,
                                               store::Role role) {
  if (cluster) {
    store::ConnectionOptions own = connection_options(cluster->conninfo(role));
    own.before_connect = [&cluster] { cluster->ensure_running(); };
    return own;
  }
  store::ConnectionOptions given = connection_options(options.database);
  if (role != store::Role::kOwner && may_be(role, options.database)) {
    given.role = store::role_name(role);
  }
  return given;
}

System::System(const CommonOptions& options, time::Clock clock)
    : clock_(std::move(clock)),
      options_(options),
      cluster_(open_cluster(options)),
      owner_(connection_options_of(options, cluster_, store::Role::kOwner)),
      doubts_(prepare_database(owner_, options.allow_unsafe_database)),
      writer_(connection_options_of(options, cluster_, store::Role::kWriter)),
      pool_(std::make_unique<store::Pool>(writer_, kConnectionsMax)),
      versions_(handlers::catalogue(), plugin_directory(options), settle_version),
      runner_(*pool_, versions_, clock_,
              {metering::close_cut_within, metering::merge_totals, metering::require_cut_within},
              engine::kSilenceMax, accounts::book_dunning_fees),
      directory_(cluster_ ? cluster_->directory() : data_directory(options)),
      mail_directory_(directory_ / "mail"),
      archive_directory_(directory_ / "archive"),
      configuration_directory_(find_config_directory(options)) {
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
  return pool_->take(kConnectionWait);
}

store::Pool& System::tenant_pool() {
  std::call_once(tenant_pool_is_settled_, [this] { tenant_pool_ = isolated_pool(); });
  return tenant_pool_ ? *tenant_pool_ : *pool_;
}

std::unique_ptr<store::Pool> System::isolated_pool() {
  std::string gap =
      store::in_repeats(*pool_, kConnectionWait, store::Twice::kIsOnce, store::isolation_gap);
  if (gap.empty()) {
    auto reader = connection_options_of(options_, cluster_, store::Role::kReader);
    if (cluster_ || reader.role) {
      return std::make_unique<store::Pool>(std::move(reader), tenant_connections());
    }
    gap = "the user of the database is no member of reckoner_reader";
  }
  log::warning("rows of customers are kept apart by statements alone: {}", gap);
  return nullptr;
}

store::Connection System::patient_connection() const {
  return patient(writer_);
}

store::Connection System::owner_connection() const {
  return patient(owner_);
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
