#pragma once

#include <span>
#include <string_view>

#include "domain/charge.hpp"

namespace reckoner::pricing {

/// One way of turning a quantity into an amount.
struct ModelInfo {
  std::string_view name;  ///< as in pricing files; "flat" and "per-unit" are the attributes fee and
                          ///< price there
  std::string_view summary;  ///< one line for a person
};

/// Every model, the rates first, in the order of the alternatives of domain::Rate and of
/// domain::ChargeModel.
std::span<const ModelInfo> models();

const ModelInfo& model_of(const domain::Rate& rate);
const ModelInfo& model_of(const domain::ChargeModel& model);

}  // namespace reckoner::pricing
