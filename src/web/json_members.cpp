#include "web/json_members.hpp"

namespace reckoner::web {

void write_text_or_null(text::JsonWriter& json, std::string_view name, const std::string& text) {
  json.key(name);
  text.empty() ? json.null() : json.string(text);
}

void write_instant(text::JsonWriter& json, std::string_view name,
                   const std::optional<time::Instant>& instant) {
  json.key(name);
  instant ? json.string(time::to_string(*instant)) : json.null();
}

void write_day(text::JsonWriter& json, std::string_view name,
               const std::optional<time::Date>& day) {
  json.key(name);
  day ? json.string(time::to_string(*day)) : json.null();
}

void write_decimal(text::JsonWriter& json, std::string_view name,
                   const std::optional<money::Decimal>& decimal) {
  json.key(name);
  decimal ? json.string(decimal->to_string()) : json.null();
}

void write_number_or_null(text::JsonWriter& json, std::string_view name,
                          const std::optional<std::int64_t>& number) {
  json.key(name);
  number ? json.number(*number) : json.null();
}

void write_texts(text::JsonWriter& json, std::string_view name,
                 const std::vector<std::string>& texts) {
  json.key(name).begin_array();
  for (const std::string& text : texts) json.string(text);
  json.end_array();
}

void write_money(text::JsonWriter& json, const money::Money& money) {
  json.begin_object().key("amount").string(money.to_string());
  json.key("currency").string(money.currency().code()).end_object();
}

}  // namespace reckoner::web
