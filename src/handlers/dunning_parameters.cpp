#include "handlers/dunning_parameters.hpp"

#include <fmt/format.h>

#include "documents/mail_template.hpp"

namespace reckoner::handlers {

namespace {

constexpr std::int64_t kDaysMax = 3650;
constexpr std::string_view kBlanks = " \t\r\n";

[[noreturn]] void refuse(const engine::HandlerSettings& settings, std::string_view reason) {
  throw Error(fmt::format("{}:{}: {}", settings.place().file, settings.place().line, reason));
}

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

}  // namespace

engine::ParameterSpec step_parameter(std::string default_name) {
  return {"step", engine::ParameterKind::kText,
          "name of the step, kept with each document: renaming it makes it another step",
          std::move(default_name)};
}

engine::ParameterSpec days_parameter() {
  return {
      "days", engine::ParameterKind::kDecimal,
      "days after the day on which the document is due, 1 to 3650; more than of the step before",
      std::nullopt};
}

invoicing::DunningStep step_of(const engine::HandlerSettings& settings) {
  const std::string& name = settings.text("step");
  if (name.empty() || name.size() > 60 ||
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != name.npos) {
    refuse(settings,
           fmt::format("step '{}' must have 1 to 60 small letters, digits and dashes", name));
  }
  const money::Decimal days = settings.decimal("days");
  if (days.scale() > 0 || days < money::Decimal(1) || money::Decimal(kDaysMax) < days) {
    refuse(settings, fmt::format("parameter 'days' must be a whole number from 1 to {}, not '{}'",
                                 kDaysMax, days.to_string()));
  }
  return {name, std::stoll(days.to_string())};
}

engine::ParameterSpec template_parameter() {
  return {"template", engine::ParameterKind::kMember,
          "the mail template, such as mail/reminder.mustache", std::nullopt};
}

std::string template_of(const engine::HandlerSettings& settings) {
  const std::string& name = settings.text("template");
  const auto& templates = settings.configuration().templates;
  const auto found = templates.find(name);
  if (found == templates.end()) {
    refuse(settings, fmt::format("'{}' is not a mail template (a .mustache file)", name));
  }
  documents::check_template(documents::TemplateKind::kDunning, name, found->second);
  return name;
}

std::map<money::Currency, money::Money> parse_fees(std::string_view text) {
  std::map<money::Currency, money::Money> fees;
  while (!trimmed(text).empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view item = trimmed(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    const std::size_t blank = item.find(' ');
    if (blank == item.npos) {
      throw Error(fmt::format("'{}' is not a currency and an amount, such as EUR 5.00", item));
    }
    const money::Currency currency = money::Currency::of(item.substr(0, blank));
    const money::Money fee(money::Decimal::parse(trimmed(item.substr(blank))), currency);
    if (fee.sign() <= 0) throw Error(fmt::format("a fee is above zero, not '{}'", item));
    if (!fees.emplace(currency, fee).second) {
      throw Error(fmt::format("{} has a fee twice", currency.code()));
    }
  }
  return fees;
}

}  // namespace reckoner::handlers
