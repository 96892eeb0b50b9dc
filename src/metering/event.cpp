#include "metering/event.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "text/utf8.hpp"

namespace reckoner::metering {

namespace {
std::array<std::uint8_t, 16> first_half(const Sha256& hash) {
  std::array<std::uint8_t, 16> half;
  std::copy_n(hash.begin(), half.size(), half.begin());
  return half;
}

/// C0, DEL and, in UTF-8, C1.
bool has_control_character(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7f) return true;
    if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) {
      return true;
    }
  }
  return false;
}

void check_text(std::string_view name, std::string_view text, bool may_be_empty) {
  if (text.empty() && !may_be_empty) throw Error(fmt::format("the event has no {}", name));
  if (text::find_invalid_utf8(text)) throw Error(fmt::format("the event's {} is not UTF-8", name));
  if (has_control_character(text)) {
    throw Error(fmt::format("the event's {} has a control character", name));
  }
}
}  // namespace

EventKey key_of(std::string_view source, std::string_view id) {
  return first_half(Sha256Stream().field(source).field(id).finish());
}

EventDigest digest_of(const UsageEvent& event) {
  return digest_of(event.type, event.subject, text::canonical(event.data));
}

EventDigest digest_of(std::string_view type, std::string_view subject,
                      std::string_view canonical_data) {
  return first_half(Sha256Stream().field(type).field(subject).field(canonical_data).finish());
}

void check(const UsageEvent& event) {
  check_text("namespace", event.namespace_name, false);
  check_text("source", event.source, false);
  check_text("id", event.id, false);
  check_text("type", event.type, false);
  check_text("subject", event.subject, true);
}

}  // namespace reckoner::metering
