#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/handler.hpp"

namespace reckoner::handlers {

// What steps of dunning have in common. Everything throws Error with file:line.

/// The parameters "step" and "days".
engine::ParameterSpec step_parameter(std::string default_name);
engine::ParameterSpec days_parameter();
invoicing::DunningStep step_of(const engine::HandlerSettings& settings);

/// The parameter "template": a mail template with the fields of dunning.
engine::ParameterSpec template_parameter();
std::string template_of(const engine::HandlerSettings& settings);

/// Amounts by currency: "EUR 5.00, USD 6.00"; empty: none. No currency twice, above zero, with no
/// more digits than the currency has.
std::map<money::Currency, money::Money> parse_fees(std::string_view text);

}  // namespace reckoner::handlers
