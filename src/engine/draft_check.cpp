#include "engine/draft_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/mistakes.hpp"
#include "config/draft.hpp"
#include "config/file_kind.hpp"
#include "engine/configuration_in_use.hpp"

namespace reckoner::engine {

namespace {

void warn_of_unread_decisions(const CompiledVersion& draft, DraftCheck& check) {
  std::set<std::string> read;
  for (const config::EngineConfig& engine : draft.configuration().engines) {
    for (const config::HandlerConfig& handler : engine.handlers) {
      for (const config::Parameter& parameter : handler.parameters) read.insert(parameter.value);
    }
  }
  for (const auto& [name, content] : draft.files().content) {
    const bool decides = config::kind_of_file(name) == config::FileKind::kDecisions;
    if (!decides || read.contains(name)) continue;
    check.warnings.push_back(
        {name, 1, 1, 1, "no handler names this file: nothing in it has an effect, or is checked"});
  }
}

void warn_of_meters_left_out(const CompiledVersion& draft, const CompiledVersion& active,
                             DraftCheck& check) {
  std::set<std::string> names;
  for (const domain::Meter& meter : draft.configuration().meters) names.insert(meter.name);
  for (const domain::Meter& meter : active.configuration().meters) {
    if (names.contains(meter.name)) continue;
    check.warnings.push_back({std::string(config::kMetersFile), 0, 0, 0,
                              fmt::format("the active configuration has the meter '{}', and this "
                                          "one does not: it has to be dropped on purpose",
                                          meter.name)});
  }
}

}  // namespace

std::shared_ptr<const CompiledVersion> compile_draft(const Versions& versions, config::Files draft,
                                                     const config::Files& active) {
  std::shared_ptr<const CompiledVersion> compiled;
  MistakeCollector mistakes;
  mistakes.attempt([&] { config::check_machine_settings(draft, active); });
  mistakes.attempt([&] {
    add_library_hashes(draft, versions.plugin_directory());
    compiled = versions.compile(std::move(draft));
  });
  mistakes.finish();
  return compiled;
}

DraftCheck check_draft(store::Connection& connection, Versions& versions,
                       const config::Files& draft, const CompiledVersion& active,
                       time::Instant now) {
  DraftCheck check;
  try {
    const auto compiled = compile_draft(versions, draft, active.files());
    warn_of_unread_decisions(*compiled, check);
    warn_of_meters_left_out(*compiled, active, check);
    check_in_use(connection, active, *compiled, now);
  } catch (const store::DatabaseError&) {
    throw;
  } catch (const Error& error) {
    check.errors = config::placed_mistakes(error, draft);
  }
  return check;
}

}  // namespace reckoner::engine
