#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "accounts/closing_check.hpp"
#include "app/commands.hpp"
#include "app/commands_audit.hpp"
#include "app/signals.hpp"
#include "base/durable_file.hpp"
#include "engine/audit.hpp"
#include "engine/recompute_periods.hpp"
#include "engine/series_head.hpp"
#include "metering/conservation.hpp"
#include "metering/recompute.hpp"
#include "store/transaction.hpp"

namespace reckoner::app {

namespace {

void write_outcome(text::JsonWriter& json, const store::CheckOutcome& outcome) {
  json.begin_object().key("check").string(outcome.name).key("claim").string(outcome.claim);
  json.key("invariant").string(outcome.invariant).key("holds").boolean(outcome.holds());
  json.key("checked").number(outcome.checked).key("unit").string(outcome.unit);
  json.key("wrong_total").number(outcome.wrong_total);
  json.key("wrong").begin_array();
  for (const std::string& row : outcome.wrong) json.string(row);
  json.end_array().key("remarks").begin_array();
  for (const std::string& remark : outcome.remarks) json.string(remark);
  json.end_array().end_object();
}

std::string told(const store::CheckOutcome& outcome) {
  std::string text = fmt::format(
      "{} {} {}: {} {}: {}\n", outcome.holds() ? "ok   " : "WRONG", outcome.invariant, outcome.name,
      outcome.checked, outcome.unit,
      outcome.holds() ? outcome.claim
                      : fmt::format("{} times not: {}", outcome.wrong_total, outcome.claim));
  for (const std::string& row : outcome.wrong) text += fmt::format("      ! {}\n", row);
  const auto shown = static_cast<std::int64_t>(outcome.wrong.size());
  if (outcome.wrong_total > shown) {
    text += fmt::format("      ! and {} more\n", outcome.wrong_total - shown);
  }
  for (const std::string& remark : outcome.remarks) text += fmt::format("      {}\n", remark);
  return text;
}

/// Runs the checks and tells of each as it ends.
class Verification {
 public:
  Verification(System& system, const Console& console, const VerifyArguments& arguments)
      : system_(system),
        console_(console),
        arguments_(arguments),
        connection_(system.patient_connection()) {}

  int run() {
    const auto version = system_.active();
    check_stored(*version);
    if (arguments_.recompute) recompute(*version);
    const bool holds = std::all_of(outcomes_.begin(), outcomes_.end(),
                                   [](const store::CheckOutcome& one) { return one.holds(); });
    if (holds) export_head();
    conclude(holds);
    return holds ? 0 : 1;
  }

 private:
  /// In one snapshot: what is told belongs together.
  void check_stored(const engine::CompiledVersion& version) {
    store::Transaction snapshot(connection_, store::TransactionKind::kSnapshotReadOnly);
    for (const metering::ConservationCheck& check : metering::conservation_checks()) {
      store::CheckOutcome outcome = check.run(connection_, version.configuration());
      outcome.invariant = check.invariant;
      take(std::move(outcome));
    }
    ProgressBar bar(console_, "documents");
    engine::audit(connection_, system_.versions(),
                  {.outcome = [&](const store::CheckOutcome& outcome) { take(outcome); },
                   .progress =
                       [&](std::int64_t done, std::int64_t total) {
                         bar.show(done, total);
                         if (stop_requested()) throw Error("stopped");
                       }});
    take(accounts::check_closed_months(connection_));
    if (!arguments_.against.empty()) {
      take(engine::check_continuation(connection_, read_head(arguments_.against)));
    }
    if (arguments_.export_head) heads_ = engine::series_heads(connection_);
  }

  static std::vector<engine::SeriesHead> read_head(const std::string& file) {
    try {
      return engine::parse_series_heads(read_file(file));
    } catch (Error& error) {
      error.in(file);
      throw;
    }
  }

  void recompute(const engine::CompiledVersion& version) {
    ProgressBar bar(console_, "recompute");
    const metering::Recomputed done =
        metering::recompute_totals(connection_, version.meter_reader(), [&](std::int64_t read) {
          bar.show(read, read);
          if (stop_requested()) throw Error("stopped");
        });
    for (store::CheckOutcome outcome : {done.events, done.totals}) {
      outcome.invariant = "V6";
      take(std::move(outcome));
    }
    store::Transaction snapshot(connection_, store::TransactionKind::kSnapshotReadOnly);
    ProgressBar periods(console_, "billed periods");
    take(engine::recompute_periods(connection_, system_.versions(),
                                   {arguments_.sample, arguments_.seed},
                                   [&](std::int64_t customers) {
                                     periods.show(customers, customers);
                                     if (stop_requested()) throw Error("stopped");
                                   }));
  }

  void take(store::CheckOutcome outcome) {
    if (stop_requested()) throw Error("stopped");
    say(told(outcome));
    outcomes_.push_back(std::move(outcome));
  }

  /// Where the head alone is wanted on standard output, all else goes to standard error.
  void say(const std::string& text) const {
    if (console_.json()) return;
    if (arguments_.export_head == "") {
      fmt::print(stderr, "{}", text);
    } else {
      console_.result(text);
    }
  }

  void export_head() {
    if (!arguments_.export_head || arguments_.export_head->empty()) return;
    text::JsonWriter json;
    engine::write_json(json, heads_);
    DurableFile file(*arguments_.export_head);
    file.write(json.finish() + "\n");
    file.commit();
  }

  void conclude(bool holds) const {
    if (console_.json()) {
      text::JsonWriter json;
      json.begin_object().key("holds").boolean(holds).key("checks").begin_array();
      for (const store::CheckOutcome& outcome : outcomes_) write_outcome(json, outcome);
      json.end_array();
      if (holds && arguments_.export_head == "") {
        json.key("head");
        engine::write_json(json, heads_);
      }
      json.end_object();
      console_.result(json);
      return;
    }
    const auto wrong = std::count_if(outcomes_.begin(), outcomes_.end(),
                                     [](const store::CheckOutcome& one) { return !one.holds(); });
    say(holds ? fmt::format("all {} checks hold\n", outcomes_.size())
              : fmt::format("{} of {} checks do not hold{}\n", wrong, outcomes_.size(),
                            arguments_.export_head ? "; no head is exported" : ""));
    if (holds && arguments_.export_head == "") {
      text::JsonWriter json;
      engine::write_json(json, heads_);
      console_.result(json);
    }
  }

  System& system_;
  const Console& console_;
  const VerifyArguments& arguments_;
  store::Connection connection_;
  std::vector<store::CheckOutcome> outcomes_;
  std::vector<engine::SeriesHead> heads_;
};

}  // namespace

int verify_command(System& system, const Console& console, const VerifyArguments& arguments) {
  return Verification(system, console, arguments).run();
}

}  // namespace reckoner::app
