#include "config/configuration.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "config/attributes.hpp"
#include "config/dmn.hpp"
#include "config/readers.hpp"
#include "text/utf8.hpp"

namespace reckoner::config {

namespace {

[[noreturn]] void fail_at(const domain::Place& place, std::string_view reason) {
  throw Error(fmt::format("{}: {}", to_string(place), text::printable(reason)));
}

const std::string& required_file(const Files& files, std::string_view name) {
  const auto found = files.content.find(std::string(name));
  if (found == files.content.end()) {
    throw Error(fmt::format("{}: the configuration has no such file", name));
  }
  return found->second;
}

template <class Items, class NameOf>
std::vector<std::string> names_of(const Items& items, const NameOf& name_of) {
  std::vector<std::string> names;
  names.reserve(items.size());
  for (const auto& item : items) names.push_back(name_of(item));
  return names;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void check_plan_names(const std::vector<domain::Plan>& plans) {
  std::map<std::string_view, const domain::Plan*> seen;
  for (const domain::Plan& plan : plans) {
    const auto [first, added] = seen.emplace(plan.name, &plan);
    if (added) continue;
    fail_at(plan.place, fmt::format("plan '{}' is already declared at {}", plan.name,
                                    to_string(first->second->place)));
  }
}

void check_references(const Configuration& configuration) {
  const auto engines =
      names_of(configuration.engines, [](const auto& engine) { return engine.id; });
  const auto meters = names_of(configuration.meters, [](const auto& meter) { return meter.name; });
  for (const domain::Plan& plan : configuration.plans) {
    if (!contains(engines, plan.billed_by)) {
      fail_at(plan.place,
              fmt::format("plan '{}' is billed by engine '{}', which does not exist{}", plan.name,
                          plan.billed_by, suggestion(plan.billed_by, engines)));
    }
    for (const domain::Charge& charge : plan.charges) {
      if (!charge.metering || contains(meters, charge.metering->meter)) continue;
      fail_at(charge.place,
              fmt::format("charge '{}' measures meter '{}', which does not exist{}", charge.name,
                          charge.metering->meter, suggestion(charge.metering->meter, meters)));
    }
  }
}

void check_parameter_files(const Configuration& configuration, const Files& files) {
  const auto members = names_of(files.content, [](const auto& member) { return member.first; });
  for (const EngineConfig& engine : configuration.engines) {
    for (const HandlerConfig& handler : engine.handlers) {
      for (const Parameter& parameter : handler.parameters) {
        if (parameter.name != "file" && parameter.name != "template") continue;
        if (contains(members, parameter.value)) continue;
        fail_at(parameter.place,
                fmt::format("parameter '{}' names '{}', which the configuration does not have{}",
                            parameter.name, parameter.value, suggestion(parameter.value, members)));
      }
    }
  }
}

}  // namespace

boost::property_tree::ptree HandlerConfig::parameter_tree() const {
  boost::property_tree::ptree tree;
  for (const Parameter& parameter : parameters) tree.put(parameter.name, parameter.value);
  return tree;
}

Configuration parse(const Files& files) {
  const std::string billing_file(kBillingConfigFile);
  const Document billing = parse_xml(billing_file, required_file(files, kBillingConfigFile));
  BillingConfig billing_config = read_billing_config(billing.root());
  Configuration configuration{
      std::move(billing_config.settings), std::move(billing_config.engines), {}, {}, {}, {}};
  const Document meters = parse_xml(std::string(kMetersFile), required_file(files, kMetersFile));
  configuration.meters = read_meters(meters.root());

  const money::Currency currency = configuration.settings.currency("billing.currency");
  for (const auto& [name, content] : files.content) {
    if (!is_member_name(name)) {
      throw Error(fmt::format("'{}' cannot name a file of a configuration", text::printable(name)));
    }
    if (name == kBillingConfigFile || name == kMetersFile) continue;
    if (name.ends_with(".mustache")) {
      configuration.templates.emplace(name, content);
    } else if (name.ends_with(".dmn")) {
      configuration.decision_tables.emplace(name, read_dmn(parse_xml(name, content).root()));
    } else if (name.ends_with(".xml") && name.starts_with("pricing/")) {
      const Document document = parse_xml(name, content);
      for (domain::Plan& plan : read_pricing(document.root(), currency)) {
        configuration.plans.push_back(std::move(plan));
      }
    } else {
      throw Error(fmt::format("{}: not a file of a configuration", name));
    }
  }
  check_plan_names(configuration.plans);
  check_references(configuration);
  check_parameter_files(configuration, files);
  return configuration;
}

}  // namespace reckoner::config
