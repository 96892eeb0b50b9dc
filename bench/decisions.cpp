#include "decisions.hpp"

#include <ctime>

#include "config/configuration.hpp"
#include "handlers/rule_facts.hpp"
#include "rules/decision_model.hpp"

namespace reckoner::bench {

namespace {

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Facts as of a subscription of each plan, with usage that fires the shipped rules for some.
std::vector<rules::Facts> made_up_facts(const config::Configuration& configuration,
                                        const handlers::RuleFacts& known) {
  std::vector<rules::Facts> all;
  for (const domain::Plan& plan : configuration.plans) {
    rules::Facts facts = known.of_plan(plan);
    const auto set = [&](std::string_view name, int value) {
      if (const auto slot = known.names().slot(name)) facts[*slot] = value;
    };
    set("usage.api-calls", 250'000);
    set("population.mean-api-calls", 100'000);
    set("subscription.days", 31);
    all.push_back(std::move(facts));
  }
  return all;
}

}  // namespace

std::vector<DecisionFigure> measure_decisions(const std::string& directory, double seconds) {
  const config::Configuration configuration = config::parse(config::read_directory(directory));
  const handlers::RuleFacts known(configuration, handlers::RulePlace::kBehindCalculation);
  const std::vector<rules::Facts> facts = made_up_facts(configuration, known);
  std::vector<DecisionFigure> figures;
  for (const auto& [member, text] : configuration.decision_models) {
    const auto model = rules::DecisionModel::compile(text, known.names());
    const std::string decision = model.top_decision();
    std::size_t decisions = 0;
    std::size_t results = 0;
    const double begin = cpu_seconds();
    double spent = 0.0;
    while (spent < seconds) {
      for (int i = 0; i < 1000; ++i) {
        results += model.evaluate(decision, facts[decisions % facts.size()]).results.size();
        ++decisions;
      }
      spent = cpu_seconds() - begin;
    }
    if (results == 0) throw Error(member + " decided nothing");
    figures.push_back({member, static_cast<double>(decisions) / spent});
  }
  return figures;
}

}  // namespace reckoner::bench
