#include <fmt/format.h>

#include <algorithm>

#include "base/suggest.hpp"
#include "rules/parser_base.hpp"

namespace reckoner::rules {

namespace {

std::size_t index_of(const std::vector<std::string>& names, std::string_view name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

std::vector<std::string> parameters_of(const Builtin& builtin) {
  return {builtin.parameters.begin(), builtin.parameters.end()};
}

bool are_named(const std::vector<Argument>& arguments) {
  return !arguments.empty() && !arguments.front().name.empty();
}

/// The arguments by parameter; nullptr for those left out, none behind the last one given. Nothing
/// when a name is unknown or given twice.
std::optional<std::vector<NodePointer>> in_order(const std::vector<std::string>& parameters,
                                                 const std::vector<Argument>& arguments) {
  std::vector<NodePointer> out;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::size_t index =
        arguments[i].name.empty() ? i : index_of(parameters, arguments[i].name);
    if (index >= parameters.size()) return std::nullopt;
    if (out.size() <= index) out.resize(index + 1);
    if (out[index] != nullptr) return std::nullopt;
    out[index] = arguments[i].value;
  }
  return out;
}

/// Whether the form takes these arguments; if so, they are put in its order.
bool fits(const Builtin& form, const std::vector<Argument>& arguments,
          std::vector<NodePointer>& ordered) {
  if (form.variadic) {
    if (are_named(arguments) || arguments.size() < form.required) return false;
    for (const Argument& each : arguments) ordered.push_back(each.value);
    return true;
  }
  auto found = in_order(parameters_of(form), arguments);
  if (!found || found->size() < form.required) return false;
  for (std::size_t i = 0; i < form.required; ++i)
    if ((*found)[i] == nullptr) return false;
  ordered = std::move(*found);
  return true;
}

/// "substring(string, start position[, length]) or …".
std::string forms_of(const std::string& name) {
  std::vector<std::string> out;
  for (const Builtin& form : builtins()) {
    if (form.name != name) continue;
    std::string parameters;
    for (std::size_t i = 0; i < form.parameters.size(); ++i) {
      const std::string each = fmt::format("{}{}", i == 0 ? "" : ", ", form.parameters[i]);
      parameters += i < form.required ? each : "[" + each + "]";
    }
    out.push_back(fmt::format("{}({})", name, form.variadic ? "…" : parameters));
  }
  return fmt::format("{}", fmt::join(out, " or "));
}

}  // namespace

NodePointer bind_call(const Text& text, std::size_t offset, const std::string& builtin,
                      std::vector<Argument> arguments) {
  for (const Builtin& form : builtins()) {
    std::vector<NodePointer> ordered;
    if (form.name == builtin && fits(form, arguments, ordered))
      return make_call(form, std::move(ordered));
  }
  refuse(text, offset, fmt::format("the arguments do not fit {}", forms_of(builtin)));
}

NodePointer bind_call(const Text& text, std::size_t offset,
                      const std::shared_ptr<const Function>& function,
                      std::vector<Argument> arguments) {
  const std::vector<std::string> parameters = parameter_names(*function);
  for (const Argument& each : arguments)
    if (!each.name.empty() && index_of(parameters, each.name) == parameters.size())
      refuse(text, each.offset,
             fmt::format("'{}' has no parameter '{}'{}", function->name, each.name,
                         suggestion(each.name, parameters)));
  auto ordered = in_order(parameters, arguments);
  const bool complete = ordered && ordered->size() == parameters.size() &&
                        std::find(ordered->begin(), ordered->end(), nullptr) == ordered->end();
  if (!complete)
    refuse(text, offset,
           fmt::format("the arguments do not fit {}({})", function->name,
                       fmt::join(parameters, ", ")));
  return make_call(function, std::move(*ordered));
}

std::vector<std::string> parameter_names(std::string_view builtin) {
  std::vector<std::string> out;
  for (const Builtin& form : builtins())
    if (form.name == builtin) out.insert(out.end(), form.parameters.begin(), form.parameters.end());
  return out;
}

std::vector<std::string> parameter_names(const Function& function) {
  std::vector<std::string> out;
  for (const Function::Parameter& each : function.parameters) out.push_back(each.name);
  return out;
}

NodePointer parse_invocation(const Text& function, std::vector<NamedArgument> arguments,
                             Scope& scope) {
  std::vector<Argument> bound;
  for (NamedArgument& each : arguments)
    bound.push_back({std::move(each.name), std::move(each.value), 0});
  const std::string name = with_single_blanks(function.text);
  const Meaning* meaning = scope.find(name);
  if (meaning != nullptr && meaning->kind == Meaning::Kind::kFunction)
    return bind_call(function, 0, meaning->function, std::move(bound));
  const auto& known = builtin_names();
  if (std::find(known.begin(), known.end(), name) != known.end())
    return bind_call(function, 0, name, std::move(bound));
  std::vector<std::string> names = scope.names();
  names.insert(names.end(), known.begin(), known.end());
  refuse(function, 0, fmt::format("unknown function '{}'{}", name, suggestion(name, names)));
}

}  // namespace reckoner::rules
