#include "base/mistakes.hpp"

#include <utility>

namespace reckoner {

namespace {

const std::string& first_of(const std::vector<std::string>& messages) {
  RK_CHECK(!messages.empty());
  return messages.front();
}

}  // namespace

Mistakes::Mistakes(std::vector<std::string> messages)
    : Error(first_of(messages)), messages_(std::move(messages)) {}

std::vector<std::string> messages_of(const Error& error) {
  if (const auto* const several = dynamic_cast<const Mistakes*>(&error)) return several->messages();
  return {error.what()};
}

void MistakeCollector::note(const Error& error) {
  for (std::string& message : messages_of(error)) messages_.push_back(std::move(message));
  if (messages_.size() >= kMax) finish();
}

void MistakeCollector::finish() const {
  if (!messages_.empty()) throw Mistakes(messages_);
}

}  // namespace reckoner
