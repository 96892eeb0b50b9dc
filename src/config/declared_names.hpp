#pragma once

#include <string>
#include <vector>

#include "config/files.hpp"

namespace reckoner::config {

/// Names that a configuration declares, for completion: each once, in the order of the files, of
/// whatever can be read. What is wrong is left out in silence; saying so is parse()'s.
struct DeclaredNames {
  struct Meter {
    std::string name;
    std::string unit;
    std::vector<std::string> dimensions;
  };
  std::vector<std::string> files;
  std::vector<std::string> engines;
  std::vector<Meter> meters;
  std::vector<std::string> plans;
  std::vector<std::string> charges;
  std::vector<std::string> strategies;
  std::vector<std::string> population_facts;
  std::vector<std::string> legal_entities;
};

DeclaredNames declared_names(const Files& files);

}  // namespace reckoner::config
