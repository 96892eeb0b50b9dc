#pragma once

#include <string>

#include "engine/run_status.hpp"
#include "text/json.hpp"

namespace reckoner::web {

/// A run and how far it is: the schemas RunSummary and RunState of the contract.
void write_summary(text::JsonWriter& json, const engine::RunSummary& run);
/// Reads both in the connection's snapshot or, without one, one after the other. None when there is
/// no such run.
struct RunState {
  engine::RunSummary run;
  engine::RunProgress progress;
};
std::optional<RunState> read_run(store::Connection& connection, RunId run, time::Instant now);
std::string to_json(const RunState& state);

}  // namespace reckoner::web
