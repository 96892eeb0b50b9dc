#include "rules/logic.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/error.hpp"
#include "rules/parser.hpp"

namespace reckoner::rules {

namespace {

class TableNode : public Node {
 public:
  explicit TableNode(DecisionTable table) : table_(std::move(table)) {}
  const Value& evaluate(Frame& frame, Value& scratch) const override {
    return scratch = table_.evaluate(frame).value;
  }
  Type type() const override { return table_.type(); }

 private:
  DecisionTable table_;
};

/// The last entry of a context, which is the result of the whole, with the others as variables.
class ContextResultNode : public Node {
 public:
  ContextResultNode(NodePointer context, NodePointer result)
      : context_(std::move(context)), result_(std::move(result)) {}
  const Value& evaluate(Frame& frame, Value& scratch) const override {
    context_->evaluate(frame, scratch);
    return result_->evaluate(frame, scratch);
  }
  Type type() const override { return result_->type(); }

 private:
  NodePointer context_;
  NodePointer result_;
};

class Compiler {
 public:
  Compiler(const std::string& name, Scope& scope, const ItemTypes& types)
      : name_(name), scope_(scope), types_(types) {}

  Logic compile(const LogicText& text) {
    if (++depth_ > kNestingMax)
      throw Error(fmt::format("boxed expressions are nested deeper than {} levels", kNestingMax))
          .in(text.source.to_string());
    Logic out =
        std::visit([&](const auto& content) { return compile(content, text); }, text.content);
    --depth_;
    const std::string what = fmt::format("'{}'", name_);
    out.node = make_placed(make_checked(out.node, what, types_.named(text.type, what, text.source)),
                           text.source.to_string());
    return out;
  }

 private:
  Logic compile(const Text& text, const LogicText&) {
    return {Expression::compile(text, scope_).root(), {}, {name_}};
  }

  Logic compile(const DecisionTableText& text, const LogicText&) {
    DecisionTable table = DecisionTable::compile(text, scope_, types_);
    NodePointer node = std::make_shared<TableNode>(table);
    std::vector<std::string> names = table.output_names();
    return {std::move(node), std::move(table), std::move(names)};
  }

  Logic compile(const InvocationText& text, const LogicText&) {
    std::vector<NamedArgument> arguments;
    for (const InvocationText::Binding& each : text.bindings) {
      for (const NamedArgument& known : arguments)
        if (known.name == each.parameter)
          throw Error(fmt::format("the parameter '{}' is there twice", each.parameter))
              .in(each.source.to_string());
      arguments.push_back({each.parameter, compile(each.value.front()).node, each.source});
    }
    return {parse_invocation(text.function, std::move(arguments), scope_), {}, {name_}};
  }

  Logic compile(const ContextText& text, const LogicText&) {
    const std::size_t mark = scope_.mark();
    std::vector<EntryNode> entries;
    std::vector<std::string> names;
    NodePointer result;
    for (const ContextText::Entry& each : text.entries) {
      if (result != nullptr)
        throw Error("an entry without a name is the last one").in(each.source.to_string());
      const ItemTypePointer item =
          types_.named(each.type, fmt::format("entry '{}'", each.name), each.source);
      NodePointer value = make_checked(compile(each.value.front()).node,
                                       fmt::format("entry '{}'", each.name), item);
      if (each.name.empty()) {
        result = std::move(value);
        continue;
      }
      for (const std::string& known : names)
        if (known == each.name)
          throw Error(fmt::format("the entry '{}' is there twice", each.name))
              .in(each.source.to_string());
      names.push_back(each.name);
      const Type type = value->type();
      const std::size_t slot = scope_.add(each.name, type, item);
      entries.push_back({each.name, slot, std::move(value)});
    }
    scope_.forget(mark);
    NodePointer context = make_context(std::move(entries));
    if (result == nullptr) return {std::move(context), {}, std::move(names)};
    return {
        std::make_shared<ContextResultNode>(std::move(context), std::move(result)), {}, {name_}};
  }

  Logic compile(const ListText& text, const LogicText&) {
    std::vector<NodePointer> items;
    for (const LogicText& each : text.items) items.push_back(compile(each).node);
    return {make_list(std::move(items)), {}, {name_}};
  }

  const std::string& name_;
  Scope& scope_;
  const ItemTypes& types_;
  int depth_ = 0;
};

}  // namespace

Logic compile_logic(const LogicText& text, const std::string& name, Scope& scope,
                    const ItemTypes& types) {
  return Compiler(name, scope, types).compile(text);
}

void collect_members(const LogicText& text, std::set<std::string, std::less<>>& members) {
  if (const auto* table = std::get_if<DecisionTableText>(&text.content)) {
    if (table->outputs.size() < 2) return;
    for (const auto& output : table->outputs) members.insert(output.name);
  } else if (const auto* context = std::get_if<ContextText>(&text.content)) {
    for (const auto& entry : context->entries) {
      if (!entry.name.empty()) members.insert(entry.name);
      collect_members(entry.value.front(), members);
    }
  } else if (const auto* list = std::get_if<ListText>(&text.content)) {
    for (const LogicText& item : list->items) collect_members(item, members);
  }
}

}  // namespace reckoner::rules
