#include "web/verifications.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "base/stoppable_wait.hpp"
#include "store/repeat.hpp"
#include "web/json_members.hpp"

namespace reckoner::web {

namespace {

constexpr std::chrono::seconds kPoolWait{5};
constexpr std::chrono::milliseconds kBeat{500};
constexpr std::chrono::seconds kSilenceMax{60};
constexpr std::chrono::milliseconds kCommitLook{50};
constexpr int kCommitLooks = 200;

constexpr store::Statement kGiveUp{"api.give_up_verification", R"(
  update verification
     set state = 'failed', ended_at = $1, error = 'the daemon that made it has gone'
   where state = 'running' and beat_at < $2)"};

constexpr store::Statement kBegin{"api.begin_verification", R"(
  insert into verification (started_at, started_by, recompute, sample, state, beat_at)
  values ($1, $2, $3, $4, 'running', $1) on conflict do nothing returning verification)"};

constexpr store::Statement kIsThere{"api.verification_is_there",
                                    "select 1 from verification where verification = $1"};

constexpr store::Statement kBeatOf{"api.beat_of_verification", R"(
  update verification set beat_at = $2, step = $3, done = $4, out_of = $5, checks = $6
   where verification = $1 and state = 'running')"};

constexpr store::Statement kEnd{"api.end_verification", R"(
  update verification set state = $2, ended_at = $3, beat_at = $3, error = $4, checks = $5
   where verification = $1 and state = 'running')"};

constexpr store::Statement kLast{"api.last_verification", R"(
  select started_at, started_by, recompute, state, beat_at, step, done, out_of, ended_at, error, checks
    from verification order by verification desc limit 1)"};

void write_check(text::JsonWriter& json, const store::CheckOutcome& outcome) {
  json.begin_object().key("check").string(outcome.name).key("claim").string(outcome.claim);
  json.key("invariant").string(outcome.invariant).key("holds").boolean(outcome.holds());
  json.key("checked").number(outcome.checked).key("unit").string(outcome.unit);
  json.key("wrong_total").number(outcome.wrong_total);
  write_texts(json, "wrong", outcome.wrong);
  write_texts(json, "remarks", outcome.remarks);
  json.end_object();
}

}  // namespace

/// A verification as it is made.
class Verifications::Work {
 public:
  Work(Verifications& all, std::int64_t number) : all_(all), number_(number) {}

  void take(const store::CheckOutcome& outcome) {
    {
      const std::lock_guard lock(mutex_);
      checks_.push_back(outcome);
    }
    progress(outcome.name, 0, std::nullopt);
  }

  void progress(std::string_view step, std::int64_t done, std::optional<std::int64_t> total) {
    if (all_.stop_) throw Error("the daemon was stopped");
    if (is_given_up_) throw Error("it was given up");
    const std::lock_guard lock(mutex_);
    step_ = step;
    done_ = done;
    total_ = total;
  }

  /// Writes how far it is about twice a second, also while a check takes long.
  void beat(const std::stop_token& stop) {
    while (waited_unstopped(stop, kBeat)) {
      try {
        write_how_far();
      } catch (const Error& error) {
        log::warning("verification: {}", error.what());  // the next beat may reach the database
      }
    }
  }

  void end(const std::string& error) {
    change(kEnd,
           {number_, error.empty() ? "done" : "failed", all_.clock_(), error, checks_as_json()});
  }

 private:
  void write_how_far() {
    const std::lock_guard lock(mutex_);
    const std::int64_t beaten =
        change(kBeatOf, {number_, all_.clock_(), step_, done_, total_, checks_as_json()});
    if (beaten == 0) is_given_up_ = true;
  }

  std::int64_t change(const store::Statement& statement, const store::Params& params) {
    return store::in_repeats(
        all_.pool_, kPoolWait, store::Twice::kIsOnce,
        [&](store::Connection& connection) { return connection.execute(statement, params); });
  }

  std::string checks_as_json() const {
    text::JsonWriter json;
    json.begin_array();
    for (const store::CheckOutcome& outcome : checks_) write_check(json, outcome);
    json.end_array();
    return json.finish();
  }

  Verifications& all_;
  const std::int64_t number_;
  std::atomic<bool> is_given_up_ = false;
  std::mutex mutex_;
  std::vector<store::CheckOutcome> checks_;  // guarded by mutex_, as what follows
  std::string step_;
  std::int64_t done_ = 0;
  std::optional<std::int64_t> total_;
};

Verifications::Verifications(store::Pool& pool, time::Clock clock, Verify verify)
    : pool_(pool), clock_(std::move(clock)), verify_(std::move(verify)) {}

Verifications::~Verifications() {
  stop_ = true;
  const std::lock_guard lock(mutex_);
  if (thread_.joinable()) thread_.join();
}

bool Verifications::start(store::Connection& connection, const VerifyRequest& request,
                          std::string_view who) {
  const std::lock_guard lock(mutex_);
  // It would wait for a row that the caller's transaction has changed.
  if (is_at_work_) return false;
  const time::Instant now = clock_();
  connection.execute(kGiveUp, {now, now - kSilenceMax});
  const auto begun =
      connection.query(kBegin, {now, who, request.recompute, request.sample}).at_most_one();
  if (!begun) return false;
  if (thread_.joinable()) thread_.join();  // it has nothing more to do
  is_at_work_ = true;
  thread_ = std::thread([this, number = begun->int64("verification"), request] {
    make(number, request);
    is_at_work_ = false;
  });
  return true;
}

void Verifications::make(std::int64_t number, VerifyRequest request) {
  Work work(*this, number);
  try {
    const auto is_there = [&] { return !pool_.take(kPoolWait)->query(kIsThere, {number}).empty(); };
    int looks = 0;
    while (!is_there()) {
      if (stop_ || ++looks > kCommitLooks) return;
      std::this_thread::sleep_for(kCommitLook);
    }
    std::string problem;
    try {
      const std::jthread beat([&work](const std::stop_token& stop) { work.beat(stop); });
      verify_(request,
              {[&](const store::CheckOutcome& outcome) { work.take(outcome); },
               [&](std::string_view step, std::int64_t done, std::optional<std::int64_t> total) {
                 work.progress(step, done, total);
               }});
    } catch (const std::exception& error) {
      problem = error.what();
      log::error("verification {}: {}", number, problem);
    }
    work.end(problem);
  } catch (const std::exception& error) {
    log::error("verification {}: {}", number, error.what());
  }
}

void Verifications::write_last(text::JsonWriter& json, store::Connection& connection,
                               time::Instant now) {
  const auto row = connection.query(kLast).at_most_one();
  json.begin_object();
  if (!row) {
    json.key("state").string("none");
    for (const char* name : {"started_at", "started_by", "ended_at"}) json.key(name).null();
    json.key("recompute").boolean(false).key("step").null().key("done").number(0);
    for (const char* name : {"total", "holds", "error"}) json.key(name).null();
    json.key("checks").begin_array().end_array().end_object();
    return;
  }
  std::string state = row->text("state");
  std::string error = row->text("error");
  if (state == "running" && row->instant("beat_at") < now - kSilenceMax) {
    state = "failed";
    error = "the daemon that made it has gone";
  }
  const text::Json checks = text::parse_json(row->text("checks"));
  const auto& outcomes = checks.as_array();
  const bool all_hold = std::all_of(outcomes.begin(), outcomes.end(), [](const text::Json& check) {
    return check.at("holds").as_boolean();
  });
  json.key("state").string(state).key("started_at");
  json.string(time::to_string(row->instant("started_at")));
  json.key("started_by").string(row->text("started_by"));
  write_instant(json, "ended_at", row->optional_instant("ended_at"));
  json.key("recompute").boolean(row->boolean("recompute"));
  write_text_or_null(json, "step", state == "running" ? row->text("step") : "");
  json.key("done").number(row->int64("done"));
  write_number_or_null(json, "total", row->optional_int64("out_of"));
  json.key("holds");
  if (!all_hold) {
    json.boolean(false);
  } else if (state == "done") {
    json.boolean(true);
  } else {
    json.null();
  }
  write_text_or_null(json, "error", error);
  json.key("checks").json(checks).end_object();
}

}  // namespace reckoner::web
