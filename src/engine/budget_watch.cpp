#include "engine/budget_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <thread>
#include <utility>

#include "base/log.hpp"
#include "engine/centre_watch.hpp"
#include "engine/issue.hpp"
#include "engine/spending.hpp"
#include "engine/told.hpp"
#include "store/announcements.hpp"
#include "store/transaction.hpp"
#include "text/json.hpp"
#include "text/lines.hpp"

namespace reckoner::engine {

namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::seconds kPoolWait{5};
constexpr std::size_t kBatch = 200;
constexpr std::chrono::hours kSweep{1};
/// Settings are stored somewhat later than they say.
constexpr std::chrono::minutes kSettingsSlack{1};
constexpr int kRestTimes = 9;
constexpr std::chrono::milliseconds kRestMax{5'000};
constexpr std::chrono::milliseconds kNap{20};
/// How often a long look takes up what is new.
constexpr std::chrono::seconds kTakeUp{1};
/// Who falls due later than this after a look began is the next one's: it has to come to its end.
constexpr std::chrono::seconds kOneLook{20};
/// Whose mails and events are those that are no customer's.
constexpr CustomerId kHouse{0};
constexpr std::string_view kTemplate = "mail/alert.mustache";

constexpr store::Statement kTake{"take budget look", R"(
  select pg_try_advisory_lock(7263516) as taken)"};
constexpr store::Statement kGiveBack{"give budget look back", "select pg_advisory_unlock(7263516)"};
constexpr store::Statement kStanding{"standing of budget look", R"(
  select c.cut, l.cut as looked_cut, l.looked_at, l.swept_at, l.version_id
    from cut_counter c left join budget_look l on true)"};
constexpr store::Statement kMove{"move budget look", R"(
  insert into budget_look (cut, looked_at, swept_at, version_id) values ($1, $2, $3, $4)
  on conflict (one) do update
     set cut = excluded.cut, looked_at = excluded.looked_at, swept_at = excluded.swept_at,
         version_id = excluded.version_id)"};
constexpr store::Statement kAll{"all with budgets", R"(
  select customer_id from customer_setting where budgets <> '[]' order by customer_id)"};
constexpr store::Statement kChanged{"changed budgets", R"(
  select customer_id, changed_at from customer_setting where budgets <> '[]' and changed_at >= $1)"};
constexpr store::Statement kTouched{"touched with budgets", R"(
  select s.customer_id, min(t.cut) as cut
    from customer_setting s
    join cut_touch t on t.customer_id = s.customer_id
   where t.cut > $1 and t.cut <= $2 and s.budgets <> '[]'
   group by s.customer_id)"};
constexpr store::Statement kAllTouched{"touched since the last look", R"(
  select customer_id, min(cut) as cut from cut_touch where cut > $1 and cut <= $2
   group by customer_id)"};
constexpr store::Statement kCustomers{"customers with budgets", R"(
  select c.customer_id, c.key, c.email, coalesce(s.budgets, '[]') as budgets,
         coalesce(array_to_string(s.also_to, chr(10)), '') as also_to
    from customer c left join customer_setting s on s.customer_id = c.customer_id
   where c.customer_id = any($1::bigint[])
   order by c.customer_id)"};

/// Others look meanwhile at nothing. A lost connection gives it back by itself.
class Turn {
 public:
  explicit Turn(store::Connection& connection)
      : connection_(connection), taken_(connection.query(kTake).only().boolean("taken")) {}
  ~Turn() {
    if (!taken_) return;
    try {
      connection_.query(kGiveBack);
    } catch (const std::exception& error) {
      log::debug("the look at budgets ended with its connection: {}", error.what());
    }
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  bool taken() const { return taken_; }

 private:
  store::Connection& connection_;
  const bool taken_;
};

std::vector<std::int64_t> ids_of(const store::Rows& rows) {
  std::vector<std::int64_t> ids;
  for (const store::Row& row : rows) ids.push_back(row.int64("customer_id"));
  return ids;
}

void rest(Steady::duration worked, const std::atomic<bool>& stop) {
  const auto until = Steady::now() + std::min<Steady::duration>(worked * kRestTimes, kRestMax);
  while (!stop && Steady::now() < until) std::this_thread::sleep_for(kNap);
}

/// One to each address, of the alert of that number.
void add_mails(std::vector<OutgoingMail>& mails, CustomerId of, std::int64_t number,
               const std::vector<std::string>& addresses, VersionId version) {
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    mails.push_back({.customer = of,
                     .message_key = i == 0 ? fmt::format("alert:{}", number)
                                           : fmt::format("alert:{}:{}", number, i),
                     .kind = "alert",
                     .recipient = addresses[i],
                     .member = std::string(kTemplate),
                     .version = version});
  }
}

}  // namespace

/// What a look is at.
struct BudgetWatch::Standing {
  time::Instant now;  ///< when it began
  time::Instant swept_at;
  time::Instant settings_since;  ///< since when changed settings are looked back at
  std::int64_t looked_cut = 0;   ///< as the last look left it
  std::int64_t cut = 0;          ///< up to which usage is in the queue
  bool has_all_members = false;  ///< everybody below cost centres with budgets is in the queue
  std::map<std::int64_t, time::Instant> settings = {};  ///< in the queue, or looked at
};

struct BudgetWatch::Customer {
  CustomerId id;
  std::string key;
  std::vector<std::string> addresses;
  std::vector<insight::Budget> budgets;

  std::string cost_centre;  ///< empty: it is below none that has budgets
};

BudgetWatch::BudgetWatch(store::Pool& pool, Versions& versions, time::Clock clock)
    : pool_(pool), versions_(versions), clock_(std::move(clock)) {}

BudgetWatch::Standing BudgetWatch::standing(store::Connection& connection, CentreWatch& centres) {
  const time::Instant now = clock_();
  const store::Row row = connection.query(kStanding).only();
  auto place = std::exchange(place_, std::nullopt);
  Standing standing{
      .now = now, .swept_at = now, .settings_since = now - kSettingsSlack, .cut = row.int64("cut")};
  const auto swept_at = row.optional_instant("swept_at");
  const auto looked_at = row.optional_instant("looked_at");
  // Whatever was noted of a clock that was set back since lies in the future.
  const bool was_set_back = looked_at && (*looked_at > now || *swept_at > now);
  if (was_set_back) queue_ = {};
  if (!swept_at || was_set_back || now - *swept_at >= kSweep) {
    queue_.forget_waiting();
    for (std::int64_t customer : ids_of(connection.query(kAll))) queue_.sweep(customer);
    standing.has_all_members = true;
  } else {
    standing.swept_at = *swept_at;
    standing.settings_since = *looked_at - kSettingsSlack;
    standing.looked_cut = row.int64("looked_cut");
    standing.cut = standing.looked_cut;
    if (place && place->moved_to == standing.looked_cut) {
      standing.cut = place->cut;
    } else {
      queue_.forget_waiting();
    }
    if (place) standing.settings = std::move(place->settings);
    standing.has_all_members = row.int64("version_id") != centres.version() ||
                               centres.changed_since(standing.settings_since);
    take_up_news(connection, standing, centres);
  }
  if (centres.any() && standing.has_all_members) {
    for (const auto& [customer, centre] : centres.all_members(connection)) {
      queue_.sweep(customer.value);
    }
  }
  return standing;
}

/// Settings that were changed, and usage of cuts that closed.
void BudgetWatch::take_up_news(store::Connection& connection, Standing& standing,
                               CentreWatch& centres) {
  std::map<std::int64_t, time::Instant> settings;
  for (const store::Row& row : connection.query(kChanged, {standing.settings_since})) {
    const std::int64_t customer = row.int64("customer_id");
    const time::Instant changed_at = row.instant("changed_at");
    const auto known = standing.settings.find(customer);
    if (known == standing.settings.end() || known->second != changed_at)
      queue_.add(customer, standing.now);
    settings.emplace(customer, changed_at);
  }
  standing.settings = std::move(settings);
  const std::int64_t cut = connection.query(kStanding).only().int64("cut");
  if (cut <= standing.cut) return;
  for (const store::Row& row : connection.query(kTouched, {standing.cut, cut})) {
    queue_.add(row.int64("customer_id"), row.int64("cut"));
  }
  if (centres.any()) {
    const store::Rows touched = connection.query(kAllTouched, {standing.cut, cut});
    const CentreWatch::Members members = centres.members_among(connection, ids_of(touched));
    for (const store::Row& row : touched) {
      const CustomerId customer{row.int64("customer_id")};
      if (members.contains(customer)) queue_.add(customer.value, row.int64("cut"));
    }
  }
  standing.cut = cut;
}

std::vector<BudgetWatch::Customer> BudgetWatch::customers(store::Connection& connection,
                                                          const std::vector<std::int64_t>& ids,
                                                          CentreWatch& centres) {
  std::vector<Customer> customers;
  const CentreWatch::Members members =
      centres.any() ? centres.members_among(connection, ids) : CentreWatch::Members{};
  for (const store::Row& row : connection.query(kCustomers, {ids})) {
    Customer customer{{row.int64("customer_id")}, row.text("key"), {}, {}, {}};
    const auto member = members.find(customer.id);
    if (member != members.end()) customer.cost_centre = member->second;
    if (!row.text("email").empty()) customer.addresses.push_back(row.text("email"));
    for (std::string& other : text::split_lines(row.text("also_to"))) {
      customer.addresses.push_back(std::move(other));
    }
    customer.budgets = insight::parse_budgets(row.text("budgets"));
    customers.push_back(std::move(customer));
  }
  RK_CHECK(customers.size() == ids.size());
  return customers;
}

std::size_t BudgetWatch::tell(store::Connection& connection, const Customer& customer,
                              const std::vector<Alert>& alerts) {
  if (alerts.empty()) return 0;
  std::vector<Alert> kept;
  store::Transaction transaction(connection);
  const VersionId version = versions_.active(connection).value();
  store::Announcements announcements(connection, {customer.id});
  std::vector<OutgoingMail> mails;
  for (Alert alert : alerts) {
    const auto number = keep_alert(connection, alert);
    if (!number) continue;
    alert.number = *number;
    add_mails(mails, customer.id, *number, customer.addresses, version);
    text::JsonWriter json;
    write_alert(json, alert);
    announcements.add(customer.id, "budget.reached", json.finish());
    kept.push_back(std::move(alert));
  }
  write_outbox(connection, mails, clock_());
  announcements.write(clock_());
  transaction.commit();
  for (const Alert& alert : kept) {
    log::info("budget: {}: {}", alert.customer_key,
              insight::words_of(alert.reached, alert.month, alert.reached.charge));
  }
  return kept.size();
}

std::size_t BudgetWatch::tell(store::Connection& connection, const CostCentreBudgets& budgets,
                              const std::vector<CostCentreAlert>& alerts) {
  std::vector<CostCentreAlert> kept;
  store::Transaction transaction(connection);
  const VersionId version = versions_.active(connection).value();
  store::Announcements announcements(connection, {kHouse});
  std::vector<OutgoingMail> mails;
  for (CostCentreAlert alert : alerts) {
    const auto number = keep_cost_centre_alert(connection, alert);
    if (!number) continue;
    alert.number = *number;
    add_mails(mails, kHouse, *number, budgets.addresses, version);
    text::JsonWriter json;
    write_cost_centre_alert(json, alert);
    announcements.add(kHouse, "cost_centre.budget_reached", json.finish());
    kept.push_back(std::move(alert));
  }
  write_outbox(connection, mails, clock_());
  announcements.write(clock_());
  transaction.commit();
  for (const CostCentreAlert& alert : kept) log::info("budget: {}", words_of(alert));
  return kept.size();
}

std::size_t BudgetWatch::look_at(store::Connection& connection, std::span<const Customer> customers,
                                 bool forecast, CentreWatch& centres) {
  if (customers.empty()) return 0;
  std::vector<std::int64_t> ids;
  CentreWatch::Members below;
  for (const Customer& customer : customers) {
    ids.push_back(customer.id.value);
    if (!customer.cost_centre.empty()) below.emplace(customer.id, customer.cost_centre);
  }
  SpendingOfMonths spending;
  try {
    store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
    spending = spending_of(connection, versions_, ids, clock_(), forecast);
    snapshot.commit();
  } catch (const store::DatabaseError&) {
    throw;
  } catch (const Error& error) {
    // One of them spoils it for all: the halves tell which.
    if (customers.size() == 1) {
      log::error("budgets of {} are not looked at: {}", customers.front().key, error.what());
      SpendingOfMonths nothing;
      nothing.not_known.push_back({customers.front().id, error.what()});
      centres.keep(connection, below, nothing);
      queue_.looked(customers.front().id.value, clock_(), std::nullopt);
      return 0;
    }
    const std::size_t half = customers.size() / 2;
    return look_at(connection, customers.first(half), forecast, centres) +
           look_at(connection, customers.subspan(half), forecast, centres);
  }
  centres.keep(connection, below, spending);
  std::set<CustomerId> not_known;
  for (const auto& [id, reason] : spending.not_known) not_known.insert(id);
  std::size_t told = 0;
  for (const Customer& customer : customers) {
    std::vector<Alert> reached;
    std::vector<std::string> months;
    LookQueue::Shares shares;
    for (const MonthSpending& month : spending.months) {
      if (month.customer != customer.id) continue;
      months.push_back(month.month);
      const auto next = insight::shares_of_next(customer.budgets, month.currency, month.spending);
      shares.insert(shares.end(), next.begin(), next.end());
      for (insight::Reached& one :
           insight::reached(customer.budgets, month.currency, month.spending)) {
        reached.push_back({.customer = customer.id,
                           .customer_key = customer.key,
                           .month = month.month,
                           .reached = std::move(one),
                           .cut = spending.cut,
                           .told_at = clock_()});
      }
    }
    if (!reached.empty()) {
      const std::vector<Alert> before = told_alerts(connection, customer.id, months);
      std::erase_if(reached, [&](const Alert& alert) { return was_told(before, alert); });
      told += tell(connection, customer, reached);
    }
    // How near the budgets of a cost centre are is not known of one customer below it.
    const bool is_known = customer.cost_centre.empty() && !not_known.contains(customer.id);
    queue_.looked(customer.id.value, clock_(),
                  is_known ? std::optional(std::move(shares)) : std::nullopt);
  }
  for (const auto& [id, reason] : spending.not_known) {
    log::debug("budgets of customer {} are not looked at: {}", id.value, reason);
  }
  return told;
}

std::size_t BudgetWatch::tell_centres(store::Connection& connection, const Standing& standing,
                                      CentreWatch& centres) {
  std::size_t told = 0;
  for (const CentreWatch::News& news : centres.news(connection, standing.cut)) {
    told += tell(connection, *news.budgets, news.alerts);
  }
  return told;
}

BudgetWatch::Look BudgetWatch::look(const std::atomic<bool>& stop) {
  auto lease = pool_.take(kPoolWait);
  store::Connection& connection = *lease;
  const Turn turn(connection);
  if (!turn.taken()) return {.is_elsewhere = true};
  CentreWatch centres(connection, versions_, clock_());
  Standing standing = this->standing(connection, centres);
  Look look;
  auto taken_up = Steady::now();
  while (!stop) {
    const auto from = Steady::now();
    const time::Instant until =
        queue_.is_swept() ? std::min(clock_(), standing.now + kOneLook) : clock_();
    const std::vector<std::int64_t> due = queue_.due(until, kBatch);
    if (due.empty()) break;
    std::vector<Customer> batch = customers(connection, due, centres);
    const auto ahead = std::stable_partition(batch.begin(), batch.end(), [&](const Customer& one) {
      return !insight::wants_forecast(one.budgets) && !centres.wants_forecast(one.cost_centre);
    });
    const auto without = static_cast<std::size_t>(ahead - batch.begin());
    look.told += look_at(connection, std::span(batch).first(without), false, centres);
    look.told += look_at(connection, std::span(batch).subspan(without), true, centres);
    look.customers += batch.size();
    rest(Steady::now() - from, stop);
    if (Steady::now() - taken_up >= kTakeUp) {
      look.told += tell_centres(connection, standing, centres);
      take_up_news(connection, standing, centres);
      taken_up = Steady::now();
    }
  }
  if (stop) return look;
  if (standing.has_all_members) centres.forget_others(connection);
  look.told += tell_centres(connection, standing, centres);
  const auto waiting = queue_.first_cut();
  const std::int64_t moved_to = waiting ? *waiting - 1 : standing.cut;
  if (moved_to > standing.looked_cut || standing.has_all_members || look.customers > 0) {
    connection.execute(kMove, {moved_to, standing.now, standing.swept_at, centres.version()});
    standing.looked_cut = moved_to;
  }
  place_ = Place{standing.looked_cut, standing.cut, std::move(standing.settings)};
  return look;
}

}  // namespace reckoner::engine
