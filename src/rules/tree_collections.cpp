#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "rules/tree.hpp"

namespace reckoner::rules {

namespace {

class ListNode : public Node {
 public:
  explicit ListNode(std::vector<NodePointer> items) : items_(std::move(items)) {}
  const Value& evaluate(Frame& frame, Value& scratch) const override {
    Value::Items out;
    out.reserve(items_.size());
    for (const NodePointer& item : items_) out.push_back(value_of(*item, frame));
    scratch = Value::list(std::move(out));
    frame.budget.spend(scratch.weight());
    return scratch;
  }
  Type type() const override { return Type::kList; }

 private:
  std::vector<NodePointer> items_;
};

class ContextNode : public Node {
 public:
  explicit ContextNode(std::vector<EntryNode> entries) : entries_(std::move(entries)) {}
  const Value& evaluate(Frame& frame, Value& scratch) const override {
    Value::Entries out;
    out.reserve(entries_.size());
    for (const EntryNode& entry : entries_) {
      Value value = value_of(*entry.value, frame);
      frame.locals[entry.slot] = value;
      out.push_back({entry.name, std::move(value)});
    }
    scratch = Value::context(std::move(out));
    frame.budget.spend(scratch.weight());
    return scratch;
  }
  Type type() const override { return Type::kContext; }

 private:
  std::vector<EntryNode> entries_;
};

class RangeNode : public Node {
 public:
  explicit RangeNode(RangeParts parts) : parts_(std::move(parts)) {}
  const Value& evaluate(Frame& frame, Value& scratch) const override {
    RangeEnds out{.low = parts_.low != nullptr ? value_of(*parts_.low, frame) : Value(),
                  .high = parts_.high != nullptr ? value_of(*parts_.high, frame) : Value(),
                  .low_included = parts_.low_included,
                  .high_included = parts_.high_included,
                  .low_missing = parts_.low == nullptr,
                  .high_missing = parts_.high == nullptr};
    return scratch = Value::range(std::move(out));
  }
  Type type() const override { return Type::kRange; }
  const RangeParts* range_parts() const override { return &parts_; }

 private:
  RangeParts parts_;
};

Value member_of(const Value& value, const std::string& name) {
  const Value* entry = value.entry(name);
  return entry != nullptr ? *entry : property_of(value, name);
}

class PathNode : public Node {
 public:
  PathNode(NodePointer owner, std::string member)
      : owner_(std::move(owner)), member_(std::move(member)) {
    const ItemType* type = owner_->item_type();
    if (type != nullptr && type->kind == Type::kList) return;
    item_ = type != nullptr ? type->component(member_) : nullptr;
  }
  const Value& evaluate(Frame& frame, Value& scratch) const override {
    const Value& owner = owner_->evaluate(frame, scratch);
    const Value::Items* items = owner.list();
    if (items == nullptr) return scratch = member_of(owner, member_);
    Value::Items out;
    for (const Value& item : *items) out.push_back(member_of(item, member_));
    frame.budget.spend(out.size());
    return scratch = Value::list(std::move(out));
  }
  Type type() const override { return item_ != nullptr ? item_->kind : Type::kAny; }
  const ItemType* item_type() const override { return item_; }

 private:
  NodePointer owner_;
  std::string member_;
  const ItemType* item_ = nullptr;
};

class ItemMemberNode : public Node {
 public:
  ItemMemberNode(std::size_t slot, std::string member, NodePointer otherwise)
      : slot_(slot), member_(std::move(member)), otherwise_(std::move(otherwise)) {}
  const Value& evaluate(Frame& frame, Value& scratch) const override {
    if (const Value* entry = frame.locals[slot_].entry(member_)) return *entry;
    return otherwise_ != nullptr ? otherwise_->evaluate(frame, scratch) : scratch = Value();
  }
  Type type() const override { return Type::kAny; }

 private:
  std::size_t slot_;
  std::string member_;
  NodePointer otherwise_;
};

/// Position 1 is the first, −1 the last; null beyond them and for no whole number.
Value item_at(const Value::Items& items, const Decimal& position) {
  const auto size = static_cast<std::int64_t>(items.size());
  if (!position.is_whole() || position.abs() > Decimal(size) || position.is_zero()) return {};
  std::int64_t index = 0;
  while (Decimal(index + 1) < position.abs()) ++index;
  return items[static_cast<std::size_t>(position.sign() > 0 ? index : size - 1 - index)];
}

class FilterNode : public Node {
 public:
  FilterNode(NodePointer owner, NodePointer condition, std::size_t slot)
      : owner_(std::move(owner)), condition_(std::move(condition)), slot_(slot) {}
  const Value& evaluate(Frame& frame, Value& scratch) const override {
    const Value owner = value_of(*owner_, frame);
    Value::Items alone;
    if (owner.list() == nullptr && !owner.is_null()) alone.push_back(owner);
    const Value::Items& items = owner.list() != nullptr ? *owner.list() : alone;
    frame.budget.spend(items.size() + 1);
    if (condition_->type() == Type::kNumber) {
      const Value position = value_of(*condition_, frame);
      return scratch = position.number() != nullptr ? item_at(items, *position.number()) : Value();
    }
    Value::Items out;
    for (const Value& item : items) {
      frame.locals[slot_] = item;
      const Value keeps = value_of(*condition_, frame);
      if (const Decimal* position = keeps.number()) return scratch = item_at(items, *position);
      if (ternary(keeps) == true) out.push_back(item);
    }
    return scratch = Value::list(std::move(out));
  }
  Type type() const override { return Type::kAny; }

 private:
  NodePointer owner_;
  NodePointer condition_;
  std::size_t slot_;
};

/// The members that an "x in …" walks through.
Value::Items walked(const Iterator& iterator, Frame& frame) {
  const Value source = value_of(*iterator.source, frame);
  Value from = source;
  Value to = iterator.end != nullptr ? value_of(*iterator.end, frame) : Value();
  if (iterator.end == nullptr) {
    const RangeEnds* range = source.range();
    if (range == nullptr) {
      if (source.list() != nullptr) return *source.list();
      if (source.is_null()) throw Error("an iteration over null");
      return {source};
    }
    from = range->low;
    to = range->high;
  }
  Value::Items out;
  const auto push = [&](const Value& value) {
    frame.budget.spend(1);
    out.push_back(value);
  };
  if (const Date* first = from.date(); first != nullptr && to.date() != nullptr) {
    const std::int64_t begin = days_of(*first);
    const std::int64_t end = days_of(*to.date());
    const std::int64_t step = begin <= end ? 1 : -1;
    for (std::int64_t day = begin; day != end + step; day += step) push(*date_of(day));
    return out;
  }
  const bool whole = from.number() != nullptr && to.number() != nullptr &&
                     from.number()->is_whole() && to.number()->is_whole();
  if (!whole) throw Error("an iteration from and to something else than whole numbers or dates");
  const Decimal step = *from.number() <= *to.number() ? 1 : -1;
  for (Decimal at = *from.number(); at != *to.number() + step; at += step) push(at);
  if (iterator.end == nullptr && !source.range()->low_included) out.erase(out.begin());
  if (iterator.end == nullptr && !source.range()->high_included && !out.empty()) out.pop_back();
  return out;
}

/// Calls `visit` for each combination of members until it says false; the first iterator is the
/// outermost.
template <typename Visit>
bool walk(const std::vector<Iterator>& iterators, std::size_t depth, Frame& frame,
          const Visit& visit) {
  if (depth == iterators.size()) {
    frame.budget.spend(1);
    return visit();
  }
  for (const Value& member : walked(iterators[depth], frame)) {
    frame.locals[iterators[depth].slot] = member;
    if (!walk(iterators, depth + 1, frame, visit)) return false;
  }
  return true;
}

class ForNode : public Node {
 public:
  ForNode(std::vector<Iterator> iterators, NodePointer body,
          std::optional<std::size_t> partial_slot)
      : iterators_(std::move(iterators)), body_(std::move(body)), partial_slot_(partial_slot) {}
  const Value& evaluate(Frame& frame, Value& scratch) const override {
    Value::Items out;
    walk(iterators_, 0, frame, [&] {
      if (partial_slot_) {
        frame.locals[*partial_slot_] = Value::list(out);
        frame.budget.spend(frame.locals[*partial_slot_].weight() / kCopiesInStep);
      }
      out.push_back(value_of(*body_, frame));
      frame.budget.spend(out.back().weight());
      return true;
    });
    return scratch = Value::list(std::move(out));
  }
  Type type() const override { return Type::kList; }

 private:
  /// Copying so many results costs as much as a step.
  static constexpr std::size_t kCopiesInStep = 16;
  std::vector<Iterator> iterators_;
  NodePointer body_;
  std::optional<std::size_t> partial_slot_;
};

class QuantifiedNode : public Node {
 public:
  QuantifiedNode(bool any, std::vector<Iterator> iterators, NodePointer condition)
      : any_(any), iterators_(std::move(iterators)), condition_(std::move(condition)) {}
  const Value& evaluate(Frame& frame, Value& scratch) const override {
    Ternary out = !any_;
    walk(iterators_, 0, frame, [&] {
      const Ternary truth = ternary(value_of(*condition_, frame));
      out = any_ ? either(out, truth) : both(out, truth);
      return out != any_;
    });
    return scratch = value_of(out);
  }
  Type type() const override { return Type::kBoolean; }

 private:
  bool any_;
  std::vector<Iterator> iterators_;
  NodePointer condition_;
};

class SortNode : public Node {
 public:
  SortNode(NodePointer list, std::size_t left, std::size_t right, NodePointer precedes)
      : list_(std::move(list)), left_(left), right_(right), precedes_(std::move(precedes)) {}
  /// A merge sort, since it makes no more comparisons than it should whatever they say.
  const Value& evaluate(Frame& frame, Value& scratch) const override {
    const Value list = value_of(*list_, frame);
    if (list.list() == nullptr) return scratch = Value();
    Value::Items items = *list.list();
    for (std::size_t width = 1; width < items.size(); width *= 2)
      for (std::size_t begin = 0; begin + width < items.size(); begin += 2 * width)
        merge(items, begin, width, frame);
    return scratch = Value::list(std::move(items));
  }
  Type type() const override { return Type::kList; }

 private:
  bool precedes(const Value& a, const Value& b, Frame& frame) const {
    frame.budget.spend(1);
    frame.locals[left_] = a;
    frame.locals[right_] = b;
    return ternary(value_of(*precedes_, frame)) == true;
  }

  void merge(Value::Items& items, std::size_t begin, std::size_t width, Frame& frame) const {
    const std::size_t middle = begin + width;
    const std::size_t end = std::min(middle + width, items.size());
    Value::Items out;
    std::size_t a = begin;
    std::size_t b = middle;
    while (a < middle && b < end)
      out.push_back(precedes(items[b], items[a], frame) ? items[b++] : items[a++]);
    while (a < middle) out.push_back(items[a++]);
    while (b < end) out.push_back(items[b++]);
    std::move(out.begin(), out.end(), items.begin() + static_cast<std::ptrdiff_t>(begin));
  }

  NodePointer list_;
  std::size_t left_;
  std::size_t right_;
  NodePointer precedes_;
};

}  // namespace

NodePointer make_list(std::vector<NodePointer> items) {
  return std::make_shared<ListNode>(std::move(items));
}

NodePointer make_context(std::vector<EntryNode> entries) {
  return std::make_shared<ContextNode>(std::move(entries));
}

NodePointer make_range(NodePointer low, bool low_included, NodePointer high, bool high_included) {
  return std::make_shared<RangeNode>(
      RangeParts{std::move(low), std::move(high), low_included, high_included});
}

NodePointer make_path(NodePointer owner, std::string member) {
  return std::make_shared<PathNode>(std::move(owner), std::move(member));
}

NodePointer make_item_member(std::size_t item_slot, std::string member, NodePointer otherwise) {
  return std::make_shared<ItemMemberNode>(item_slot, std::move(member), std::move(otherwise));
}

NodePointer make_filter(NodePointer owner, NodePointer condition, std::size_t item_slot) {
  return std::make_shared<FilterNode>(std::move(owner), std::move(condition), item_slot);
}

NodePointer make_for(std::vector<Iterator> iterators, NodePointer body,
                     std::optional<std::size_t> partial_slot) {
  return std::make_shared<ForNode>(std::move(iterators), std::move(body), partial_slot);
}

NodePointer make_quantified(bool any, std::vector<Iterator> iterators, NodePointer condition) {
  return std::make_shared<QuantifiedNode>(any, std::move(iterators), std::move(condition));
}

NodePointer make_sort(NodePointer list, std::size_t left, std::size_t right, NodePointer precedes) {
  return std::make_shared<SortNode>(std::move(list), left, right, std::move(precedes));
}

}  // namespace reckoner::rules
