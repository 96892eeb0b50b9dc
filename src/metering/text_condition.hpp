#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/json.hpp"

namespace reckoner::metering {

/// What a text must be like: {"$in": ["gpt", "llama"]}. Immutable, cheap to copy. Texts compare by
/// their bytes; patterns have % for any text, _ for one character and \ in front of those that
/// stand for themselves; $ilike and $nilike take ASCII letters of either case as the same.
class TextCondition {
 public:
  /// Reads an object of one or more of $eq $ne $in $nin $like $nlike $ilike $nilike $gt $gte $lt
  /// $lte, and $and and $or of such objects; all of it must hold. A bare text is $eq. Throws Error
  /// for anything else, naming the operator.
  static TextCondition parse(const text::Json& json);
  static TextCondition one_of(std::vector<std::string> texts);

  bool holds(std::string_view text) const;

 private:
  struct Node;
  explicit TextCondition(std::shared_ptr<const Node> node) : node_(std::move(node)) {}
  std::shared_ptr<const Node> node_;
};

/// Whether the text is like the pattern of TextCondition.
bool matches_pattern(std::string_view text, std::string_view pattern);

}  // namespace reckoner::metering
