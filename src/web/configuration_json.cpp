#include "web/configuration_json.hpp"

#include "web/metering_session.hpp"

namespace reckoner::web {

namespace {

std::string_view name_of(text::LineChange change) {
  switch (change) {
    case text::LineChange::kSame:
      return "same";
    case text::LineChange::kRemoved:
      return "removed";
    case text::LineChange::kAdded:
      return "added";
  }
  return "";
}

void write_hunk(text::JsonWriter& json, const text::Hunk& hunk) {
  json.begin_object().key("from_line").number(hunk.before).key("to_line").number(hunk.after);
  json.key("lines").begin_array();
  for (const text::DifferentLine& line : hunk.lines) {
    json.begin_object().key("change").string(name_of(line.change));
    json.key("text").string(line.text).end_object();
  }
  json.end_array().end_object();
}

}  // namespace

std::size_t context_of(const Request& request) {
  return static_cast<std::size_t>(number_parameter(request, "context", 0, 100'000, 3));
}

void write_change_counts(text::JsonWriter& json, const config::FileChange& change) {
  json.key("name").string(change.name).key("change").string(config::to_string(change.kind));
  json.key("added").number(text::count(change.lines, text::LineChange::kAdded));
  json.key("removed").number(text::count(change.lines, text::LineChange::kRemoved));
}

Response difference_response(VersionId before, std::optional<VersionId> after,
                             const std::vector<config::FileChange>& changes, std::size_t context) {
  text::JsonWriter json;
  json.begin_object().key("from").number(before.value).key("to");
  after ? json.number(after->value) : json.null();
  json.key("files").begin_array();
  for (const config::FileChange& change : changes) {
    json.begin_object();
    write_change_counts(json, change);
    json.key("hunks").begin_array();
    for (const text::Hunk& hunk : text::hunks_of(change.lines, context)) write_hunk(json, hunk);
    json.end_array().end_object();
  }
  json.end_array().end_object();
  return json_response(json);
}

}  // namespace reckoner::web
