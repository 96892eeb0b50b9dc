#pragma once

#include <string>
#include <vector>

namespace reckoner::bench {

struct DecisionFigure {
  std::string model;  ///< member of the shipped configuration
  double decisions_per_s = 0.0;
};

/// Decisions a second of CPU time of each decision model in the directory's pricing folder, with
/// the facts that a rule of the shipped chain sees.
std::vector<DecisionFigure> measure_decisions(const std::string& directory, double seconds);

}  // namespace reckoner::bench
