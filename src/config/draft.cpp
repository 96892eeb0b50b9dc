#include "config/draft.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/mistakes.hpp"
#include "config/file_kind.hpp"
#include "config/xml.hpp"
#include "text/utf8.hpp"

namespace reckoner::config {

namespace {

constexpr std::array<std::string_view, 10> kMachineNames{"kafka.brokers",
                                                         "kafka.security.protocol",
                                                         "kafka.security.mechanism",
                                                         "kafka.security.user",
                                                         "mail.smtp.url",
                                                         "mail.smtp.security",
                                                         "mail.smtp.user",
                                                         "webhooks.customers.networks",
                                                         "webhooks.house.networks",
                                                         "webhooks.redirects"};

void check_name(const std::string& name) {
  if (!is_member_name(name) || !kind_of_file(name)) {
    throw Error(
        fmt::format("'{}' cannot be a file of a configuration: those are billing-config.xml, "
                    "meters.xml, taxes.xml, accounts.xml, allocation.xml, suppliers.xml, "
                    "pricing/*.xml, pricing/*.dmn and "
                    "mail/*.mustache",
                    text::printable(name.substr(0, 200))));
  }
}

void check_text(const std::string& name, const std::string& content) {
  if (content.size() > kDraftFileBytesMax) {
    throw Error(fmt::format("{}: the file is larger than 1 MB", name));
  }
  if (text::find_invalid_utf8(content)) {
    throw Error(fmt::format("{}: the text is not UTF-8", name));
  }
  if (content.find('\0') != std::string::npos) {
    throw Error(fmt::format("{}: character U+0000 is not allowed", name));
  }
}

struct Setting {
  std::string value;
  std::optional<Element> element;
};
using SettingsByName = std::map<std::string, Setting, std::less<>>;

/// As they are written, defaults where they are not.
SettingsByName settings_of(const Document& document) {
  SettingsByName settings;
  for (const SettingSpec& spec : setting_specs()) {
    settings[std::string(spec.name)].value = spec.default_value;
  }
  for (const Element& section : document.root().children("settings")) {
    for (const Element& element : section.children("setting")) {
      settings[element.attribute("name").value_or("")] = {element.attribute("value").value_or(""),
                                                          element};
    }
  }
  return settings;
}

std::optional<Document> billing_config_of(const Files& files) {
  const auto found = files.content.find(std::string(kBillingConfigFile));
  if (found == files.content.end()) return std::nullopt;
  try {
    return parse_xml(std::string(kBillingConfigFile), found->second);
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

Files edited(const Files& version, const Edits& edits) {
  Files files{version.content, {}};
  std::size_t bytes = 0;
  MistakeCollector mistakes;
  for (const auto& [name, content] : edits) {
    mistakes.attempt([&name = name, &content = content] {
      check_name(name);
      if (content) check_text(name, *content);
    });
    if (content) {
      bytes += content->size();
      files.content[name] = *content;
    } else {
      files.content.erase(name);
    }
  }
  mistakes.attempt([&] {
    if (bytes > kDraftBytesMax) throw Error("the files together are larger than 8 MB");
    if (files.content.size() > kDraftFilesMax) {
      throw Error(fmt::format("more than {} files in the configuration", kDraftFilesMax));
    }
  });
  mistakes.finish();
  return files;
}

bool is_of_the_machine(const SettingSpec& setting) {
  return setting.kind == Kind::kSecret || setting.name.ends_with("File") ||
         std::find(kMachineNames.begin(), kMachineNames.end(), setting.name) != kMachineNames.end();
}

void check_machine_settings(const Files& draft, const Files& active) {
  const std::optional<Document> document = billing_config_of(draft);
  if (!document) return;
  const SettingsByName wanted = settings_of(*document);
  const std::optional<Document> active_document = billing_config_of(active);
  const SettingsByName known = active_document ? settings_of(*active_document) : SettingsByName();
  MistakeCollector mistakes;
  for (const SettingSpec& spec : setting_specs()) {
    if (!is_of_the_machine(spec)) continue;
    const Setting& setting = wanted.find(spec.name)->second;
    const auto before = known.find(spec.name);
    if (before != known.end() && before->second.value == setting.value) continue;
    mistakes.attempt([&] {
      const Element& element = setting.element ? *setting.element : document->root();
      element.fail(
          fmt::format("setting '{}' says what this machine reads or whom it connects to: it is "
                      "changed in the files of the machine, with `reckoner config apply`",
                      spec.name));
    });
  }
  mistakes.finish();
}

}  // namespace reckoner::config
