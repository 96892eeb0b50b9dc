#include "web/billing_columns.hpp"

#include <fmt/format.h>

#include "accounts/billing_details.hpp"

namespace reckoner::web {

namespace {

constexpr std::string_view kWrong = "the billing details are not as they must be";
constexpr const char* kNothing = "-";

/// What `said` is as a column; gathers what is wrong with it.
template <class Parse>
std::string column_of(const RequestObject& said, std::string_view name, std::string_view within,
                      Parse parse, Problem& problem) {
  const std::string text = said.optional_text(name).value_or("");
  if (text.empty()) return kNothing;
  try {
    parse(text);
  } catch (const Error& error) {
    problem.item(fmt::format("{}{}", within, name), error.reason());
  }
  return text;
}

void check_line(const std::string& line) {
  if (line.empty()) throw Error("the line is empty");
  if (line.find(';') != line.npos) throw Error("a line has no semicolon");
  accounts::parse_detail(line);
}

std::string street_column(const RequestObject& address, Problem& problem) {
  if (address.member("street") == nullptr) return kNothing;
  const std::vector<std::string> lines = address.texts("street");
  if (lines.empty()) return kNothing;
  constexpr std::size_t most = domain::PostalAddress::kStreetLinesMax;
  if (lines.size() > most) {
    problem.item("address.street", fmt::format("has more than {} lines", most));
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    try {
      check_line(lines[i]);
    } catch (const Error& error) {
      problem.item(fmt::format("address.street[{}]", i), error.reason());
    }
  }
  return fmt::format("{}", fmt::join(lines, ";"));
}

}  // namespace

std::map<std::string, std::string> billing_columns(const RequestObject& body) {
  using accounts::parse_detail;
  Problem problem(400, std::string(kWrong));
  std::map<std::string, std::string> columns;
  if (body.has("address")) {
    const text::Json* address = body.member("address");
    if (address != nullptr && address->kind() != text::Json::Kind::kObject) {
      throw Problem(400, "address: an object, or null");
    }
    const RequestObject said(address == nullptr ? text::Json::object({}) : *address,
                             {"street", "city", "postal_code", "subdivision", "country"});
    const auto take = [&](std::string_view name, std::string column, auto parse) {
      columns[std::move(column)] = column_of(said, name, "address.", parse, problem);
    };
    columns["street"] = street_column(said, problem);
    take("city", "city", parse_detail);
    take("postal_code", "postal-code", parse_detail);
    take("subdivision", "subdivision", parse_detail);
    take("country", "address-country", accounts::parse_address_country);
  }
  const auto take = [&](std::string_view name, std::string column) {
    if (!body.has(name)) return;
    columns[std::move(column)] = column_of(body, name, "", parse_detail, problem);
  };
  take("buyer_reference", "buyer-reference");
  take("purchase_order", "purchase-order");
  if (!problem.items().empty()) throw problem;
  return columns;
}

}  // namespace reckoner::web
