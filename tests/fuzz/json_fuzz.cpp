// JSON: what can be read, can be written and read again, and stays what it is.

#include "base/error.hpp"
#include "fuzz.hpp"
#include "money/decimal.hpp"
#include "text/json.hpp"

namespace reckoner::fuzz {
namespace {
using text::Json;

void check_number(const std::string& literal) {
  const auto quantity = money::Decimal::try_parse(literal);
  if (!quantity) return;
  const std::string printed = quantity->to_string();
  const auto again = money::Decimal::try_parse(printed);
  promise(again.has_value() && *again == *quantity, "a quantity that was printed reads as itself");
  promise(again->to_string() == printed, "a quantity prints the same again");
  promise(text::canonical(Json::number(literal)) == text::canonical(Json::number(printed)),
          "a quantity and its number have the same canonical form");
}

void check_numbers(const Json& json) {
  switch (json.kind()) {
    case Json::Kind::kNumber:
      return check_number(json.as_number());
    case Json::Kind::kArray:
      for (const Json& item : json.as_array()) check_numbers(item);
      return;
    case Json::Kind::kObject:
      for (const auto& member : json.as_object()) check_numbers(member.value);
      return;
    default:
      return;
  }
}

void run(std::string_view input) {
  Json json;
  try {
    json = text::parse_json(input);
  } catch (const Error&) {
    return;
  }
  const std::string canonical = text::canonical(json);
  const Json again = text::parse_json(canonical);
  promise(text::canonical(again) == canonical, "the canonical form is its own");
  for (const auto layout : {text::JsonLayout::kCompact, text::JsonLayout::kIndented}) {
    text::JsonWriter writer(layout);
    writer.json(json);
    const Json written = text::parse_json(writer.finish());
    promise(written == json, "what is written reads as what it was");
    promise(text::canonical(written) == canonical, "the layout is no content");
  }
  check_numbers(json);
}
}  // namespace
}  // namespace reckoner::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  reckoner::fuzz::run(reckoner::fuzz::text_of(data, size));
  return 0;
}
