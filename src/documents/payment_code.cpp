#include "documents/payment_code.hpp"

#include <fmt/format.h>
#include <qrencode.h>

#include <memory>

#include "base/error.hpp"
#include "text/utf8.hpp"

namespace reckoner::documents {

namespace {

constexpr std::size_t kPayeeMax = 70;
constexpr std::size_t kReferenceMax = 140;
constexpr std::size_t kTextMax = 331;
constexpr int kVersionMax = 13;

/// The first so many characters, on one line, and of them what has no more than so many bytes.
std::string cut(const std::string& text, std::size_t characters, std::size_t bytes) {
  std::string line = text::printable(text);
  std::size_t end = 0;
  std::size_t count = 0;
  for (std::size_t at = 0; at <= line.size() && at <= bytes; ++at) {
    const bool ends = at == line.size() || (static_cast<unsigned char>(line[at]) & 0xC0) != 0x80;
    if (!ends) continue;
    end = at;
    if (count++ == characters) break;
  }
  line.resize(end);
  return line;
}

}  // namespace

std::optional<std::string> sepa_text(const PaymentRequest& request) {
  const money::Money& amount = request.amount;
  if (request.iban.empty() || amount.currency().code() != "EUR") return std::nullopt;
  if (amount.sign() <= 0 || amount.amount() > money::Decimal::parse("999999999.99")) {
    return std::nullopt;
  }
  const std::string head = fmt::format("BCD\n002\n1\nSCT\n{}\n", request.bic);
  const std::string tail = fmt::format("\n{}\nEUR{}\n\n\n{}", request.iban, amount.to_string(),
                                       cut(request.reference, kReferenceMax, kReferenceMax));
  return head + cut(request.payee, kPayeeMax, kTextMax - head.size() - tail.size()) + tail;
}

QrCode qr_code(const std::string& text) {
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeData(static_cast<int>(text.size()),
                        reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_M),
      &QRcode_free);
  if (!code || code->version > kVersionMax) {
    throw Error(fmt::format("a text of {} bytes does not fit a payment code", text.size()));
  }
  QrCode made{.size = code->width, .modules = {}};
  const auto count = static_cast<std::size_t>(made.size) * static_cast<std::size_t>(made.size);
  made.modules.reserve(count);
  for (std::size_t i = 0; i < count; ++i) made.modules.push_back((code->data[i] & 1) != 0);
  return made;
}

}  // namespace reckoner::documents
