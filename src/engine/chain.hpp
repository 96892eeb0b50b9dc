#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/handler.hpp"
#include "engine/plugin.hpp"
#include "meters/meter_reader.hpp"

namespace reckoner::engine {

/// Which handlers of the document phase run.
enum class DocumentSteps {
  kAll,
  kComputing,  ///< those that decide the figures, but neither issue nor mail
};

/// The handlers of one engine in the order of the XML, ready to run: either those that make
/// statements and documents, or steps of dunning. Immutable; may be used by several threads.
class Chain {
 public:
  bool issues() const { return issues_; }  ///< it has a handler that leaves issued documents
  /// Its handlers are steps of dunning: its runs are about overdue documents, not about periods.
  bool duns() const { return !dunning_.empty(); }
  /// Whether it can be run: what it does is stored.
  bool runs() const { return issues() || duns(); }
  /// What its handlers say of themselves, in the order of the XML.
  const std::vector<HandlerSpec>& handlers() const { return handlers_; }

  /// Runs the statement phase: afterwards every period whose customer is not parked has its lines.
  void run_statement_phase(StatementContext& context) const;
  void run_document_phase(DocumentContext& context, DocumentSteps steps) const;

  /// The steps of dunning in their order; each has a name of its own, and days rise.
  const std::vector<invoicing::DunningStep>& dunning_steps() const { return dunning_steps_; }
  /// Fills what the step does.
  void take_dunning_step(std::size_t step, DunningAction& action) const;

 private:
  friend class Compiler;
  struct StatementStep {
    std::string class_name;
    std::unique_ptr<StatementHandler> handler;
  };
  struct DocumentStep {
    std::string class_name;
    std::unique_ptr<DocumentHandler> handler;
    bool issuing = false;  ///< issues documents, or needs them issued
  };
  std::vector<std::shared_ptr<const Plugin>>
      plugins_;  // before the steps: their code outlives them
  std::vector<HandlerSpec> handlers_;
  std::vector<StatementStep> statement_;
  std::vector<DocumentStep> document_;
  std::vector<std::unique_ptr<DunningHandler>> dunning_;
  std::vector<invoicing::DunningStep> dunning_steps_;
  bool issues_ = false;
};

/// A configuration version, parsed and with its chains built. Immutable; may be used by several
/// threads.
class CompiledVersion {
 public:
  /// Throws Error with file:line for what config::parse refuses, and for an unknown handler class,
  /// an unknown, missing or unusable parameter, a member that is not there, a missing fact, a wrong
  /// order, a library that cannot be loaded or whose hash is not the version's, an interim chain
  /// that is not monthly's statement phase.
  CompiledVersion(config::Files files, const Catalogue& catalogue,
                  const std::optional<std::filesystem::path>& plugin_directory);

  const config::Files& files() const { return files_; }
  const config::Configuration& configuration() const { return *configuration_; }
  /// What its meters read from events.
  const meters::MeterReader& meter_reader() const { return *meter_reader_; }
  /// Throws UsageError naming the engines there are.
  const Chain& chain(const std::string& engine) const;
  const config::EngineConfig& engine(const std::string& engine) const;

 private:
  config::Files files_;
  std::unique_ptr<const config::Configuration> configuration_;
  std::unique_ptr<const meters::MeterReader> meter_reader_;
  std::map<std::string, Chain> chains_;
};

/// Puts the hash of every library that the chains name into files.libraries.
void add_library_hashes(config::Files& files,
                        const std::optional<std::filesystem::path>& plugin_directory);

/// Engines that by their names belong together: what the tenant sees is what will be billed.
inline constexpr const char* kMonthlyEngine = "monthly";
inline constexpr const char* kInterimEngine = "interim";

}  // namespace reckoner::engine
