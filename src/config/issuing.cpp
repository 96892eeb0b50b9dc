#include "config/issuing.hpp"

#include <fmt/format.h>

#include <vector>

#include "base/error.hpp"
#include "base/mistakes.hpp"
#include "base/suggest.hpp"
#include "config/attributes.hpp"
#include "config/file_kind.hpp"
#include "config/readers.hpp"
#include "domain/bank_account.hpp"

namespace reckoner::config {

namespace {

/// Every document of the legal entity carries it.
constexpr std::size_t kLogoBytesMax = 262'144;
constexpr std::string_view kSettings = "billing.legalEntity.";

std::string read_country(const std::string& text) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (text.size() == 2 && is_capital(text[0]) && is_capital(text[1])) return text;
  throw Error(fmt::format("'{}' is not a country such as DE", text));
}

std::string read_logo(const std::string& text) {
  if (is_member_name(text) && kind_of_file(text) == FileKind::kLogo) return text;
  throw Error(
      fmt::format("'{}' is not a logo of the configuration such as logo/company.svg", text));
}

using Parse = std::string (*)(const std::string&);

/// Each member by its attribute.
template <class Read>
Issuing issuing(const Read& read) {
  return {.iban = read("iban", [](const std::string& text) { return domain::parse_iban(text); }),
          .bic = read("bic", [](const std::string& text) { return domain::parse_bic(text); }),
          .country = read("country", &read_country),
          .logo = read("logo", &read_logo)};
}

std::vector<std::string> logos_of(const Files& files) {
  std::vector<std::string> logos;
  for (const auto& [name, content] : files.content) {
    if (kind_of_file(name) == FileKind::kLogo) logos.push_back(name);
  }
  return logos;
}

/// Why the logo cannot be shown; empty: it can.
std::string missing_logo(const std::string& logo, const Files& files) {
  if (logo.empty() || files.content.contains(logo)) return {};
  return fmt::format("logo '{}', which the configuration does not have{}", logo,
                     suggestion(logo, logos_of(files)));
}

void check_logo(const std::string& name, const std::string& content) {
  if (content.size() > kLogoBytesMax) {
    throw Error(fmt::format("{}: the logo is larger than {} KiB", name, kLogoBytesMax / 1024));
  }
  const Document picture = parse_xml(name, content);
  if (picture.root().name() != "svg") picture.root().fail("not an SVG picture");
}

std::vector<Element> entities_of(const Element& billing_config) {
  const auto section = billing_config.child("legal-entities");
  return section ? section->children("legal-entity") : std::vector<Element>();
}

}  // namespace

Issuing read_issuing(const Element& legal_entity, const Settings& settings) {
  Issuing read = issuing([&](std::string_view name, Parse parse) -> std::string {
    if (!legal_entity.attribute(name)) return {};
    try {
      return parse(legal_entity.required(name));
    } catch (const Error& error) {
      fail_attribute(legal_entity, name, error.what());
    }
  });
  if (read.logo.empty()) read.logo = read_issuing(settings).logo;
  return read;
}

Issuing read_issuing(const Settings& settings) {
  return issuing([&](std::string_view name, Parse parse) -> std::string {
    const std::string setting = fmt::format("{}{}", kSettings, name);
    const std::string text = settings.text(setting);
    if (text.empty()) return {};
    try {
      return parse(text);
    } catch (const Error& error) {
      throw Error(fmt::format("{}: setting {}: {}", kBillingConfigFile, setting, error.what()));
    }
  });
}

void check_issuing(const Files& files, const Element& billing_config, const Settings& settings) {
  MistakeCollector mistakes;
  for (const std::string& name : logos_of(files)) {
    mistakes.attempt([&] { check_logo(name, files.content.at(name)); });
  }
  mistakes.attempt([&] {
    const std::string missing = missing_logo(read_issuing(settings).logo, files);
    if (missing.empty()) return;
    throw Error(fmt::format("{}: setting {}logo: {}", kBillingConfigFile, kSettings, missing));
  });
  for (const Element& entity : entities_of(billing_config)) {
    mistakes.attempt([&] {
      const Issuing read = read_issuing(entity, settings);
      const std::string missing = missing_logo(read.logo, files);
      if (entity.attribute("logo") && !missing.empty()) entity.fail(missing);
    });
  }
  mistakes.finish();
}

Issuing issuing_of(const Files& files, std::string_view legal_entity) {
  const Document billing =
      parse_xml(std::string(kBillingConfigFile), files.content.at(std::string(kBillingConfigFile)));
  const Settings settings = read_billing_config(billing.root()).settings;
  if (legal_entity.empty()) return read_issuing(settings);
  for (const Element& entity : entities_of(billing.root())) {
    if (entity.required("id") == legal_entity) return read_issuing(entity, settings);
  }
  throw Error(fmt::format("the configuration has no legal entity '{}'", legal_entity));
}

}  // namespace reckoner::config
