#include "engine/replay_json.hpp"

#include "documents/document_json.hpp"

namespace reckoner::engine {

namespace {

void write_texts(text::JsonWriter& json, std::string_view name,
                 const std::vector<std::string>& texts) {
  json.key(name).begin_array();
  for (const std::string& text : texts) json.string(text);
  json.end_array();
}

}  // namespace

void write_members(text::JsonWriter& json, const Replayed& replayed) {
  json.key("number").string(replayed.number);
  json.key("customer").string(replayed.customer_key);
  json.key("same").boolean(replayed.is_same());
  json.key("cause").string(to_string(replayed.cause));
  json.key("content_hash").string(replayed.content_hash);
  write_texts(json, "differences", replayed.differences);
  write_texts(json, "program", replayed.changed);
  write_texts(json, "taken", replayed.taken);
}

void write_json(text::JsonWriter& json, const Replayed& replayed) {
  json.begin_object();
  write_members(json, replayed);
  json.key("document");
  if (replayed.document) {
    documents::write_json(json, *replayed.document);
  } else {
    json.null();
  }
  json.end_object();
}

}  // namespace reckoner::engine
