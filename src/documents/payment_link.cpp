#include "documents/payment_link.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "documents/outline.hpp"

namespace reckoner::documents {

namespace {

std::string encoded(std::string_view text) {
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

void fill(std::string& link, std::string_view name, std::string_view value) {
  for (std::size_t at = link.find(name); at != link.npos; at = link.find(name, at)) {
    const std::string text = encoded(value);
    link.replace(at, name.size(), text);
    at += text.size();
  }
}

}  // namespace

std::string payment_link(std::string_view pattern, std::string_view document,
                         const money::Money& open) {
  if (pattern.empty() || open.sign() <= 0) return "";
  std::string link(pattern);
  fill(link, "{document}", document);
  fill(link, "{amount}", open.to_string());
  fill(link, "{currency}", open.currency().code());
  return link;
}

money::Money open_at_issue(const domain::Document& document) {
  const money::Money nothing(document.currency);
  if (is_interim(document) || document.kind != domain::DocumentKind::kInvoice) return nothing;
  return std::max(nothing,
                  std::min(document.total - document.credits_total, document.carried_forward));
}

}  // namespace reckoner::documents
