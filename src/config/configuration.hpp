#pragma once

#include <boost/property_tree/ptree.hpp>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/files.hpp"
#include "config/settings.hpp"
#include "domain/chart.hpp"
#include "domain/cost_pool.hpp"
#include "domain/legal_entity.hpp"
#include "domain/plan.hpp"
#include "domain/supplier_price.hpp"
#include "domain/tax.hpp"
#include "rules/model_text.hpp"
#include "time/cron.hpp"

namespace reckoner::config {

/// A parameter of a handler as written. What names and values mean is checked against the handler's
/// spec by the engine.
struct Parameter {
  std::string name;
  std::string value;
  domain::Place place;
};

/// One step of a chain as written.
struct HandlerConfig {
  std::string class_name;
  std::string library;  ///< bare name of the plug-in, "libcarbon-fee.so"; empty: one of our own
  std::vector<Parameter> parameters;  ///< names are unique
  domain::Place place;

  /// The parameters by dotted path, for handlers to read.
  boost::property_tree::ptree parameter_tree() const;
};

/// What becomes of firings that were missed while no scheduler was running.
enum class Missed {
  kCatchUp,  ///< each is run, with its own time
  kSkip,
};

struct Schedule {
  time::Cron cron;  ///< fires at least once
  time::Zone zone;
  Missed missed = Missed::kCatchUp;
};

enum class PopulationFigure { kMean, kTotal, kCustomers };

/// A figure over all customers subscribed in a calendar month, for rules to compare with.
struct PopulationFact {
  std::string name;   ///< of the fact; rules see it as "population.<name>"
  std::string meter;  ///< one that adds; empty for kCustomers
  PopulationFigure figure = PopulationFigure::kMean;
  domain::Place place;
};

/// A named handler chain and its trigger.
struct EngineConfig {
  /// What shows a plan's costs in a showback document in place of its own prices.
  struct ShownPrices {
    std::string plan;  ///< that customers are subscribed to
    std::string use;   ///< the plan by whose prices it is shown
    domain::Place place;
  };

  std::string id;
  std::optional<Schedule> schedule;       ///< none: on demand
  int batch_size = 1000;                  ///< customers in a transaction: 1 to 100,000
  int workers = 2;                        ///< 1 to 64
  std::chrono::seconds grace{0};          ///< how long a firing waits for late usage
  std::vector<HandlerConfig> handlers;    ///< in the order of execution; at least one
  bool only_shows = false;                ///< all its documents are showback, whoever the customer
  std::vector<ShownPrices> shown_prices;  ///< each plan once
  domain::Place place;

  /// The plan by whose prices a subscription to `plan` is computed.
  const std::string& priced_as(const std::string& plan, bool showback) const {
    if (showback) {
      for (const ShownPrices& shown : shown_prices) {
        if (shown.plan == plan) return shown.use;
      }
    }
    return plan;
  }
};

/// One configuration version, read and cross-checked. Immutable once parsed; may be read by several
/// threads.
struct Configuration {
  Settings settings;
  std::vector<EngineConfig> engines;  ///< in the order of billing-config.xml
  std::vector<domain::Meter> meters;  ///< in the order of meters.xml
  std::vector<domain::Plan> plans;    ///< by file name, then in the order of the file; name and
                                      ///< currency together are unique, each has a strategy
  std::map<std::string, rules::DmnModel> decision_models;  ///< by member name
  std::map<std::string, std::string> templates;            ///< by member name
  std::vector<PopulationFact> population_facts;            ///< in the order of billing-config.xml
  domain::TaxRules taxes;  ///< of taxes.xml; without the file nothing is taxed
  domain::Chart chart = domain::standard_chart();  ///< of accounts.xml
  domain::AllocationRules allocation;              ///< of allocation.xml; without the file no pool
  std::vector<domain::SupplierPrice> supplier_prices;  ///< of suppliers.xml, in its order
  std::vector<domain::LegalEntity> legal_entities{
      domain::LegalEntity{}};  ///< the default one first

  /// The legal entity of that id. Throws Error for one that this version does not have.
  const domain::LegalEntity& legal_entity(std::string_view id) const;
  /// nullptr where there is none.
  const EngineConfig* engine(std::string_view id) const;
};

/// Reads a version. Depends on nothing but `files`; may be called by several threads. Throws
/// Error("file:line: reason") for everything docs/configuration.md does not allow. Handler classes,
/// their parameters and their order are the engine's to check, expressions in decision tables those
/// of `rules`.
Configuration parse(const Files& files);

}  // namespace reckoner::config
