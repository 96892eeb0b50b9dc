#pragma once

#include <boost/property_tree/ptree.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "config/value.hpp"
#include "money/decimal.hpp"
#include "money/money.hpp"
#include "time/time.hpp"

namespace reckoner::config {

/// One setting, declared once: what the reader checks, the manual says and the web page shows.
struct SettingSpec {
  std::string_view name;  ///< dotted: "mail.smtp.url"
  Kind kind;
  std::string_view default_value;
  std::string_view help;
  bool may_override =
      false;  ///< by an environment variable: only where it cannot change a document
  std::span<const std::string_view> choices = {};  ///< of Kind::kChoice
};

/// All settings, sorted by name. Lives as long as the program.
std::span<const SettingSpec> setting_specs();

/// The environment variable of a setting: "mail.smtp.url" → "RECKONER_MAIL_SMTP_URL",
/// "billing.legalEntity.timeZone" → "RECKONER_BILLING_LEGAL_ENTITY_TIME_ZONE".
std::string environment_name(std::string_view setting);

/// The values of all settings, defaults included, each checked. A value type; may be read by
/// several threads.
class Settings {
 public:
  /// All defaults.
  Settings();

  /// Throws Error for an unknown name (with a suggestion) or a value that its kind refuses.
  void set(std::string_view name, std::string_view value);

  /// Checks what concerns several settings: the number series must not be able to collide, and
  /// limits of the server are above zero. Throws Error.
  void check() const;

  /// These settings under the given environment (name → value; others than RECKONER_* are ignored).
  /// Throws Error, naming the variable, for one that stands for no setting although it is called
  /// like one, for a value that is refused, and for a setting that could change a document.
  Settings overridden_by(const std::map<std::string, std::string>& environment) const;

  /// The text of a setting. A name that is not declared is a bug, in every getter.
  std::string text(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  std::chrono::seconds duration(std::string_view name) const;
  money::Currency currency(std::string_view name) const;
  time::Zone zone(std::string_view name) const;
  /// billing.rounding: how a line loses digits.
  money::Rounding rounding() const;
  /// The secret a reference stands for: reads the environment variable, or the file without its
  /// last line break, now. Empty when the setting is. Throws Error when there is no such variable
  /// or file.
  std::string secret(std::string_view name) const;

 private:
  boost::property_tree::ptree tree_;  ///< by dotted path
};

}  // namespace reckoner::config
