#include "support/billing.hpp"

#include <fmt/format.h>

#include <array>

#include "accounts/dunning_fees.hpp"
#include "handlers/catalogue.hpp"
#include "metering/cut.hpp"
#include "metering/ingest.hpp"
#include "store/document_rows.hpp"
#include "store/transaction.hpp"
#include "support/issued_documents.hpp"

namespace reckoner::test {

namespace {

constexpr std::chrono::seconds kPoolWait{10};
constexpr std::size_t kConnections = 8;
const money::Decimal kMegabyte(1'048'576);

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  std::size_t found = text.find(from);
  RK_CHECK(found != text.npos);
  for (; found != text.npos; found = text.find(from, found + to.size())) {
    text.replace(found, from.size(), to);
  }
  return text;
}

class ToldHandler : public engine::StatementHandler {
 public:
  explicit ToldHandler(StatementStep step) : step_(std::move(step)) {}
  void handle(engine::StatementContext& context) const override { step_(context); }

 private:
  const StatementStep step_;
};

std::string shown(const domain::DocumentLine& line) {
  return fmt::format(
      "{} {}{} {}", line.period_label, line.true_up ? "true-up " : "", line.line.charge,
      line.line.amount.amount().to_fixed(line.line.amount.currency().minor_digits()));
}

}  // namespace

config::Files shipped_configuration() {
  static const config::Files files =
      config::read_directory(std::string(RECKONER_SOURCE_DIR) + "/config");
  return files;
}

config::Files edited(config::Files files, const std::string& member, std::string_view from,
                     std::string_view to) {
  std::string& text = files.content.at(member);
  text = replaced(std::move(text), from, to);
  return files;
}

config::Files with_setting(config::Files files, std::string_view name, std::string_view value) {
  std::string& text = files.content.at("billing-config.xml");
  const std::string begin = fmt::format(R"(<setting name="{}" value=")", name);
  if (const std::size_t found = text.find(begin); found != text.npos) {
    const std::size_t from = found + begin.size();
    text.replace(from, text.find('"', from) - from, value);
    return files;
  }
  constexpr std::string_view kSettings = "<settings>";
  return edited(std::move(files), "billing-config.xml", kSettings,
                fmt::format("{}{}{}\"/>", kSettings, begin, value));
}

config::Files with_plans(std::string_view plans, std::string_view currency) {
  config::Files files = shipped_configuration();
  files.content[fmt::format("pricing/more-{}.xml", currency)] = fmt::format(
      R"(<pricing xmlns="urn:reckoner:pricing:1" strategy="more-{0}" currency="{0}">{1}</pricing>)",
      currency, plans);
  return files;
}

std::string flat_plan(std::string_view name, std::string_view fee) {
  return fmt::format(R"(<plan name="{}"><recurring name="fee" fee="{}"/></plan>)", name, fee);
}

config::Files with_statement_steps(config::Files files, std::string_view steps) {
  constexpr std::string_view kCalculation = R"(<handler class="InvoiceCalculationHandler"/>)";
  return edited(std::move(files), "billing-config.xml", kCalculation,
                fmt::format("{}{}", kCalculation, steps));
}

engine::HandlerSpec statement_step(std::string class_name, StatementStep step) {
  return {.class_name = std::move(class_name),
          .summary = "A step of a test.",
          .parameters = {},
          .needs = {},
          .leaves = {},
          .uses_up = {},
          .create = [step = std::move(step)](const engine::HandlerSettings&) {
            return std::make_unique<ToldHandler>(step);
          }};
}

engine::Catalogue catalogue_with(std::vector<engine::HandlerSpec> more) {
  engine::Catalogue catalogue = handlers::catalogue();
  std::move(more.begin(), more.end(), std::back_inserter(catalogue));
  return catalogue;
}

BillingWorld::BillingWorld(Setup setup)
    : database_(fresh_schema()),
      now_(time::parse_instant("2026-01-01T00:00:00Z")),
      pool_(std::make_unique<store::Pool>(
          store::ConnectionOptions{.conninfo = as_role(database_, store::Role::kWriter)},
          kConnections)),
      versions_(std::make_unique<engine::Versions>(catalogue_with(std::move(setup.handlers)),
                                                   std::move(setup.plugins))),
      runner_(std::make_unique<engine::Runner>(
          *pool_, *versions_, [this] { return now(); },
          engine::Runner::UsageHooks{metering::close_cut_within, metering::merge_totals},
          engine::kSilenceMax, accounts::book_dunning_fees)),
      connection_(connect()) {
  apply(std::move(setup.files));
}

store::Connection BillingWorld::connect(store::Role role) const {
  return store::Connection({.conninfo = as_role(database_, role)});
}

VersionId BillingWorld::apply(config::Files files) {
  store::Transaction transaction(connection_);
  const auto applied = versions_->apply(connection_, files, "test", "", now());
  transaction.commit();
  files_ = std::move(files);
  return applied.version;
}

std::shared_ptr<const engine::CompiledVersion> BillingWorld::active() {
  return versions_->load(connection_, versions_->active(connection_).value());
}

accounts::ImportResult BillingWorld::import(accounts::ImportKind kind, std::string_view csv) {
  return accounts::import_file(connection_, kind, "story.csv", csv,
                               {active()->configuration(), now(), {}});
}

void BillingWorld::customer(std::string_view key, std::string_view zone, int anchor_day) {
  import(
      accounts::ImportKind::kCustomers,
      fmt::format("key,name,email,time-zone,anchor-day\n{0},{0} Ltd,billing@{0}.example,{1},{2}\n",
                  key, zone, anchor_day));
}

void BillingWorld::subscribe(std::string_view customer, std::string_view plan,
                             std::string_view starts_on, std::string_view ends_on) {
  import(accounts::ImportKind::kSubscriptions,
         fmt::format("key,customer,plan,starts-on,ends-on\n{0}-{1}-{2},{0},{1},{2},{3}\n", customer,
                     plan, starts_on, ends_on));
}

void BillingWorld::subscribe_twice(std::string_view customer, std::string_view plan,
                                   std::string_view starts_on) {
  store::Connection connection = connect();
  connection.execute(
      {"subscribe twice", R"(
        insert into subscription (customer_id, subscription, external_key, cycle, plan, currency,
                                  starts_at, created_at)
        select s.customer_id, s.subscription + 1, 'twice', s.cycle, $2, s.currency, $3, $4
          from subscription s join customer_key k using (customer_id)
         where k.key = $1 order by s.subscription desc limit 1)"},
      {customer, plan, time::Zone::utc().start_of(time::parse_date(starts_on)), now()});
}

void BillingWorld::pay(std::string_view customer, std::string_view amount,
                       std::string_view received_on, std::string_view reference) {
  import(accounts::ImportKind::kPayments,
         fmt::format("reference,customer,amount,received-on\n{},{},{},{}\n", reference, customer,
                     amount, received_on));
}

void BillingWorld::bandwidth(std::string_view customer, std::string_view megabytes,
                             std::string_view at) {
  ingest(customer, "bandwidth", "bytes", money::Decimal::parse(megabytes) * kMegabyte, at);
}

void BillingWorld::storage(std::string_view customer, std::string_view megabytes,
                           std::string_view at) {
  ingest(customer, "storage", "bytes", money::Decimal::parse(megabytes) * kMegabyte, at);
}

void BillingWorld::cartridge(std::string_view customer, std::string_view hours,
                             std::string_view at) {
  ingest(customer, "cartridge", "hours", money::Decimal::parse(hours), at);
}

void BillingWorld::ingest(std::string_view customer, std::string type, std::string_view member,
                          const money::Decimal& quantity, std::string_view at) {
  metering::UsageEvent event;
  event.source = "story";
  event.id = std::to_string(++events_);
  event.type = std::move(type);
  event.subject = customer;
  event.occurred_at = time::parse_instant(at);
  event.data =
      text::Json::object({{std::string(member), text::Json::number(quantity.to_string())}});
  const auto counts =
      metering::ingest(connection_, active()->meter_reader(), "story", std::array{event}, now());
  ASSERT_EQ(counts.counted, 1) << "an event of " << customer << " was not counted";
}

engine::RunSummary BillingWorld::run(std::string_view fires_at) {
  const time::Instant firing = time::parse_instant(fires_at);
  now_ = std::max(now(), firing);
  const auto run =
      runner_->start({.engine = engine::kMonthlyEngine, .scheduled = true, .fires_at = firing});
  RK_CHECK(run.has_value());
  return work(*run);
}

engine::RunSummary BillingWorld::run_by_hand(const ByHand& request) {
  const auto run = runner_->start({.engine = engine::kMonthlyEngine,
                                   .scheduled = false,
                                   .fires_at = now(),
                                   .period_label = request.period_label,
                                   .customer_key = request.customer_key,
                                   .retry_parked = request.retry_parked,
                                   .true_ups = request.true_ups});
  return work(run.value());
}

engine::RunSummary BillingWorld::work(RunId run) {
  const std::atomic<bool> stop = false;
  return runner_->work(run, stop);
}

std::vector<std::string> BillingWorld::parked() {
  std::vector<std::string> texts;
  for (const auto& customer : runner_->parked(std::nullopt)) {
    texts.push_back(fmt::format("{}: {}", customer.key, customer.reason));
  }
  return texts;
}

std::vector<engine::InterimInvoice> BillingWorld::interim(std::string_view customer,
                                                          std::string_view as_of) {
  return engine::interim_invoices(connection_, *versions_, std::string(customer),
                                  time::parse_instant(as_of));
}

engine::InterimInvoice BillingWorld::one_interim(std::string_view customer,
                                                 std::string_view as_of) {
  auto invoices = interim(customer, as_of);
  RK_CHECK(invoices.size() == 1);
  return std::move(invoices.front());
}

std::vector<domain::Document> BillingWorld::documents(std::string_view customer) {
  std::vector<store::DocumentId> ids;
  for (const auto& summary :
       store::list_documents(connection_, {.customer_key = std::string(customer)}, 1'000)) {
    ids.push_back(summary.id);
  }
  std::sort(ids.begin(), ids.end());
  return store::load_documents(connection_, ids);
}

domain::Document BillingWorld::last_document(std::string_view customer) {
  auto all = documents(customer);
  RK_CHECK(!all.empty());
  return std::move(all.back());
}

std::vector<std::string> BillingWorld::periods(std::string_view customer) {
  static constexpr store::Statement kPeriods{"story periods", R"(
    select p.label || ' ' || to_char(p.starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI') || '..'
           || to_char(p.ends_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI')
           || case when p.billed_cut is null then ' open' else ' billed' end
      from billing_period p join customer c using (customer_id) where c.key = $1
     order by p.cycle, p.starts_at)"};
  std::vector<std::string> texts;
  for (const store::Row& row : connection_.query(kPeriods, {customer})) {
    texts.push_back(row.text(0));
  }
  return texts;
}

std::string BillingWorld::balance(std::string_view customer, std::string_view currency) {
  static constexpr store::Statement kBalance{"story balance", R"(
    select coalesce((select balance from customer_balance b
                      where b.customer_id = c.customer_id and b.currency = $2), 0) as running,
           coalesce((select sum(amount) from posting p
                      where p.customer_id = c.customer_id and p.currency = $2
                        and p.account = 'receivable'), 0) as ledger
      from customer c where c.key = $1)"};
  const store::Row row = connection_.query(kBalance, {customer, currency}).only();
  EXPECT_EQ(row.decimal("running"), row.decimal("ledger")) << customer;
  return row.decimal("ledger").to_fixed(money::Currency::of(currency).minor_digits());
}

std::string BillingWorld::digest() {
  static constexpr store::Statement kTables{"story tables", R"(
    select tablename::text from pg_tables where schemaname = 'public' order by 1)"};
  std::string all;
  for (const store::Row& row : connection_.query(kTables)) {
    const std::string table = row.text(0);
    all +=
        table + text(fmt::format("select coalesce(md5(string_agg(t::text, '|' order by t::text)),"
                                 " '') from \"{}\" t",
                                 table));
  }
  all += text(
      "select string_agg(sequencename || coalesce(last_value, 0), ',' order by sequencename)"
      " from pg_sequences where schemaname = 'public'");
  return to_hex(sha256(all));
}

std::vector<std::string> BillingWorld::content_hashes() {
  static constexpr store::Statement kHashes{"story hashes", R"(
    select c.key || ' ' || d.ordinal || ' ' || encode(d.content_hash, 'hex')
      from document d join customer c using (customer_id) order by c.key, d.ordinal)"};
  std::vector<std::string> hashes;
  for (const store::Row& row : connection_.query(kHashes)) hashes.push_back(row.text(0));
  return hashes;
}

std::int64_t BillingWorld::number(std::string_view sql) {
  const std::string name = fmt::format("story {}", ++statements_);
  return connection_.query({name, sql}).only().int64(0);
}

std::string BillingWorld::text(std::string_view sql) {
  const std::string name = fmt::format("story {}", ++statements_);
  return connection_.query({name, sql}).only().text(0);
}

std::vector<std::string> charged(const domain::Document& document) {
  std::vector<std::string> texts;
  for (const domain::DocumentLine& line : document.lines) {
    if (!line.line.amount.is_zero()) texts.push_back(shown(line));
  }
  return texts;
}

std::vector<std::string> all_lines(const domain::Document& document) {
  std::vector<std::string> texts;
  for (const domain::DocumentLine& line : document.lines) texts.push_back(shown(line));
  return texts;
}

std::string sums(const domain::Document& document) {
  const int digits = document.currency.minor_digits();
  return fmt::format("{} + {} - {} = {}", document.brought_forward.amount().to_fixed(digits),
                     document.total.amount().to_fixed(digits),
                     document.payments_total.amount().to_fixed(digits),
                     document.carried_forward.amount().to_fixed(digits));
}

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace reckoner::test
