#include "web/configuration_draft.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/placed_mistake.hpp"
#include "engine/draft_check.hpp"
#include "web/etag.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

namespace {

using Kind = text::Json::Kind;

time::Date day_member(const text::Json& json, std::string_view name) {
  const auto text = text_member(json, name);
  if (!text) throw Problem(400, fmt::format("{} is missing", name));
  try {
    return time::parse_date(*text);
  } catch (const Error& error) {
    throw Problem(400, fmt::format("{}: {}", name, error.what()));
  }
}

}  // namespace

std::string etag_of_version(VersionId version) {
  return etag_of(fmt::format("configuration version {}", version.value));
}

void allow_members(const text::Json& body, std::initializer_list<std::string_view> names) {
  for (const text::Json::Member& member : body.as_object()) {
    if (std::find(names.begin(), names.end(), member.name) != names.end()) continue;
    throw Problem(400, fmt::format("the body: '{}' is no member of it", member.name));
  }
}

config::Edits edits_of(const text::Json& body) {
  const text::Json* files = body.find("files");
  if (files == nullptr || files->kind() != Kind::kObject) {
    throw Problem(400, "files is missing, or no object of texts by name");
  }
  config::Edits edits;
  for (const text::Json::Member& member : files->as_object()) {
    if (member.value.is_null()) {
      edits.emplace(member.name, std::nullopt);
    } else if (member.value.kind() == Kind::kString) {
      edits.emplace(member.name, member.value.as_string());
    } else {
      throw Problem(400,
                    fmt::format("files: what stands for '{}' is {}, neither a text nor null",
                                member.name.substr(0, 200), text::to_string(member.value.kind())));
    }
  }
  return edits;
}

engine::RepriceRange range_of(const text::Json& json) {
  engine::RepriceRange range{day_member(json, "from"), std::nullopt};
  if (member(json, "to") != nullptr) range.to = day_member(json, "to");
  if (range.to && *range.to < range.from) {
    throw Problem(400, "the last day lies before the first");
  }
  return range;
}

Problem problem_of_draft(const Error& error, const config::Files& files) {
  const auto mistakes = config::placed_mistakes(error, files);
  Problem problem(400, mistakes.size() == 1
                           ? "the configuration has a mistake"
                           : fmt::format("the configuration has {} mistakes", mistakes.size()));
  for (const config::PlacedMistake& mistake : mistakes) {
    problem.item(mistake.place(), mistake.message);
  }
  return problem;
}

std::shared_ptr<const engine::CompiledVersion> compiled_draft(const ConfigurationApi& api,
                                                              const engine::CompiledVersion& active,
                                                              const config::Edits& edits) {
  config::Files files{active.files().content, {}};
  try {
    files = config::edited(active.files(), edits);
    return engine::compile_draft(api.versions, files, active.files());
  } catch (const Error& error) {
    throw problem_of_draft(error, files);
  }
}

}  // namespace reckoner::web
