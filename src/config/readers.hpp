#pragma once

#include <string>
#include <vector>

#include "config/configuration.hpp"
#include "config/xml.hpp"
#include "domain/account_paths.hpp"
#include "domain/export_template.hpp"

namespace reckoner::config {

// One function for each kind of file: checked in itself, not yet against the other files.

struct BillingConfig {
  Settings settings;
  std::vector<EngineConfig> engines;
  std::vector<PopulationFact> population_facts;
  std::vector<domain::LegalEntity> legal_entities;  ///< the default one first
};

/// billing-config.xml
BillingConfig read_billing_config(const Element& root);

/// meters.xml
std::vector<domain::Meter> read_meters(const Element& root);

/// taxes.xml
domain::TaxRules read_taxes(const Element& root);

/// allocation.xml
domain::AllocationRules read_allocation(const Element& root);

/// suppliers.xml
std::vector<domain::SupplierPrice> read_suppliers(const Element& root);

/// accounts.xml, over the standard chart.
domain::Chart read_accounts(const Element& root);

/// The attributes `path` of accounts.xml.
domain::AccountPaths::Chosen read_account_paths(const Element& root);

/// exports/*.xml
domain::ExportTemplate read_export_template(const Element& root);

/// The plans of one pricing strategy; those of price books follow the plan they belong to.
struct PricingFile {
  std::string strategy;
  domain::Place place;
  std::vector<domain::Plan> plans;
};

/// pricing/*.xml; `currency` is that of a file that names none.
PricingFile read_pricing(const Element& root, money::Currency currency);

/// The plans of all files, in order. Refuses a strategy and a plan of one currency declared twice.
std::vector<domain::Plan> join_plans(const std::vector<PricingFile>& files);

/// Refuses plans that name engines, meters and dimensions that do not exist.
void check_plans(const std::vector<domain::Plan>& plans, const std::vector<EngineConfig>& engines,
                 const std::vector<domain::Meter>& meters);

}  // namespace reckoner::config
