#include "accounts/book_names.hpp"

#include <fmt/format.h>

#include <vector>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "domain/legal_entity.hpp"

namespace reckoner::accounts {

std::string entity_named(const config::Configuration& active, std::string_view text) {
  return active.legal_entity(text == domain::kDefaultEntity ? "" : text).id;
}

std::string account_named(const domain::Chart& chart, std::string_view text) {
  std::vector<std::string> known;
  for (const domain::LedgerAccount& account : chart.accounts) {
    if (account.name == text || (!text.empty() && account.number == text)) return account.name;
    known.insert(known.end(), {account.name, account.number});
  }
  throw Error(fmt::format("the chart has no account '{}'{}", text, suggestion(text, known)));
}

}  // namespace reckoner::accounts
