#include "accounts/problems.hpp"

#include <fmt/format.h>

#include <vector>

#include "accounts/import.hpp"

namespace reckoner::accounts {

namespace {
std::string joined(const std::vector<std::string>& problems, std::size_t total) {
  RK_CHECK(!problems.empty());
  std::string text = fmt::format("{}", fmt::join(problems, "\n"));
  if (total > problems.size()) {
    text += fmt::format("\n… and {} more", total - problems.size());
  }
  return text;
}
}  // namespace

ImportError::ImportError(std::vector<std::string> problems, std::size_t total)
    : Error(joined(problems, total)), problems_(std::move(problems)), total_(total) {}

void Problems::add(std::size_t line, std::string_view reason) {
  ++total_;
  reasons_.emplace(line, reason);
  if (reasons_.size() > kImportProblemsMax) reasons_.erase(std::prev(reasons_.end()));
}

void Problems::throw_if_any() const {
  if (total_ == 0) return;
  std::vector<std::string> messages;
  for (const auto& [line, reason] : reasons_) {
    messages.push_back(fmt::format("{}:{}: {}", file_name_, line, reason));
  }
  throw ImportError(std::move(messages), total_);
}

}  // namespace reckoner::accounts
