#include "engine/chain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/mistakes.hpp"
#include "base/steps.hpp"
#include "base/suggest.hpp"

namespace reckoner::engine {

namespace {

[[noreturn]] void refuse(const domain::Place& place, std::string_view reason) {
  throw Error(fmt::format("{}:{}: {}", place.file, place.line, reason));
}

const HandlerSpec& find_spec(const Catalogue& catalogue, const config::HandlerConfig& step) {
  for (const HandlerSpec& spec : catalogue) {
    if (spec.class_name == step.class_name) return spec;
  }
  std::vector<std::string> names;
  for (const HandlerSpec& spec : catalogue) names.push_back(spec.class_name);
  if (!step.library.empty()) {
    refuse(step.place, fmt::format("library {} has no handler '{}'{}", step.library,
                                   step.class_name, suggestion(step.class_name, names)));
  }
  refuse(step.place, fmt::format("unknown handler class '{}'{}", step.class_name,
                                 suggestion(step.class_name, names)));
}

void check_parameter(const ParameterSpec& spec, const config::Parameter& parameter,
                     const config::Files& files) {
  switch (spec.kind) {
    case ParameterKind::kText:
      return;
    case ParameterKind::kDecimal:
      if (!money::Decimal::try_parse(parameter.value)) {
        refuse(parameter.place, fmt::format("parameter '{}' must be a decimal number, not '{}'",
                                            parameter.name, parameter.value));
      }
      return;
    case ParameterKind::kMember:
      if (!files.content.contains(parameter.value)) {
        std::vector<std::string> names;
        for (const auto& [name, content] : files.content) names.push_back(name);
        refuse(parameter.place,
               fmt::format("parameter '{}' names '{}', which is no member of the configuration{}",
                           parameter.name, parameter.value, suggestion(parameter.value, names)));
      }
      return;
  }
}

HandlerSettings settings_of(const HandlerSpec& spec, const config::HandlerConfig& step,
                            const config::Configuration& configuration, const config::Files& files,
                            std::set<Fact> present) {
  std::vector<std::string> names;
  for (const ParameterSpec& parameter : spec.parameters) names.push_back(parameter.name);
  for (const config::Parameter& given : step.parameters) {
    const auto known =
        std::find_if(spec.parameters.begin(), spec.parameters.end(),
                     [&](const ParameterSpec& parameter) { return parameter.name == given.name; });
    if (known == spec.parameters.end()) {
      refuse(given.place, fmt::format("unknown parameter '{}' of {}{}", given.name, spec.class_name,
                                      suggestion(given.name, names)));
    }
    check_parameter(*known, given, files);
  }
  std::vector<config::Parameter> parameters = step.parameters;
  for (const ParameterSpec& parameter : spec.parameters) {
    const bool given =
        std::any_of(parameters.begin(), parameters.end(),
                    [&](const auto& candidate) { return candidate.name == parameter.name; });
    if (given) continue;
    if (!parameter.default_value) {
      refuse(step.place, fmt::format("{} needs the parameter '{}' ({})", spec.class_name,
                                     parameter.name, parameter.help));
    }
    parameters.push_back({parameter.name, *parameter.default_value, step.place});
  }
  return HandlerSettings(std::move(parameters), step.place, configuration, std::move(present));
}

/// Follows the facts down a chain and refuses a step that comes too early or too late.
class FactCheck {
 public:
  explicit FactCheck(const Catalogue& catalogue) : catalogue_(catalogue) {}

  void step(const HandlerSpec& spec, const domain::Place& place) {
    for (Fact fact : spec.needs) {
      if (present_.contains(fact)) continue;
      if (const auto used = used_up_.find(fact); used != used_up_.end()) {
        refuse(place, fmt::format("{} needs {}, which {} has already used up", spec.class_name,
                                  to_string(fact), used->second));
      }
      refuse(place, fmt::format("{} needs {}, but no earlier handler leaves them{}",
                                spec.class_name, to_string(fact), who_leaves(fact)));
    }
    for (Fact fact : spec.uses_up) {
      present_.erase(fact);
      used_up_[fact] = spec.class_name;
    }
    for (Fact fact : spec.leaves) {
      const auto [left, is_new] = left_by_.emplace(fact, spec.class_name);
      if (!is_new) {
        refuse(place, fmt::format("{} leaves {}, which {} has already left", spec.class_name,
                                  to_string(fact), left->second));
      }
      present_.insert(fact);
    }
  }

  /// The engine itself leaves the documents, between the two phases.
  void end_statement_phase(const domain::Place& place, const std::string& engine) {
    if (!present_.contains(Fact::kStatementLines)) {
      refuse(place, fmt::format("engine {}: no handler leaves the statement lines{}", engine,
                                who_leaves(Fact::kStatementLines)));
    }
    present_.insert(Fact::kDocuments);
  }
  bool has(Fact fact) const { return present_.contains(fact); }
  const std::set<Fact>& present() const { return present_; }

 private:
  std::string who_leaves(Fact fact) const {
    for (const HandlerSpec& spec : catalogue_) {
      if (std::count(spec.leaves.begin(), spec.leaves.end(), fact) > 0) {
        return fmt::format(" ({} does)", spec.class_name);
      }
    }
    return "";
  }

  const Catalogue& catalogue_;
  std::set<Fact> present_;
  std::map<Fact, std::string> used_up_;
  std::map<Fact, std::string> left_by_;
};

/// A handler that issues documents, or needs them issued.
bool touches_issued(const HandlerSpec& spec) {
  const auto has = [](const std::vector<Fact>& facts) {
    return std::count(facts.begin(), facts.end(), Fact::kIssuedDocuments) > 0;
  };
  return has(spec.needs) || has(spec.leaves);
}

/// What decides the figures of a document: everything but issuing it and what follows that.
std::vector<std::string> computing_steps(const config::EngineConfig& engine,
                                         const std::set<std::string>& issuing_classes) {
  std::vector<std::string> steps;
  for (const config::HandlerConfig& step : engine.handlers) {
    if (issuing_classes.contains(step.class_name)) continue;
    std::string text = step.class_name + "@" + step.library;
    for (const config::Parameter& parameter : step.parameters) {
      text += fmt::format(" {}={}", parameter.name, parameter.value);
    }
    steps.push_back(std::move(text));
  }
  return steps;
}

}  // namespace

/// Builds the chains of one version.
class Compiler {
 public:
  Compiler(const config::Files& files, const config::Configuration& configuration,
           const Catalogue& catalogue, const std::optional<std::filesystem::path>& plugin_directory)
      : files_(files),
        configuration_(configuration),
        catalogue_(catalogue),
        plugin_directory_(plugin_directory) {}

  Chain build(const config::EngineConfig& engine) {
    Chain chain;
    bool duns = false;
    FactCheck facts(catalogue_);
    bool document_phase = false;
    for (const config::HandlerConfig& step : engine.handlers) {
      const HandlerSpec& spec = spec_of(step, chain);
      chain.handlers_.push_back(spec);
      const HandlerSettings settings =
          settings_of(spec, step, configuration_, files_, facts.present());
      const auto* dunning = std::get_if<DunningFactory>(&spec.create);
      if (chain.handlers_.size() == 1) duns = dunning != nullptr;
      if (duns != (dunning != nullptr)) {
        refuse(step.place,
               fmt::format("{} and {} cannot stand in one chain: one bills, the other duns",
                           chain.handlers_.front().class_name, spec.class_name));
      }
      if (dunning != nullptr) {
        add_dunning_step(chain, (*dunning)(settings), step.place);
        continue;
      }
      if (const auto* create = std::get_if<StatementFactory>(&spec.create)) {
        if (document_phase) {
          refuse(step.place, fmt::format("{} computes statements and must stand before {}",
                                         spec.class_name, chain.document_.front().class_name));
        }
        facts.step(spec, step.place);
        chain.statement_.push_back({spec.class_name, (*create)(settings)});
      } else {
        if (!document_phase) facts.end_statement_phase(step.place, engine.id);
        document_phase = true;
        const bool issuing = touches_issued(spec);
        if (issuing) issuing_classes_.insert(spec.class_name);
        facts.step(spec, step.place);
        chain.document_.push_back(
            {spec.class_name, std::get<DocumentFactory>(spec.create)(settings), issuing});
      }
    }
    if (duns) return chain;
    if (!document_phase) facts.end_statement_phase(engine.place, engine.id);
    chain.issues_ = facts.has(Fact::kIssuedDocuments);
    if (engine.schedule && !chain.issues_) {
      refuse(engine.place, fmt::format("engine {} has a schedule, but none of its handlers leaves "
                                       "the issued documents (FinalizingHandler does)",
                                       engine.id));
    }
    return chain;
  }

  /// What a tenant sees on demand must be what the month's end will bill.
  void check_interim() const {
    const config::EngineConfig* monthly = find(kMonthlyEngine);
    const config::EngineConfig* interim = find(kInterimEngine);
    if (monthly == nullptr || interim == nullptr) return;
    if (computing_steps(*monthly, issuing_classes_) !=
        computing_steps(*interim, issuing_classes_)) {
      refuse(interim->place,
             "engine interim differs from engine monthly in the handlers that compute: an interim "
             "invoice would not show what will be billed");
    }
  }

 private:
  static void add_dunning_step(Chain& chain, std::unique_ptr<DunningHandler> handler,
                               const domain::Place& place) {
    const invoicing::DunningStep step = handler->step();
    for (const invoicing::DunningStep& other : chain.dunning_steps_) {
      if (other.name == step.name) {
        refuse(place, fmt::format("step '{}' stands here twice", step.name));
      }
      if (other.days >= step.days) {
        refuse(place, fmt::format("step '{}' comes {} days after the day due, but '{}' before it "
                                  "comes after {}",
                                  step.name, step.days, other.name, other.days));
      }
    }
    chain.dunning_steps_.push_back(step);
    chain.dunning_.push_back(std::move(handler));
  }

  const HandlerSpec& spec_of(const config::HandlerConfig& step, Chain& chain) {
    if (step.library.empty()) return find_spec(catalogue_, step);
    try {
      const auto pinned = files_.libraries.find(step.library);
      if (pinned != files_.libraries.end() &&
          pinned->second != library_hash(plugin_directory_, step.library)) {
        throw Error(
            fmt::format("library {}: its file is not the one this configuration version "
                        "was made with",
                        step.library));
      }
      chain.plugins_.push_back(Plugin::load(plugin_directory_, step.library));
    } catch (const Error& error) {
      refuse(step.place, error.what());
    }
    return find_spec(chain.plugins_.back()->catalogue(), step);
  }

  const config::EngineConfig* find(std::string_view id) const {
    for (const config::EngineConfig& engine : configuration_.engines) {
      if (engine.id == id) return &engine;
    }
    return nullptr;
  }

  const config::Files& files_;
  const config::Configuration& configuration_;
  const Catalogue& catalogue_;
  const std::optional<std::filesystem::path>& plugin_directory_;
  std::set<std::string> issuing_classes_;
};

void Chain::run_statement_phase(StatementContext& context) const {
  for (const StatementStep& step : statement_) {
    try {
      const steps::Step measured(step.class_name);
      step.handler->handle(context);
    } catch (Error& error) {
      error.in(step.class_name);
      throw;
    }
  }
}

namespace {

/// A showback document has no tax, coupons, credits or balance, and nobody is asked to pay it: no
/// handler of the phase sees it.
std::vector<DocumentWork> take_shown(std::vector<DocumentWork>& documents) {
  const auto shown = std::ranges::stable_partition(documents, [](const DocumentWork& work) {
    return work.document.kind != domain::DocumentKind::kShowback;
  });
  std::vector<DocumentWork> taken(std::make_move_iterator(shown.begin()),
                                  std::make_move_iterator(shown.end()));
  documents.erase(shown.begin(), shown.end());
  return taken;
}

void issue_shown(const DocumentContext& context, DocumentWork& work) {
  try {
    work.document.issued_on = work.document.due_on = context.issued_on(work);
    work.issue = true;
  } catch (const Error& error) {
    work.customer->parked = error.what();
  }
}

}  // namespace

void Chain::run_document_phase(DocumentContext& context, DocumentSteps steps) const {
  std::vector<DocumentWork> shown = take_shown(context.documents);
  for (const DocumentStep& step : document_) {
    if (step.issuing && steps == DocumentSteps::kComputing) continue;
    try {
      const steps::Step measured(step.class_name);
      step.handler->handle(context);
    } catch (Error& error) {
      error.in(step.class_name);
      throw;
    }
  }
  for (DocumentWork& work : shown) {
    if (issues_ && steps == DocumentSteps::kAll && !work.customer->parked) {
      issue_shown(context, work);
    }
    context.documents.push_back(std::move(work));
  }
}

void Chain::take_dunning_step(std::size_t step, DunningAction& action) const {
  try {
    dunning_.at(step)->take(action);
  } catch (Error& error) {
    error.in(dunning_steps_.at(step).name);
    throw;
  }
}

CompiledVersion::CompiledVersion(config::Files files, const Catalogue& catalogue,
                                 const std::optional<std::filesystem::path>& plugin_directory)
    : files_(std::move(files)),
      configuration_(std::make_unique<const config::Configuration>(config::parse(files_))),
      meter_reader_(std::make_unique<const meters::MeterReader>(configuration_->meters)) {
  Compiler compiler(files_, *configuration_, catalogue, plugin_directory);
  MistakeCollector mistakes;
  for (const config::EngineConfig& engine : configuration_->engines) {
    mistakes.attempt([&] { chains_.emplace(engine.id, compiler.build(engine)); });
  }
  mistakes.finish();
  compiler.check_interim();
}

const Chain& CompiledVersion::chain(const std::string& engine) const {
  this->engine(engine);
  return chains_.at(engine);
}

const config::EngineConfig& CompiledVersion::engine(const std::string& engine) const {
  std::vector<std::string> names;
  for (const config::EngineConfig& candidate : configuration_->engines) {
    if (candidate.id == engine) return candidate;
    names.push_back(candidate.id);
  }
  throw UsageError(fmt::format("there is no engine '{}'{}; the configuration has {}", engine,
                               suggestion(engine, names), fmt::join(names, ", ")));
}

void add_library_hashes(config::Files& files,
                        const std::optional<std::filesystem::path>& plugin_directory) {
  for (const config::EngineConfig& engine : config::parse(files).engines) {
    for (const config::HandlerConfig& step : engine.handlers) {
      if (step.library.empty()) continue;
      try {
        files.libraries[step.library] = library_hash(plugin_directory, step.library);
      } catch (const Error& error) {
        refuse(step.place, error.what());
      }
    }
  }
}

}  // namespace reckoner::engine
