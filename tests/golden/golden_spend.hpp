#pragma once

#include "golden/golden.hpp"

/// Lines of a charge whose period has a minimum or a maximum.
namespace reckoner::golden {

/// `gross_to_date` is what the charge has come to; the minimum waits for `last_line_of_period`.
Result run_limited_total(const Case& item);

/// The params price a quantity that comes on top of what was billed. A percentage discount is taken
/// off first.
Result run_limited_line(const Case& item);

}  // namespace reckoner::golden
