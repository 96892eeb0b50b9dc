#include "documents/recipient.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"

namespace reckoner::documents {

namespace {

constexpr std::array<std::string_view, 3> kCodeBehindCity{"AU", "CA", "US"};
constexpr std::array<std::string_view, 2> kCodeOnItsOwn{"GB", "IE"};

bool has(const auto& countries, std::string_view country) {
  return std::find(countries.begin(), countries.end(), country) != countries.end();
}

/// The parts that are not empty, with a blank between them.
std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) {
    if (!text.empty() && !part.empty()) text += ' ';
    text += part;
  }
  return text;
}

void write_member(text::JsonWriter& out, std::string_view name, const std::string& text) {
  out.key(name);
  text.empty() ? out.null() : out.string(text);
}

void write_street(text::JsonWriter& out, const std::vector<std::string>& street) {
  out.key("street").begin_array();
  for (const std::string& line : street) out.string(line);
  out.end_array();
}

}  // namespace

std::string to_stored(const Recipient& recipient) {
  text::JsonWriter out;
  const auto member = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) out.key(name).string(text);
  };
  const domain::PostalAddress& address = recipient.billing.address;
  out.begin_object();
  if (!address.street.empty()) write_street(out, address.street);
  member("city", address.city);
  member("postal_code", address.postal_code);
  member("subdivision", address.subdivision);
  member("address_country", address.country);
  member("buyer_reference", recipient.billing.buyer_reference);
  member("purchase_order", recipient.billing.purchase_order);
  member("country", recipient.country);
  member("tax_id", recipient.tax_id);
  member("language", recipient.language);
  out.end_object();
  return out.finish();
}

Recipient parse_stored_recipient(std::string_view stored) {
  Recipient recipient;
  domain::PostalAddress& address = recipient.billing.address;
  const std::array<std::pair<std::string_view, std::string*>, 9> texts{
      {{"city", &address.city},
       {"postal_code", &address.postal_code},
       {"subdivision", &address.subdivision},
       {"address_country", &address.country},
       {"buyer_reference", &recipient.billing.buyer_reference},
       {"purchase_order", &recipient.billing.purchase_order},
       {"country", &recipient.country},
       {"tax_id", &recipient.tax_id},
       {"language", &recipient.language}}};
  const text::Json object = text::parse_json(stored);
  for (const text::Json::Member& member : object.as_object()) {
    if (member.name == "street") {
      for (const text::Json& line : member.value.as_array()) {
        address.street.push_back(line.as_string());
      }
      continue;
    }
    const auto known = std::find_if(texts.begin(), texts.end(),
                                    [&](const auto& text) { return text.first == member.name; });
    if (known == texts.end()) throw Error(fmt::format("a recipient has no '{}'", member.name));
    *known->second = member.value.as_string();
  }
  return recipient;
}

void write_json(text::JsonWriter& out, const domain::PostalAddress& address) {
  if (address.empty()) {
    out.null();
    return;
  }
  out.begin_object();
  write_street(out, address.street);
  write_member(out, "city", address.city);
  write_member(out, "postal_code", address.postal_code);
  write_member(out, "subdivision", address.subdivision);
  write_member(out, "country", address.country);
  out.end_object();
}

void write_json(text::JsonWriter& out, const Recipient& recipient) {
  out.begin_object().key("address");
  write_json(out, recipient.billing.address);
  write_member(out, "buyer_reference", recipient.billing.buyer_reference);
  write_member(out, "purchase_order", recipient.billing.purchase_order);
  write_member(out, "country", recipient.country);
  write_member(out, "tax_id", recipient.tax_id);
  write_member(out, "language", recipient.language);
  out.end_object();
}

std::vector<std::string> address_lines(const domain::PostalAddress& address,
                                       std::string_view country) {
  std::vector<std::string> lines = address.street;
  const auto add = [&](std::string line) {
    if (!line.empty()) lines.push_back(std::move(line));
  };
  if (has(kCodeBehindCity, country)) {
    add(joined({address.city, address.subdivision, address.postal_code}));
  } else if (has(kCodeOnItsOwn, country)) {
    add(address.city);
    add(address.subdivision);
    add(address.postal_code);
  } else {
    add(joined({address.postal_code, address.city}));
    add(address.subdivision);
  }
  return lines;
}

}  // namespace reckoner::documents
