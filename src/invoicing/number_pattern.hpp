#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace reckoner::invoicing {

/// The number of a document in its series: "INV-{year}-{seq:6}" gives "INV-2026-000042". {seq:N}
/// pads to N digits and grows beyond them. The pattern was checked when the configuration was read.
std::string format_number(std::string_view pattern, int year, std::int64_t seq);

/// Whether each year has a sequence of its own.
bool counts_by_year(std::string_view pattern);

}  // namespace reckoner::invoicing
