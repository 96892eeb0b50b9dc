#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "config/files.hpp"
#include "config/settings.hpp"

namespace reckoner::config {

/// Most bytes of a file that is sent to be edited, and of all of them together.
constexpr std::size_t kDraftFileBytesMax = 1'000'000;
constexpr std::size_t kDraftBytesMax = 8'000'000;
constexpr std::size_t kDraftFilesMax = 1'000;

/// What differs from a version, by name of the file: its new text, or none where it is left out.
using Edits = std::map<std::string, std::optional<std::string>>;

/// The files of a version after edits that came over the network. Throws Mistakes for names that no
/// file of a configuration has, texts that are too long or not UTF-8, and too many files; these
/// messages quote no text. Without libraries: which it names is found out when it is compiled.
Files edited(const Files& version, const Edits& edits);

/// Whether a setting says what the machine the program runs on reads or whom it connects to:
/// secrets, files with certificates, servers and how they are spoken to. Whoever could change one
/// from far away could read the machine's files, or have its secrets sent to himself.
bool is_of_the_machine(const SettingSpec& setting);

/// Refuses a draft from the network that says anything else about the machine than `active` does
/// (is_of_the_machine). Values are no part of the message. Throws Mistakes "file:line: reason". A
/// draft that is no XML is left to parse().
void check_machine_settings(const Files& draft, const Files& active);

}  // namespace reckoner::config
