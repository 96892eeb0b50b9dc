#include "web/http.hpp"

namespace reckoner::web {

std::string_view to_string(Right right) {
  switch (right) {
    case Right::kIngest:
      return "ingest";
    case Right::kQuery:
      return "query";
    case Right::kManageMeters:
      return "manage-meters";
    case Right::kSee:
      return "see";
    case Right::kManage:
      return "manage";
    case Right::kConsole:
      return "console";
    case Right::kOperate:
      return "operate";
    case Right::kBill:
      return "bill";
  }
  RK_CHECK(false);
}

std::optional<std::string> Request::parameter(std::string_view name) const {
  for (const auto& [known, value] : query) {
    if (known == name) return value;
  }
  return std::nullopt;
}

std::vector<std::string> Request::parameters(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [known, value] : query) {
    if (known == name) values.push_back(value);
  }
  return values;
}

std::string Request::header(std::string_view name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

}  // namespace reckoner::web
