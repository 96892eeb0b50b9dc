#include "accounts/billing_details.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "accounts/values.hpp"
#include "base/error.hpp"
#include "text/utf8.hpp"

namespace reckoner::accounts {

namespace {

constexpr std::string_view kNothing = "-";
constexpr std::size_t kDetailBytesMax = 200;

}  // namespace

domain::BillingDetails SaidDetails::said_of(domain::BillingDetails details) const {
  domain::PostalAddress& address = details.address;
  address.street = street.value_or(address.street);
  address.city = city.value_or(address.city);
  address.postal_code = postal_code.value_or(address.postal_code);
  address.subdivision = subdivision.value_or(address.subdivision);
  address.country = country.value_or(address.country);
  details.buyer_reference = buyer_reference.value_or(details.buyer_reference);
  details.purchase_order = purchase_order.value_or(details.purchase_order);
  return details;
}

std::string parse_detail(std::string_view value) {
  if (value == kNothing) return "";
  std::string text = parse_text(value);
  if (text.size() > kDetailBytesMax) {
    throw Error(
        fmt::format("'{}…' is longer than {} bytes", text::beginning(text, 20), kDetailBytesMax));
  }
  if (text.starts_with(' ') || text.ends_with(' ')) {
    throw Error(fmt::format("'{}' begins or ends with a blank", text));
  }
  return text;
}

std::vector<std::string> parse_street(std::string_view value) {
  std::vector<std::string> lines;
  if (value == kNothing) return lines;
  for (std::size_t begin = 0; begin <= value.size();) {
    const std::size_t end = std::min(value.find(';', begin), value.size());
    const std::size_t first = std::min(value.find_first_not_of(' ', begin), end);
    std::string line = parse_detail(value.substr(first, end - first));
    if (line.empty()) throw Error(fmt::format("street '{}' has an empty line", value));
    lines.push_back(std::move(line));
    begin = end + 1;
  }
  if (lines.size() > domain::PostalAddress::kStreetLinesMax) {
    throw Error(fmt::format("street '{}' has more than {} lines", value,
                            domain::PostalAddress::kStreetLinesMax));
  }
  return lines;
}

std::string parse_address_country(std::string_view value) {
  return value == kNothing ? "" : parse_country(value);
}

}  // namespace reckoner::accounts
