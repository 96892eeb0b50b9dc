#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "accounts/closing_check.hpp"
#include "app/commands.hpp"
#include "app/commands_audit.hpp"
#include "app/proof_lanes.hpp"
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
  json.key("milliseconds").number(outcome.took.count());
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
      : system_(system), console_(console), arguments_(arguments) {}

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
    ProgressBar bar(console_, "documents");
    prove([&] { return system_.patient_connection(); }, parts_of(version),
          {.outcome = [&](const store::CheckOutcome& outcome) { take(outcome); },
           .progress =
               [&](std::int64_t done, std::int64_t total) {
                 bar.show(done, total);
                 if (stop_requested()) throw Error("stopped");
               }});
  }

  std::vector<engine::AuditPart> parts_of(const engine::CompiledVersion& version) {
    std::vector<engine::AuditPart> parts;
    for (const metering::ConservationCheck& check : metering::conservation_checks()) {
      parts.push_back({[&](store::Connection& connection, const engine::AuditListener& listener) {
        store::CheckOutcome outcome = check.run(connection, version.configuration());
        outcome.invariant = check.invariant;
        listener.outcome(outcome);
      }});
    }
    for (engine::AuditPart& part : engine::audit_parts(system_.versions())) {
      parts.push_back(std::move(part));
    }
    parts.push_back({[](store::Connection& connection, const engine::AuditListener& listener) {
      listener.outcome(accounts::check_closed_months(connection));
    }});
    if (!arguments_.against.empty()) {
      parts.push_back({[head = read_head(arguments_.against)](
                           store::Connection& connection, const engine::AuditListener& listener) {
        listener.outcome(engine::check_continuation(connection, head));
      }});
    }
    if (arguments_.export_head) {
      parts.push_back({[this](store::Connection& connection, const engine::AuditListener&) {
        heads_ = engine::series_heads(connection);
      }});
    }
    return parts;
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
    store::Connection connection = system_.patient_connection();
    auto begun = std::chrono::steady_clock::now();
    const auto take_timed = [&](store::CheckOutcome outcome) {
      const auto now = std::chrono::steady_clock::now();
      outcome.took = std::chrono::duration_cast<std::chrono::milliseconds>(now - begun);
      begun = now;
      take(std::move(outcome));
    };
    ProgressBar bar(console_, "recompute");
    const metering::Recomputed done =
        metering::recompute_totals(connection, version.meter_reader(), [&](std::int64_t read) {
          bar.show(read, read);
          if (stop_requested()) throw Error("stopped");
        });
    for (store::CheckOutcome outcome : {done.events, done.totals}) {
      outcome.invariant = "V6";
      take_timed(std::move(outcome));
    }
    store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
    ProgressBar periods(console_, "billed periods");
    take_timed(engine::recompute_periods(connection, system_.versions(),
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
  std::vector<store::CheckOutcome> outcomes_;
  std::vector<engine::SeriesHead> heads_;
};

}  // namespace

int verify_command(System& system, const Console& console, const VerifyArguments& arguments) {
  return Verification(system, console, arguments).run();
}

}  // namespace reckoner::app
