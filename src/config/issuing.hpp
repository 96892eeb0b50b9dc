#pragma once

#include <string>
#include <string_view>

#include "config/files.hpp"
#include "config/settings.hpp"
#include "config/xml.hpp"

namespace reckoner::config {

/// What documents of a legal entity show beside what runs need of it: attributes of its element, or
/// settings billing.legalEntity.* for the default one. Members may be empty.
struct Issuing {
  std::string iban;     ///< of the account that customers pay to, without blanks
  std::string bic;      ///< of its bank
  std::string country;  ///< ISO 3166-1, two letters
  std::string logo;     ///< a member: "logo/company.svg"; its own, else that of the settings
};

/// Throws Error("file:line: reason").
Issuing read_issuing(const Element& legal_entity, const Settings& settings);
/// Of the default entity. Throws Error naming the setting.
Issuing read_issuing(const Settings& settings);

/// Checks a version: what every legal entity says, and that its logo is there and an SVG picture.
/// Throws Error("file:line: reason").
void check_issuing(const Files& files, const Element& billing_config, const Settings& settings);

/// Of the legal entity with that id in a version that has been parsed. Throws Error where there is
/// none.
Issuing issuing_of(const Files& files, std::string_view legal_entity);

}  // namespace reckoner::config
